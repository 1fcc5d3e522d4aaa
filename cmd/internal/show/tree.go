// Package show prints messages, and what is wrong with them, for people.
//
// Whatever a message holds, what is printed moves no cursor and changes no
// colour: see [Printable].
package show

import (
	"fmt"
	"io"
	"strings"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// A Printer writes trees and findings to W. Errors of W are not reported;
// give it a bufio.Writer, which keeps them.
type Printer struct {
	w     io.Writer
	p     *palette
	width int // columns to cut lines to, 0 for as they are
}

// New returns a Printer that colours its output or not, and cuts lines to
// width columns unless that is 0.
func New(w io.Writer, colored bool, width int) *Printer {
	return &Printer{w: w, p: newPalette(colored), width: width}
}

// bodyLines and bodyColumns bound what is shown of a body.
const (
	bodyLines   = 40
	bodyColumns = 160
)

// Tree prints m, which was last given to Parse with the result err, as a
// tree; what was read is shown even when that is not all.
func (pr *Printer) Tree(name string, m *codec.Message, err error) {
	pr.title(name, m, err)
	sections := []func(last bool){func(last bool) { pr.startLine(m, last) }}
	if m.IsRequest() || m.IsResponse() {
		sections = append(sections, func(last bool) { pr.headers(m, last) })
		if err == nil {
			sections = append(sections, func(last bool) { pr.body(m, last) })
		}
	} else {
		sections = sections[:0]
	}
	if n := len(m.Trailing()); n > 0 {
		sections = append(sections, func(last bool) {
			pr.line(join(last), pr.p.title.Sprint("trailing"), fmt.Sprintf("  %s behind the body, not part of the message", count(n, "byte")))
		})
	}
	if err != nil {
		sections = append(sections, func(last bool) { pr.failure(m, err, last) })
	}
	for i, section := range sections {
		section(i == len(sections)-1)
	}
}

// Unreadable prints that the named file could not be read.
func (pr *Printer) Unreadable(name string, err error) {
	fmt.Fprintf(pr.w, "%s  %s\n", pr.p.title.Sprint(Printable([]byte(name))), pr.p.bad.Sprint("unreadable: "+Printable([]byte(err.Error()))))
}

// Gap separates two messages.
func (pr *Printer) Gap() { fmt.Fprintln(pr.w) }

// The pieces that branches are drawn of.
const (
	tee, elbow  = "├─ ", "└─ "
	trunk, none = "│  ", "   "
)

func join(last bool) string {
	if last {
		return elbow
	}
	return tee
}

func under(last bool) string {
	if last {
		return none
	}
	return trunk
}

// line prints one line: branches, a coloured start, and text that is cut when
// the line gets too wide. The start must hold colour codes only around it.
func (pr *Printer) line(branches, colored, text string) {
	text = pr.fit(text, columns(branches)+columns(strip(colored)))
	fmt.Fprintf(pr.w, "%s%s%s\n", pr.p.branch.Sprint(branches), colored, text)
}

// fit cuts text to what a line has room for behind the columns that are used.
func (pr *Printer) fit(text string, used int) string {
	if pr.width == 0 {
		return text
	}
	return cut(text, pr.width-used)
}

// strip takes the colour codes out of s.
func strip(s string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, s, _ = strings.Cut(after, "m")
	}
}

func (pr *Printer) title(name string, m *codec.Message, err error) {
	kind := "not a SIP message"
	switch {
	case m.IsRequest():
		kind = "request"
	case m.IsResponse():
		kind = "response"
	}
	verdict := ""
	if err != nil {
		verdict = ", " + pr.p.bad.Sprint("does not parse")
	}
	fmt.Fprintf(pr.w, "%s  %s, %s%s\n", pr.p.title.Sprint(Printable([]byte(name))), kind, count(len(m.Bytes()), "byte"), verdict)
}

// count returns n and what it counts, in the plural unless n is 1.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// label is the width of the names of the parts of a start line.
const label = 12

func (pr *Printer) startLine(m *codec.Message, last bool) {
	pr.line(join(last), pr.p.title.Sprint("start line"), "")
	part := func(lastPart bool, name string, value []byte, detail string, c interface{ Sprint(...any) string }) {
		text := pr.fit(Printable(value), columns(trunk+tee)+label)
		pr.line(under(last)+join(lastPart), fmt.Sprintf("%-*s", label, name)+c.Sprint(text), pad(text, detail))
	}
	if m.IsRequest() {
		method := "not in the table of methods"
		if rfc := m.Method().RFC(); m.Method() != header.MethodOther && rfc != "" {
			method = rfcName(rfc)
		}
		part(false, "method", m.MethodBytes(), method, pr.p.start)
		part(false, "Request-URI", m.RequestURIBytes(), describeURI(m.RequestURIBytes()), pr.p.start)
		part(true, "version", m.Version(), "", pr.p.faint)
		return
	}
	part(false, "version", m.Version(), "", pr.p.faint)
	part(false, "status", fmt.Appendf(nil, "%d", m.Status()), header.ReasonPhrase(m.Status()), pr.p.start)
	part(true, "reason", m.Reason(), "", pr.p.start)
}

// pad puts a detail two columns behind text.
func pad(text, detail string) string {
	if detail == "" {
		return ""
	}
	return "  (" + detail + ")"
}

// rfcName writes "RFC3261" as people do.
func rfcName(s string) string { return strings.Replace(s, "RFC", "RFC ", 1) }

// describeURI names the parts of a URI.
func describeURI(b []byte) string {
	u, err := uri.Parse(b)
	if err != nil {
		return "malformed: " + err.Error()
	}
	parts := []string{string(u.SchemeBytes())}
	add := func(name string, v []byte) { parts = append(parts, name+" "+Printable(v)) }
	if phone, ok := u.Phone(); ok && !u.IsSIP() {
		add("number", phone.Number())
	}
	if !u.IsSIP() {
		return strings.Join(parts, ", ")
	}
	if u.HasUser() {
		add("user", u.User())
	}
	add("host", u.Host())
	if port, ok := u.Port(); ok {
		parts = append(parts, fmt.Sprintf("port %d", port))
	}
	for name, value := range u.Params() {
		text := ";" + Printable(name)
		if value != nil {
			text += "=" + Printable(value)
		}
		parts = append(parts, text)
	}
	for name, value := range u.Headers() {
		add("header "+Printable(name), value)
	}
	return strings.Join(parts, ", ")
}

// failure prints what is wrong with m and the line that is wrong.
func (pr *Printer) failure(m *codec.Message, err error, last bool) {
	e := m.ParseFault()
	if err != e.Code {
		pr.line(join(last), pr.p.bad.Sprint("error"), "  "+err.Error())
		return
	}
	what := e.Code.Text()
	if name := e.Header.String(); name != "" {
		what += " in " + name
	}
	pr.line(join(last), pr.p.bad.Sprint("error"), "  "+what)
	pr.excerpt(under(last), NewExcerpter(m.Bytes()).At(e.Offset), e.Offset, pr.p.bad)
}

package show

import (
	"fmt"
	"strings"

	"github.com/sipwire/sipwire/sdp"
)

// maxMedia and maxAttributes bound what is shown of a description.
const (
	maxMedia      = 30
	maxAttributes = 30
)

// sdp prints a session description as a tree: who, then each stream with its
// address, direction, codecs and what else is said about it.
func (pr *Printer) sdp(branches string, body []byte) {
	d := sdp.Acquire()
	defer sdp.Release(d)
	err := d.Parse(body)
	if o, oerr := d.Origin(); oerr == nil {
		name, _ := d.Session().Value('s')
		pr.line(branches+trunk, pr.p.title.Sprint("session"), fmt.Sprintf("  %s version %s of %s at %s, named %s",
			Printable(o.SessionID), Printable(o.SessionVersion), Printable(o.Username), Printable(o.Address), Printable(name)))
	}
	pr.attributes(branches+trunk, d.Session())
	n := d.NumMedia()
	for i := range min(n, maxMedia) {
		last := i == n-1 && err == nil
		m, merr := d.Media(i)
		if merr != nil {
			pr.line(branches+join(last), pr.p.title.Sprint("media ", i+1), fmt.Sprintf("  %v at byte %d of the description", merr, d.Fault().Offset))
			continue
		}
		pr.media(branches, &m, last)
	}
	if n > maxMedia {
		pr.line(branches+elbow, pr.p.faint.Sprint("… and ", count(n-maxMedia, "stream")), "")
	}
	if err != nil {
		pr.line(branches+elbow, pr.p.bad.Sprint("error"), fmt.Sprintf("  %v at byte %d of the description, line %d", err, d.ParseFault().Offset, d.ParseFault().Line+1))
	}
}

// media prints one stream.
func (pr *Printer) media(branches string, m *sdp.Media, last bool) {
	where := "without an address"
	if c, err := m.Connection(); err == nil {
		where = "at " + Printable(c.Address)
	}
	text := fmt.Sprintf("  %s %s port %d over %s, %v", Printable(m.Type()), where, m.Port(), Printable(m.Proto()), m.Direction())
	pr.line(branches+join(last), pr.p.title.Sprint("media ", m.Index()+1), text)
	below := branches + under(last)
	if h := m.Hold(); h != 0 {
		pr.line(below, pr.p.warn.Sprint("hold"), "  "+describeHold(h))
	}
	var codecs []string
	for f := range m.Formats() {
		if len(codecs) == maxAttributes {
			codecs = append(codecs, "…")
			break
		}
		text := Printable(f)
		if r, err := m.RTPMap(f); err == nil {
			text += fmt.Sprintf(" %s/%d", Printable(r.Encoding), r.ClockRate)
			if len(r.Params) > 0 {
				text += "/" + Printable(r.Params)
			}
		}
		codecs = append(codecs, text)
	}
	pr.line(below, pr.p.faint.Sprint("formats"), "  "+strings.Join(codecs, ", "))
	pr.attributes(below, m.Section)
}

// describeHold says in words who holds whom.
func describeHold(h sdp.Hold) string {
	var parts []string
	if h.IsRejected() {
		parts = append(parts, "rejected: the port is 0")
	}
	if h&sdp.HoldDirection != 0 {
		parts = append(parts, "the sender holds the other side, by direction")
	}
	if h&sdp.HoldAddress != 0 {
		parts = append(parts, "the sender holds the other side, by address")
	}
	if h.IsHeld() {
		parts = append(parts, "the other side holds the sender")
	}
	return strings.Join(parts, "; ")
}

// attributes prints the attributes of a section that are not shown otherwise.
func (pr *Printer) attributes(branches string, s sdp.Section) {
	n := 0
	for name, value := range s.Attributes() {
		switch string(name) {
		case "rtpmap", "sendrecv", "sendonly", "recvonly", "inactive":
			continue
		}
		if n++; n > maxAttributes {
			pr.line(branches, pr.p.faint.Sprint("… and more attributes"), "")
			return
		}
		pr.line(branches, pr.p.faint.Sprint(Printable(name)), "  "+cut(Printable(value), bodyColumns))
	}
}

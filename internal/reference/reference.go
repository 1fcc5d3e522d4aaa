// Package reference is a slow parser that is written to be read. The tests
// hold the index of package codec against it: both must give the same
// verdict and the same spans on every input. It imports nothing of the
// library but the header table, allocates as it likes, and is never part of
// a program.
package reference

import (
	"bytes"
	"strconv"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/grammar"
)

// Options are the questions of policy that the index answers too.
type Options struct {
	Strict, Stream                                 bool
	MaxMessage, MaxHeaders, MaxField, MaxStartLine int // 0 for the default
}

// A Span is a half-open range of byte offsets.
type Span struct{ Lo, Hi int }

// A Field is one header field.
type Field struct {
	Name, Value Span
	ID          header.ID
	Folded      bool
}

// A Result is what the parser found. Problem is "" for a valid message, else
// the name of the first defect, as sipwire.Code.Name gives it.
type Result struct {
	Problem   string
	Response  bool
	Read      bool // the start line could be read
	Malformed bool // it is a Request-Line that could not be read
	Method    Span
	URI       Span
	Version   Span
	Reason    Span
	Status    int
	Fields    []Field
	Length    int // Content-Length, -1 for none
	Body      Span

	// Control is the name of the first control byte that is refused, whatever
	// else is wrong, "" for none, and ControlAt where it is. The first defect
	// is this one if it is in front of Problem, whose place the reference does
	// not know.
	Control   string
	ControlAt int
}

// parser is the state of one parse.
type parser struct {
	b   []byte
	opt Options
	r   Result
}

// problem keeps the first defect.
func (p *parser) problem(name string) {
	if p.r.Problem == "" {
		p.r.Problem = name
	}
}

func orDefault(v, def int) int {
	if v <= 0 {
		return def
	}
	return v
}

// Parse takes b apart.
func Parse(b []byte, opt Options) Result {
	most := 64 << 10
	if opt.Stream {
		most = 1 << 20
	}
	opt.MaxMessage = orDefault(opt.MaxMessage, most)
	opt.MaxHeaders = orDefault(opt.MaxHeaders, 256)
	opt.MaxField = orDefault(opt.MaxField, 16<<10)
	opt.MaxStartLine = orDefault(opt.MaxStartLine, 16<<10)
	p := &parser{b: b, opt: opt}
	p.r.Length = -1
	p.r.Body = Span{len(b), len(b)}
	p.parse()
	for i := range p.r.Fields {
		f := &p.r.Fields[i]
		f.ID = lookup(string(b[f.Name.Lo:f.Name.Hi]))
	}
	return p.r
}

// lookup searches the header table from end to end.
func lookup(name string) header.ID {
	for id := header.ID(1); id < grammar.NumIDs; id++ {
		if asciiFold(name) == asciiFold(id.String()) {
			return id
		}
		if c := id.Compact(); c != 0 && asciiFold(name) == string(rune(c)) {
			return id
		}
	}
	return header.IDOther
}

// asciiFold lowers A to Z and nothing else, byte by byte.
func asciiFold(s string) string {
	out := []byte(s)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c - 'A' + 'a'
		}
	}
	return string(out)
}

// A line is the span of its content and the offset behind its line end.
type line struct {
	text Span
	next int
	bare bool // it ends in LF alone
}

// readLine returns the line at i; ok is false when no LF ends it.
func (p *parser) readLine(i int) (l line, ok bool) {
	n := bytes.IndexByte(p.b[i:], '\n')
	if n < 0 {
		return line{}, false
	}
	end := i + n
	if end > i && p.b[end-1] == '\r' {
		return line{Span{i, end - 1}, end + 1, false}, true
	}
	return line{Span{i, end}, end + 1, true}, true
}

func (p *parser) parse() {
	if len(p.b) > p.opt.MaxMessage {
		p.problem("message-too-long")
		return
	}
	start := 0
	for {
		l, ok := p.readLine(start)
		if !ok || l.text.Lo != l.text.Hi {
			break
		}
		start = l.next
	}
	if start == len(p.b) {
		p.problem("empty")
		return
	}
	defer func() {
		p.controls(start, p.r.Body.Lo)
		if p.hasBareCR(start, p.r.Body.Lo) { // others may see the body begin elsewhere
			p.r.Length, p.r.Body.Hi = -1, len(p.b)
		}
	}()
	first, ok := p.readLine(start)
	if !ok {
		p.incomplete(start, p.opt.MaxStartLine, "start-line-too-long")
		return
	}
	if first.next-1-start >= p.opt.MaxStartLine {
		p.problem("start-line-too-long")
		return
	}
	if first.bare && p.opt.Strict {
		p.problem("bare-lf")
	}
	p.r.Read = p.startLine(first.text)
	if !p.r.Read && !p.r.Malformed && p.r.Problem != "status" {
		return
	}
	p.headers(first.next)
}

// incomplete reports a line without an end, from i.
func (p *parser) incomplete(i, most int, tooLong string) {
	if len(p.b)-i > most {
		p.problem(tooLong)
	} else {
		p.problem("incomplete")
	}
}

// trim cuts spaces and tabs from both ends of s.
func (p *parser) trim(s Span) Span {
	for s.Lo < s.Hi && (p.b[s.Lo] == ' ' || p.b[s.Lo] == '\t') {
		s.Lo++
	}
	for s.Lo < s.Hi && (p.b[s.Hi-1] == ' ' || p.b[s.Hi-1] == '\t') {
		s.Hi--
	}
	return s
}

func (p *parser) headers(i int) {
	for {
		l, ok := p.readLine(i)
		if !ok {
			p.incomplete(i, p.opt.MaxField, "field-too-long")
			return
		}
		if l.bare && p.opt.Strict {
			p.problem("bare-lf")
		}
		if l.text.Lo == l.text.Hi {
			p.body(l.next)
			return
		}
		if !p.headerLine(l) {
			return
		}
		i = l.next
	}
}

// headerLine adds one line to the fields. It is false when a limit ends the
// parse.
func (p *parser) headerLine(l line) bool {
	if c := p.b[l.text.Lo]; c == ' ' || c == '\t' {
		return p.fold(l)
	}
	f := Field{Name: Span{l.text.Lo, l.text.Lo}, Value: l.text}
	if problem, name, value := p.split(l.text); problem != "" {
		p.problem(problem)
	} else {
		f.Name, f.Value = name, value
	}
	if l.next-1-l.text.Lo >= p.opt.MaxField || f.Name.Hi-f.Name.Lo > 65535 {
		p.problem("field-too-long")
		return false
	}
	if len(p.r.Fields) == p.opt.MaxHeaders {
		p.problem("too-many-headers")
		return false
	}
	f.Value = p.trim(f.Value)
	p.r.Fields = append(p.r.Fields, f)
	return true
}

// split cuts a line at its colon.
func (p *parser) split(s Span) (problem string, name, value Span) {
	text := p.b[s.Lo:s.Hi]
	nameEnd := 0
	for nameEnd < len(text) && isToken.Match(text[nameEnd:nameEnd+1]) {
		nameEnd++
	}
	colon := nameEnd
	for colon < len(text) && (text[colon] == ' ' || text[colon] == '\t') {
		colon++
	}
	switch {
	case nameEnd > 0 && colon == len(text):
		return "colon", name, value
	case nameEnd == 0 || text[colon] != ':':
		return "header-name", name, value
	}
	return "", Span{s.Lo, s.Lo + nameEnd}, Span{s.Lo + colon + 1, s.Hi}
}

func (p *parser) fold(l line) bool {
	if len(p.r.Fields) == 0 {
		p.problem("fold")
		return true
	}
	f := &p.r.Fields[len(p.r.Fields)-1]
	if l.next-1-f.Name.Lo >= p.opt.MaxField {
		p.problem("field-too-long")
		return false
	}
	f.Folded = true
	text := p.trim(l.text)
	if text.Lo == text.Hi {
		return true
	}
	if f.Value.Lo == f.Value.Hi {
		f.Value.Lo = text.Lo
	}
	f.Value.Hi = text.Hi
	return true
}

// body applies Content-Length to what is at i.
func (p *parser) body(i int) {
	p.r.Body = Span{i, len(p.b)}
	lengths := p.lengths()
	for _, n := range lengths {
		if n < 0 {
			p.problem("content-length")
			return
		}
		if n != lengths[0] {
			p.problem("content-length-conflict")
			return
		}
	}
	switch {
	case len(lengths) == 0:
		if p.opt.Stream {
			p.problem("content-length-missing")
		}
	case lengths[0] > len(p.b)-i:
		p.r.Length = lengths[0]
		if p.opt.Stream {
			p.problem("incomplete")
		} else {
			p.problem("body-short")
		}
	default:
		p.r.Length = lengths[0]
		p.r.Body.Hi = i + lengths[0]
	}
	p.duplicates()
}

// lengths returns the number in every Content-Length field, -1 for what is
// none or more than 2^31-1.
func (p *parser) lengths() (out []int) {
	for _, f := range p.r.Fields {
		if lookup(string(p.b[f.Name.Lo:f.Name.Hi])) != header.IDContentLength {
			continue
		}
		text := string(p.b[f.Value.Lo:f.Value.Hi])
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil || !number.MatchString(text) {
			n = -1
		}
		out = append(out, int(n))
	}
	return out
}

// duplicates reports, in strict mode, a header that may not be repeated.
func (p *parser) duplicates() {
	seen := map[header.ID]bool{}
	for _, f := range p.r.Fields {
		id := lookup(string(p.b[f.Name.Lo:f.Name.Hi]))
		if p.opt.Strict && seen[id] && id.IsSingle() {
			p.problem("header-twice")
		}
		seen[id] = true
	}
}

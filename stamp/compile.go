package stamp

import (
	"bytes"
	"slices"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/scan"
	"github.com/sipwire/sipwire/internal/wire"
)

// A compiler makes a Template. It works on lines in which each variable is one
// NUL, which no line of a template holds: positions in a line are then found
// as if the variables were characters.
type compiler struct {
	t     *Template
	names map[string]int32
	fault codec.Fault

	lines  []templateLine
	from   int  // of t.text, where the literal that is being written began
	varies bool // the body does
}

// A templateLine is the start line or a header field.
type templateLine struct {
	b       []byte // without line ends
	refs    []int32
	offset  int // of the line in the template
	checked bool
	id      header.ID
}

func (c *compiler) fail(code sipwire.Code, id header.ID, offset int) {
	if c.fault.Code == 0 {
		c.fault = codec.Fault{Code: code, Header: id, Offset: offset}
	}
}

func (c *compiler) compile(text []byte) {
	if len(text) > wire.MaxMessage {
		c.fail(sipwire.ErrMessageTooLong, header.IDOther, wire.MaxMessage)
		return
	}
	body := c.split(text)
	if c.fault.Code != 0 {
		return
	}
	pieces := c.scan(nil, text, body, len(text))
	for _, p := range pieces {
		c.t.fixed += len(p.b)
		c.varies = c.varies || p.v != segNone
	}
	c.startLine(&c.lines[0])
	c.emit(&c.lines[0], len(c.lines[0].b))
	c.literal("\r\n")
	for i := range c.lines[1:] {
		c.headerLine(&c.lines[i+1])
	}
	if !c.t.single.Has(header.IDContentLength) {
		c.literal("Content-Length: ")
		c.contentLength()
		c.literal("\r\n")
	}
	c.literal("\r\n")
	c.body(pieces)
	c.t.literal = len(c.t.text)
	c.t.text = slices.Grow(c.t.text, putBlock)
	for i := range c.t.vars {
		if v := &c.t.vars[i]; v.lines && len(v.places) > 1 {
			c.fail(sipwire.ErrConflict, header.IDOther, v.offset)
		}
	}
	if c.fault.Code == 0 {
		c.required(len(pieces) > 0)
	}
	if c.fault.Code == 0 {
		c.try()
	}
}

// split finds the lines of the header section, joins those that are folded,
// and returns the offset of the body.
func (c *compiler) split(text []byte) (body int) {
	for i := scan.LineEnds(text); ; {
		n := bytes.IndexByte(text[i:], '\n')
		if n < 0 {
			c.fail(sipwire.ErrIncomplete, header.IDOther, len(text))
			return 0
		}
		lo, hi := i, i+n
		i = hi + 1
		if hi > lo && text[hi-1] == '\r' {
			hi--
		}
		if hi == lo {
			if len(c.lines) == 0 {
				c.fail(sipwire.ErrStartLine, header.IDOther, lo)
			}
			return i
		}
		if bad := bytes.IndexAny(text[lo:hi], "\r\x00"); bad >= 0 {
			c.fail(sipwire.ErrControl, header.IDOther, lo+bad)
			return 0
		}
		if first := text[lo]; first != ' ' && first != '\t' {
			c.lines = append(c.lines, templateLine{offset: lo})
			c.lines[len(c.lines)-1].add(c, text, lo, hi)
			continue
		}
		if len(c.lines) < 2 {
			c.fail(sipwire.ErrFold, header.IDOther, lo)
			return 0
		}
		last := &c.lines[len(c.lines)-1]
		last.b = append(bytes.TrimRight(last.b, " \t"), ' ')
		last.add(c, text, abnf.Span(text, lo, abnf.WSP), hi)
	}
}

// A templatePiece is text and the variable behind it, segNone for none.
type templatePiece struct {
	b []byte
	v int32
}

// scan appends the pieces of text[lo:hi].
func (c *compiler) scan(dst []templatePiece, text []byte, lo, hi int) []templatePiece {
	for lo < hi {
		n := bytes.Index(text[lo:hi], []byte("{{"))
		if n < 0 {
			return append(dst, templatePiece{text[lo:hi], segNone})
		}
		open := lo + n
		if bytes.HasPrefix(text[open+2:hi], []byte("{{")) {
			dst = append(dst, templatePiece{text[lo : open+2], segNone})
			lo = open + 4
			continue
		}
		end := bytes.Index(text[open:hi], []byte("}}"))
		if end < 0 {
			c.fail(sipwire.ErrValue, header.IDOther, open)
			return dst
		}
		end += open
		dst = append(dst, templatePiece{text[lo:open], c.variable(text[open+2:end], open)})
		lo = end + 2
	}
	return dst
}

// add appends text[lo:hi] to the line, with a NUL for each variable.
func (line *templateLine) add(c *compiler, text []byte, lo, hi int) {
	for _, p := range c.scan(nil, text, lo, hi) {
		line.b = append(line.b, p.b...)
		if p.v != segNone {
			if c.t.vars[p.v].kind == kindParams {
				// As a parameter it is found where it is. emit leaves the ";" out.
				line.b = append(line.b, ';')
			}
			line.b = append(line.b, 0)
			line.refs = append(line.refs, p.v)
		}
	}
}

// variable returns the index of the variable with what is in the braces at
// the offset.
func (c *compiler) variable(b []byte, offset int) int32 {
	name, word, kinded := bytes.Cut(b, []byte(":"))
	if !abnf.All(bytes.ReplaceAll(name, []byte("_"), []byte("-")), abnf.Host) {
		c.fail(sipwire.ErrToken, header.IDOther, offset)
	}
	i, ok := c.names[string(name)]
	if !ok {
		i = int32(len(c.t.vars))
		c.names[string(name)] = i
		v := templateVar{name: string(name), offset: offset}
		for k, of := range kinds {
			if of.name == v.name && of.name != "" {
				v.kind = varKind(k)
			}
		}
		c.t.vars = append(c.t.vars, v)
	}
	if kinded {
		v := &c.t.vars[i]
		kind := kindSet
		for k, of := range kinds {
			if of.word == string(word) && k > 0 {
				kind = varKind(k)
			}
		}
		if kind == kindSet {
			c.fail(sipwire.ErrToken, header.IDOther, offset)
		}
		if v.kinded && v.kind != kind || kind == kindParams && ok && v.kind != kind {
			c.fail(sipwire.ErrConflict, header.IDOther, offset)
		}
		v.kind, v.kinded = kind, true
	}
	return i
}

// literal writes text that is no variable.
func (c *compiler) literal(s string) { c.t.text = append(c.t.text, s...) }

// seg ends the literal with a variable.
func (c *compiler) seg(v int32) {
	c.t.segs = append(c.t.segs, segment{uint32(c.from), uint32(len(c.t.text)), v})
	c.from = len(c.t.text)
}

// emit writes the first n bytes of the line.
func (c *compiler) emit(line *templateLine, n int) {
	k := 0
	for _, ch := range line.b[:n] {
		if ch != 0 {
			c.t.text = append(c.t.text, ch)
			continue
		}
		if c.t.vars[line.refs[k]].kind == kindParams {
			c.t.text = c.t.text[:len(c.t.text)-len(";")] // the value brings it along
		}
		c.t.vars[line.refs[k]].inHead++
		c.seg(line.refs[k])
		k++
	}
}

// body writes the body. When it holds variables it begins with a segment of
// its own.
func (c *compiler) body(pieces []templatePiece) {
	t := c.t
	if c.varies {
		c.seg(segNone)
		t.body = len(t.segs)
	}
	for _, p := range pieces {
		t.text = append(t.text, p.b...)
		if p.v != segNone {
			t.vars[p.v].addPlace(place{pos: posBody})
			t.vars[p.v].inBody++
			c.seg(p.v)
		}
	}
	c.seg(segNone)
	if !c.varies {
		t.body = len(t.segs)
	}
}

// contentLength writes the length of the body.
func (c *compiler) contentLength() {
	if c.varies {
		c.seg(segLength)
		return
	}
	c.t.text = abnf.AppendUint(c.t.text, uint64(c.t.fixed))
}

// headerLine writes a header field, or the variable that means some.
func (c *compiler) headerLine(line *templateLine) {
	b := line.b
	if string(bytes.TrimRight(b, " \t")) == "\x00" {
		v := &c.t.vars[line.refs[0]]
		if len(v.places) > 0 || v.kind != kindSet {
			c.fail(sipwire.ErrConflict, header.IDOther, line.offset)
		}
		v.lines = true
		v.addPlace(place{pos: posLines})
		c.emit(line, 1) // the value brings its line ends
		return
	}
	colon := bytes.IndexByte(b, ':')
	if colon < 0 {
		c.fail(sipwire.ErrColon, header.IDOther, line.offset)
		return
	}
	name := bytes.TrimRight(b[:colon], " \t")
	if !abnf.All(name, abnf.Token) {
		c.fail(sipwire.ErrHeaderName, header.IDOther, line.offset)
		return
	}
	id := header.Lookup(name)
	line.id = id
	if id.IsSingle() {
		if c.t.single.Has(id) {
			c.fail(sipwire.ErrHeaderTwice, id, line.offset)
		}
		c.t.single.Add(id)
	}
	if id == header.IDContentLength {
		if len(line.refs) > 0 {
			c.fail(sipwire.ErrState, id, line.offset)
			return
		}
		c.literal(string(name) + ": ")
		c.contentLength()
		c.literal("\r\n")
		return
	}
	f := finder{b: b, id: id, at: make([]place, len(b))}
	code, bad := f.field(colon + 1)
	if code != 0 {
		c.fail(code, id, line.offset+bad)
	}
	line.checked = c.notePlaces(line, f.at)
	c.emit(line, len(b))
	c.literal("\r\n")
}

// notePlaces notes the places of the variables of a line, and reports whether all
// of them say what a value must be.
func (c *compiler) notePlaces(line *templateLine, at []place) bool {
	k, checked := 0, true
	for i, ch := range line.b {
		if ch != 0 {
			continue
		}
		p := at[i]
		p.id = line.id
		if v := &c.t.vars[line.refs[k]]; v.kind == kindParams {
			// Nothing may follow that could become part of the last one.
			alone := i+1 == len(line.b) || bytes.IndexByte([]byte(";,>? \t"), line.b[i+1]) >= 0
			switch {
			case p.pos == posToken && alone:
				p.pos = posParams
			case p.pos == posURIParam && alone:
				p.pos = posURIParams
			default:
				c.fail(sipwire.ErrParam, line.id, v.offset)
			}
		}
		c.t.vars[line.refs[k]].addPlace(p)
		checked = checked && p.pos != posText && p.pos != posField && p.pos != posIPv6
		k++
	}
	return checked
}

// addPlace adds a place.
func (v *templateVar) addPlace(p place) {
	for _, q := range v.places {
		if p == q {
			return
		}
	}
	v.places = append(v.places, p)
}

package stamp

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/check"
	"github.com/sipwire/sipwire/internal/wire"
)

// What is left to be asked of a template when it has been taken apart: whether
// the messages that come out of it can be good ones.

// required asks for the mandatory headers (RFC 3261, 8.1.1 and 8.2.6.2), and
// for a Content-Type of a body (7.4.1).
func (c *compiler) required(body bool) {
	have := wire.IDSet{}
	for i := range c.lines[1:] {
		line := &c.lines[i+1]
		if len(line.refs) > 0 && c.t.vars[line.refs[0]].lines {
			return
		}
		have.Add(line.id)
	}
	id := have.Missing(!isStatusLine(c.lines[0].b))
	if id == header.IDOther && body && !have.Has(header.IDContentType) {
		id = header.IDContentType
	}
	if id != header.IDOther {
		c.fail(sipwire.ErrMissing, id, 0)
	}
}

// try stamps a message, parses it and reads its header fields.
func (c *compiler) try() {
	var s Stamp
	if i, code := c.t.probe(&s); code != 0 {
		v := &c.t.vars[i]
		c.fail(code, v.id(), v.offset)
		return
	}
	out, _ := s.AppendTo(nil)
	m := new(codec.Message)
	p := codec.Parser{Strictness: codec.Strict, Stream: true, MaxMessage: wire.MaxMessage}
	if err := p.Parse(m, out); err != nil {
		f := m.Fault()
		c.fail(f.Code, f.Header, 0)
		return
	}
	if m.IsRequest() && c.lines[0].checked {
		// Not m.RequestURI: a strict one refuses hosts that are in use, such as
		// those with "_".
		u, code := check.ParseURI(m.RequestURIBytes())
		if _, twice := u.DuplicateParam(); twice && code == 0 {
			code = sipwire.ErrParamTwice
		}
		if code != 0 {
			c.fail(code, header.IDOther, c.lines[0].offset)
		}
	}
	i := 0
	for k := range c.lines[1:] {
		line := &c.lines[k+1]
		if len(line.refs) > 0 && c.t.vars[line.refs[0]].lines {
			continue // it is empty in the probe
		}
		f := m.At(i)
		if i++; !line.checked || f.ID == header.IDOther {
			continue
		}
		if _, err := f.ID.Check(f.Value); err != nil {
			code, _ := err.(sipwire.Code)
			c.fail(code, f.ID, line.offset)
		}
		if f.ID == header.IDCSeq && m.IsRequest() {
			c.sameMethod(line, m)
		}
	}
}

// sameMethod holds the method of CSeq against that of the request (RFC 3261,
// 8.1.1.5), unless one of them is or holds a variable.
func (c *compiler) sameMethod(line *templateLine, m *codec.Message) {
	first, word := c.lines[0].b, bytes.LastIndexAny(line.b, " \t")+1
	method := first[:bytes.IndexByte(first, ' ')]
	if bytes.IndexByte(method, 0) >= 0 || bytes.IndexByte(line.b[word:], 0) >= 0 {
		return
	}
	if cseq, _ := m.CSeq(); string(cseq.MethodBytes()) != string(method) {
		c.fail(sipwire.ErrMethod, line.id, line.offset)
	}
}

// probe fills s with values that fit, as far as any are known. With a code, no
// value fits variable i.
func (t *Template) probe(s *Stamp) (i int, code sipwire.Code) {
	s.Begin(t)
	for i := range t.vars {
		v, val := &t.vars[i], &s.vals[i]
		if v.kind.isFilledIn() {
			for _, sample := range kinds[v.kind].samples {
				val.b = append(val.b[:0], sample...)
				if code := v.check(val.b, false); code != 0 {
					return i, code
				}
			}
			continue
		}
		val.code = sipwire.ErrConflict
		for _, sample := range [...]string{"1", "sip:1", "200", "sip"} {
			switch {
			case v.lines:
				sample = ""
			case v.kind == kindParams:
				sample = ";a=1"
			}
			val.b = append(val.b[:0], sample...)
			if val.code = v.check(val.b, true); val.code == 0 {
				break
			}
		}
		if val.code != 0 {
			return i, sipwire.ErrConflict
		}
	}
	return 0, 0
}

package sdp

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// SetDirection sets the direction of media description i, or the one that
// media inherit for -1. Where none is given, the attribute is put in.
func (e *Edit) SetDirection(i int, v Direction) error {
	if !e.ready(i) {
		return e.fault.Code
	}
	s := e.d.section(i)
	if v == 0 || int(v) >= len(directions) {
		return e.fail(sipwire.ErrValue, e.d.offset(s.lo))
	}
	from := len(e.text)
	if _, line := s.direction(); line < 0 {
		e.text = append(append(e.text, "a="...), directions[v]...)
		e.putLine(e.d.sectionEnd(s), from, oneDirection)
		return nil
	}
	e.text = append(e.text, directions[v]...)
	// All of them: there should be one, and readers differ about which counts.
	for rest := s; ; rest.lo++ {
		if _, rest.lo = rest.direction(); rest.lo < 0 {
			return nil
		}
		lo, hi := e.d.bounds(rest.lo)
		e.replace(lo+2, hi, from, len(e.text), anything)
	}
}

// AddAttribute puts an attribute in behind the last line of media description
// i, or of the session for -1. A nil value is none, without ":".
func (e *Edit) AddAttribute(i int, name string, value []byte) error {
	if !e.ready(i) {
		return e.fault.Code
	}
	s := e.d.section(i)
	if !abnf.All([]byte(name), abnf.Token) {
		return e.fail(sipwire.ErrToken, e.d.offset(s.lo))
	}
	for _, c := range value {
		if c == '\r' || c == '\n' || c == 0 {
			return e.fail(sipwire.ErrInjection, e.d.offset(s.lo))
		}
	}
	from := len(e.text)
	e.text = append(append(e.text, "a="...), name...)
	if value != nil {
		e.text = append(append(e.text, ':'), value...)
	}
	e.putLine(e.d.sectionEnd(s), from, anything)
	return nil
}

// RemoveAttribute takes every attribute with the name out of media description
// i, or of the session for -1. That there is none is no error.
func (e *Edit) RemoveAttribute(i int, name string) error {
	if !e.ready(i) {
		return e.fault.Code
	}
	s := e.d.section(i)
	for line := s.lo; ; line++ {
		if line, _ = s.attribute(name, line); line < 0 {
			return nil
		}
		e.removeLine(line)
	}
}

// RemoveFormat takes a format out of the m= line of media description i, and
// with it the rtpmap, fmtp and rtcp-fb that are about it. ErrMissing when there
// is no such format, ErrState when it is the last one left: then [Edit.Reject]
// the media. A format that names another one, as retransmission does by apt
// (RFC 4588, 8.1), is for the caller.
func (e *Edit) RemoveFormat(i int, format []byte) error {
	if !e.ready(i) {
		return e.fault.Code
	}
	if i < 0 {
		return e.fail(sipwire.ErrState, 0)
	}
	m := Media{Section: e.d.section(i), index: i}
	if at, code := m.parse(); code != 0 {
		return e.fail(code, at)
	}
	total, found := 0, 0
	for c := m.formatCursor(); ; total++ {
		before := c.i
		lo, hi := c.next()
		if lo == hi {
			break
		}
		if bytes.Equal(c.b[lo:hi], format) {
			e.replace(before, hi, 0, 0, anything)
			found++
		}
	}
	if found == 0 {
		return e.fail(sipwire.ErrMissing, m.rest.lo)
	}
	if total == e.drop(i, found) {
		return e.fail(sipwire.ErrState, m.rest.lo)
	}
	for line := m.lo + 1; line < m.hi; line++ {
		b := e.d.line(line)
		if b[0] != 'a' {
			continue
		}
		if name, value := cutAttribute(b[2:]); isFormatAttribute(name) {
			if c := (cursor{b: value}); bytes.Equal(c.field(), format) {
				e.removeLine(line)
			}
		}
	}
	return nil
}

// drop counts the formats that are taken out of media i.
func (e *Edit) drop(i, n int) int {
	if len(e.dropped) == 0 {
		media := len(e.d.media)
		if cap(e.dropped) < media {
			e.dropped = make([]uint32, media)
		}
		e.dropped = e.dropped[:media]
		clear(e.dropped)
	}
	e.dropped[i] += uint32(n)
	return int(e.dropped[i])
}

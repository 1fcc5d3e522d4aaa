package sdp

import (
	"net/netip"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Where media go: addresses and ports.

// address puts the text of an address with its type, "IP4 192.0.2.1", into
// text, and returns where it is. The same address is put in once.
func (e *Edit) address(a netip.Addr, offset int) (part, error) {
	if a == e.addr && e.addrAt.hi != 0 {
		return e.addrAt, nil
	}
	from := len(e.text)
	text := append(e.text, "IP4 "...)
	switch u := a.Unmap(); {
	case u.Is4():
		text = appendAddr(text, u)
	case u.Is6():
		text[from+2] = '6'
		text = appendAddr(text, u)
	default:
		return part{}, e.fail(sipwire.ErrHost, offset)
	}
	e.addr, e.addrAt, e.text = a, part{from, len(text)}, text
	return e.addrAt, nil
}

// appendAddr is a.WithZone("").AppendTo: a zone means nothing elsewhere.
func appendAddr(dst []byte, a netip.Addr) []byte {
	if a.Is4() {
		for i, x := range a.As4() {
			if i > 0 {
				dst = append(dst, '.')
			}
			dst = abnf.AppendUint(dst, uint64(x))
		}
		return dst
	}
	return a.WithZone("").AppendTo(dst)
}

// SetConnection sets the address of the c= line of a media description, or of
// the session for -1. Where there is none it is put in, which for media hides
// that of the session.
func (e *Edit) SetConnection(i int, a netip.Addr) error {
	if !e.ready(i) {
		return e.fault.Code
	}
	s := e.d.section(i)
	if line := s.connection(); line >= 0 {
		return e.setAddress(line, a)
	}
	before := e.connectionPlace(s)
	text, err := e.address(a, e.d.offset(s.lo))
	if err != nil {
		return err
	}
	from := len(e.text)
	e.text = append(e.text, "c=IN "...)
	e.text = append(e.text, e.text[text.lo:text.hi]...)
	e.putLine(before, from, oneConnection)
	return nil
}

// connectionPlace returns where a c= line goes in a section: behind m= and i=,
// and in the session behind everything up to p= (RFC 8866, 5).
func (e *Edit) connectionPlace(s Section) int {
	i := s.lo + 1
	for i < s.hi {
		switch e.d.b[e.d.ends[i]+1] {
		case 'o', 's', 'i', 'u', 'e', 'p':
			i++
			continue
		}
		break
	}
	return min(int(e.d.ends[i]+1), len(e.d.b))
}

// SetConnections sets the address of every c= line that is there.
func (e *Edit) SetConnections(a netip.Addr) error {
	if !e.ready(-1) {
		return e.fault.Code
	}
	for _, line := range e.d.conns {
		if err := e.setAddress(int(line), a); err != nil {
			return err
		}
	}
	return nil
}

// SetOriginAddress sets the address of the o= line, ErrMissing when there is
// none.
func (e *Edit) SetOriginAddress(a netip.Addr) error {
	if !e.ready(-1) {
		return e.fault.Code
	}
	line := e.d.lineOf('o', 0, e.d.sessionEnd())
	if line < 0 {
		return e.fail(sipwire.ErrMissing, 0)
	}
	return e.setAddress(line, a)
}

// setAddress replaces type and address of line i: the last two fields of an o=
// line, all but the first of a c= line.
func (e *Edit) setAddress(i int, a netip.Addr) error {
	lo, hi := e.d.bounds(i)
	at, ok := fastTypeStart(e.d.b, lo, hi)
	if !ok {
		if at, hi, ok = typeStart(e.d.b, lo, hi); !ok {
			return e.fail(sipwire.ErrValue, lo)
		}
	}
	text := e.addrAt
	if a != e.addr || text.hi == 0 {
		var err error
		if text, err = e.address(a, lo); err != nil {
			return err
		}
	}
	e.newSplice().set(at, hi, text.lo, text.hi, anything)
	return nil
}

// typeStart returns where the type of the address begins in the line b[lo:hi],
// and where the address ends.
func typeStart(b []byte, lo, hi int) (at, end int, ok bool) {
	for hi > lo && isSpace(b[hi-1]) {
		hi--
	}
	if b[lo] == 'c' {
		c := cursor{b[:hi], lo + 2}
		c.next()
		at, _ = c.next()
		from, to := c.next()
		return at, hi, from < to
	}
	from := fieldStart(b, lo+2, hi)
	typ := from
	for typ > lo+2 && isSpace(b[typ-1]) {
		typ--
	}
	typ = fieldStart(b, lo+2, typ)
	net := typ
	for net > lo+2 && isSpace(b[net-1]) {
		net--
	}
	return typ, hi, from != typ && net != lo+2 // three fields
}

// fieldStart returns where the field begins that ends at hi.
func fieldStart(b []byte, lo, hi int) int {
	for hi > lo && !isSpace(b[hi-1]) {
		hi--
	}
	return hi
}

// IncrementVersion makes the version of the o= line one higher, as every
// change of a description must (RFC 3264, 8). ErrMissing without an o= line,
// ErrNumber when the version is no number.
func (e *Edit) IncrementVersion() error {
	if !e.ready(-1) {
		return e.fault.Code
	}
	line := e.d.lineOf('o', 0, e.d.sessionEnd())
	if line < 0 {
		return e.fail(sipwire.ErrMissing, 0)
	}
	var v Origin
	if _, err := v.Parse(e.d.value(line)); err != nil {
		return e.fail(sipwire.ErrValue, e.d.offset(line))
	}
	// Counted from the end: the version is the fourth field from there.
	lo, at := e.d.bounds(line)
	for range 4 {
		for isSpace(e.d.b[at-1]) {
			at--
		}
		at = fieldStart(e.d.b, lo+2, at)
	}
	from := len(e.text)
	digits := v.SessionVersion
	if !abnf.All(digits, abnf.Digit) {
		return e.fail(sipwire.ErrNumber, at)
	}
	e.text = append(append(e.text, '0'), digits...)
	i := len(e.text) - 1
	for ; e.text[i] == '9'; i-- {
		e.text[i] = '0'
	}
	e.text[i]++
	if e.text[from] == '0' {
		from++
	}
	e.replace(at, at+len(digits), from, len(e.text), anything)
	return nil
}

// SetPort sets the port of media description i. A number of ports, and a=rtcp,
// stay as they are.
func (e *Edit) SetPort(i int, port uint16) error {
	if !e.ready(i) {
		return e.fault.Code
	}
	if i < 0 {
		return e.fail(sipwire.ErrState, 0)
	}
	at, end, ok := fastPortPlace(e.d.b, int(e.d.ends[e.d.media[i]]+1))
	if !ok {
		m := Media{Section: e.d.section(i), index: i}
		if at, code := m.parse(); code != 0 {
			return e.fail(code, at)
		}
		at, end = m.portAt.lo, m.portAt.hi
	}
	from := len(e.text)
	e.text = appendPort(e.text, port)
	e.newSplice().set(at, end, from, len(e.text), anything)
	return nil
}

// Reject makes media description i a rejected stream: its port becomes 0, and
// all else stays (RFC 3264, 6). That it leaves the groups it belongs to is for
// the caller (RFC 8843, 7.3.3).
func (e *Edit) Reject(i int) error { return e.SetPort(i, 0) }

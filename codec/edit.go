package codec

import (
	"slices"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/wire"
)

// Sizes of the inline stores of an Edit: more than a proxy needs for one
// message. What outgrows them is allocated once and kept.
const (
	inlineSplices = 16
	inlineText    = 512
)

// An Edit collects changes to a parsed message and writes the result in one
// go: what was not changed is copied in whole runs and leaves byte for byte as
// it came. The zero Edit is ready for [Edit.Begin]; keep one for each
// goroutine, it allocates nothing once it has grown. It must not be copied.
//
// Changes may be made in any order; all of them name values of the message as
// it was parsed, not what other changes have put in. Two changes of one value,
// such as a Set of a header that was removed, are ErrConflict. The error of a
// call that fails stays: [Edit.AppendTo] and its likes return the first one,
// so that no half-edited message goes out. CR, LF or NUL in anything that is
// put in is ErrInjection. An error is a *[Fault] that lives in the Edit
// until the next Begin.
//
// An Edit without changes writes all that was given to Parse. With the first
// change, CRLFs before the start line and bytes behind the body are left out:
// they are not part of the message (RFC 3261, 7.5 and 18.3), and on a stream
// they would be taken for the next one.
//
// The message, its bytes and the values given to the calls: values are copied
// by the call, except for the body, which must stay as it is until the result
// is written; the message and its bytes must stay until then too.
type Edit struct {
	_ wire.NoCopy

	m       *Message
	splices []splice // sorted by offset and rank
	text    []byte   // what the splices put in
	body    []byte   // the new body
	newBody bool
	grown   int   // how much longer the splices make the message
	fault   Fault // of the first call that failed

	via viaStart // outlives Begin

	inlineSplices [inlineSplices]splice
	inlineText    [inlineText]byte
}

// A splice replaces buf[lo:hi] by text[from:to].
type splice struct {
	lo, hi, from, to uint32
	rank             rank
	id               header.ID // of the header concerned
	tail             bool      // takes the last values of a list out: see [Edit.removed]
}

// rank orders splices at one offset.
type rank uint8

const (
	rankAfter   rank = iota // put in behind what ends here
	rankTop                 // put in in front, the last one first
	rankBefore              // put in in front, the first one first
	rankReplace             // in place of what begins here
)

// Begin starts the changes of a message, which must have parsed without an
// error, and forgets those of the message before.
func (e *Edit) Begin(m *Message) error {
	if e.splices == nil {
		e.splices, e.text = e.inlineSplices[:0], e.inlineText[:0]
	}
	e.m = m
	e.splices, e.text = e.splices[:0], e.text[:0]
	e.body, e.newBody, e.grown, e.fault = nil, false, 0, Fault{}
	if !m.parsed || m.fault.Code != 0 {
		return e.fail(sipwire.ErrNotParsed, header.IDOther, 0)
	}
	return nil
}

// Err returns the error of the first call that failed since Begin.
func (e *Edit) Err() error {
	return e.fault.Code.Err()
}

// Fault says where the first call since Begin that failed did; its Code is
// that of [Edit.Err]. The Offset is in the bytes of the message, or 0 where a
// value that was to be put in is wrong.
func (e *Edit) Fault() Fault { return e.fault }

// fail records an error and returns the first one.
func (e *Edit) fail(code sipwire.Code, id header.ID, offset int) error {
	if e.fault.Code == 0 {
		e.fault = Fault{code, id, offset}
	}
	return e.fault.Code
}

// ready reports whether changes may be made: after Begin and before an error.
func (e *Edit) ready() bool {
	if e.m == nil {
		e.fail(sipwire.ErrState, header.IDOther, 0)
	}
	return e.fault.Code == 0
}

// splice adds the change of buf[lo:hi] into what text holds from from on.
func (e *Edit) splice(id header.ID, lo, hi, from int, r rank) error {
	n := len(e.splices)
	if n == cap(e.splices) {
		e.splices = slices.Grow(e.splices, 1)
	}
	e.splices = e.splices[:n+1]
	e.grown += len(e.text) - from - (hi - lo)
	s := &e.splices[n]
	s.lo, s.hi, s.from, s.to = uint32(lo), uint32(hi), uint32(from), uint32(len(e.text))
	s.rank, s.id, s.tail = r, id, false
	if n > 0 {
		// As they mostly are made, one change is behind the other.
		if last := &e.splices[n-1]; int(last.lo) >= lo || int(last.hi) > lo {
			return e.sortIn(n)
		}
	}
	return nil
}

// insert adds a splice.
func (e *Edit) insert(s splice) error {
	e.splices = append(e.splices, s)
	e.grown += s.growth()
	return e.sortIn(len(e.splices) - 1)
}

// sortIn takes splice i to its place among those in front of it.
func (e *Edit) sortIn(i int) error {
	s := e.splices[i]
	for i > 0 && s.before(&e.splices[i-1]) {
		e.splices[i] = e.splices[i-1]
		i--
	}
	e.splices[i] = s
	if i > 0 && s.conflicts(&e.splices[i-1]) || i+1 < len(e.splices) && e.splices[i+1].conflicts(&s) {
		return e.fail(sipwire.ErrConflict, s.id, int(s.lo))
	}
	return nil
}

// growth returns by how much the splice lengthens the message.
func (s *splice) growth() int { return int(s.to) - int(s.from) - int(s.hi) + int(s.lo) }

// added reports whether a field of the header has been put in.
func (e *Edit) added(id header.ID) bool {
	for i := range e.splices {
		s := &e.splices[i]
		if s.id == id && s.lo == s.hi && e.text[s.to-1] == '\n' {
			return true
		}
	}
	return false
}

// removes reports whether the splice takes something out and puts nothing in.
func (s *splice) removes() bool { return s.lo < s.hi && s.from == s.to }

// before orders splices by offset and rank. Those on top go in front of what
// was put there before them.
func (s *splice) before(o *splice) bool {
	if s.lo != o.lo {
		return s.lo < o.lo
	}
	return s.rank < o.rank || s.rank == o.rank && s.rank == rankTop
}

// conflicts reports whether s can not follow o.
func (s *splice) conflicts(o *splice) bool {
	return s.lo < o.hi || s.rank == rankReplace && o.rank == rankReplace && s.lo == o.lo
}

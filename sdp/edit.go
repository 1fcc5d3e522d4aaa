package sdp

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/sipwire/sipwire"
)

// Sizes of the inline stores of an Edit. What outgrows them is allocated once
// and kept.
const (
	inlineSplices = 16
	inlineText    = 256
)

// An Edit collects changes to a description and writes the result in one go:
// what was not changed is copied in whole runs and leaves byte for byte as
// received. The zero Edit is ready for [Edit.Begin]; keep one for each
// goroutine. It allocates nothing once it has grown, and must not be copied.
//
// Changes may be made in any order. All of them name lines of the description
// as it was parsed, not what other changes have put in. Two changes of one
// value are ErrConflict, which [Edit.Len] and [Edit.AppendTo] find; CR, LF or
// NUL in anything that is put in is ErrInjection. The error of a call that
// fails stays: Len and AppendTo return the first one, so that no half-edited
// description goes out.
//
// Where a method takes the place of a media description, -1 is the session.
// What is put in is copied. The description and its bytes must stay as they
// are until the result is written; when the description was parsed into, reset
// or released since Begin, every call is ErrStale.
type Edit struct {
	_ noCopy

	d       *Description
	gen     uint32 // of d, at Begin
	open    uint   // sections that may be changed; 0 before Begin, and after an error
	splices []splice
	text    []byte
	fault   Fault
	grown   int // how much longer the splices make the body, once sorted

	addr    netip.Addr // the last one that was put in
	addrAt  part       // where it is in text with its type, or the zero part
	dropped []uint32   // formats taken out of each media, nil for none

	lastRemoved bool // the last line, which has no end, goes
	putAtEnd    bool // something is put in behind it

	inlineSplices [inlineSplices]splice
	inlineText    [inlineText]byte
}

// A splice replaces b[lo:hi] by text[from:to]. What is only put in, hi == lo,
// is put in front of what is replaced there.
type splice struct {
	lo, hi, from, to uint32
	kind             spliceKind
}

// spliceKind says what may be put in only once at one place.
type spliceKind uint8

const (
	anything spliceKind = iota
	oneDirection
	oneConnection
)

// Begin starts the changes of a description, which must have parsed without
// an error, and forgets those of the description before.
func (e *Edit) Begin(d *Description) error {
	if e.splices == nil {
		e.splices, e.text = e.inlineSplices[:], e.inlineText[:]
	}
	e.d, e.gen = d, d.gen
	// An address in front of all other text stays: a relay puts the same one
	// into every description.
	if e.addrAt.lo != 0 {
		e.addrAt = part{}
	}
	e.splices, e.text, e.dropped = e.splices[:0], e.text[:e.addrAt.hi], e.dropped[:0]
	e.fault, e.open = Fault{}, uint(len(d.media)+1)
	e.lastRemoved, e.putAtEnd = false, false
	if d.parseFault.Code != 0 || d.n == 0 {
		return e.fail(sipwire.ErrNotParsed, 0)
	}
	return nil
}

// Err returns the error of the first call that failed since Begin.
func (e *Edit) Err() error { return e.fault.Code.Err() }

// Fault returns what the first call that failed since Begin has found, and the
// line of the description that it was to change.
func (e *Edit) Fault() Fault { return e.fault }

// fail records an error at an offset and returns the first one.
func (e *Edit) fail(code sipwire.Code, offset int) error {
	if e.fault.Code != 0 {
		return e.fault.Code
	}
	e.fault, e.open = Fault{Code: code, Offset: offset}, 0
	if d := e.d; d != nil && d.n > 0 {
		// The line whose end is at the offset or behind.
		i, _ := slices.BinarySearch(d.ends[1:d.n+1], uint32(offset))
		e.fault.Line = min(i, d.n-1)
		e.fault.Type = d.b[d.offset(e.fault.Line)]
	}
	return code
}

// ready reports whether changes may be made to the section: after Begin,
// before an error, and when there is such a section.
func (e *Edit) ready(i int) bool {
	return uint(i+1) < e.open && e.d.gen == e.gen || e.notReady()
}

// notReady records why not, and returns false.
func (e *Edit) notReady() bool {
	if e.d == nil {
		e.fault.Code = sipwire.ErrState
	} else if e.fault.Code == 0 && e.d.gen != e.gen {
		e.fault, e.open = Fault{Code: sipwire.ErrStale}, 0 // its lines are another body's
	} else if e.fault.Code == 0 {
		_ = e.fail(sipwire.ErrState, len(e.d.b))
	}
	return false
}

// replace adds the change of b[lo:hi] into text[from:to].
func (e *Edit) replace(lo, hi, from, to int, kind spliceKind) {
	e.newSplice().set(lo, hi, from, to, kind)
}

// newSplice adds a splice and returns it, to be set at once.
func (e *Edit) newSplice() *splice {
	n := len(e.splices)
	if n == cap(e.splices) {
		e.moreSplices()
	}
	e.splices = e.splices[:n+1]
	return &e.splices[n]
}

func (e *Edit) moreSplices() { e.splices = slices.Grow(e.splices, 1) }

// set sets the fields one by one. An append, or an assignment of the whole, builds
// a splice elsewhere and copies it sixteen bytes at a time, which waits until
// the fields are in memory.
func (s *splice) set(lo, hi, from, to int, kind spliceKind) {
	s.lo, s.hi, s.from, s.to, s.kind = uint32(lo), uint32(hi), uint32(from), uint32(to), kind
}

// sort puts the splices in order, looks for conflicts, and adds up what they
// make longer. Most often they are in order already and there is nothing to
// look for.
func (e *Edit) sort() error {
	end, grown, plain := uint32(0), 0, true
	for i := range e.splices {
		s := &e.splices[i]
		plain = plain && s.lo >= end && s.kind == anything
		grown += int(s.to-s.from) - int(s.hi-s.lo)
		end = s.hi
	}
	e.grown = grown
	if plain {
		return nil
	}
	if len(e.splices) <= inlineSplices {
		insertionSort(e.splices)
	} else {
		slices.SortStableFunc(e.splices, func(a, b splice) int { return cmp.Compare(a.place(), b.place()) })
	}
	end = 0
	seen := 0
	for i := range e.splices {
		s := &e.splices[i]
		if s.lo < end {
			return e.fail(sipwire.ErrConflict, int(s.lo))
		}
		if i > 0 && e.splices[i-1].lo != s.lo {
			seen = 0
		}
		if s.kind != anything {
			if seen>>s.kind&1 != 0 {
				return e.fail(sipwire.ErrConflict, int(s.lo))
			}
			seen |= 1 << s.kind
		}
		end = s.hi
	}
	return nil
}

// place orders splices: what is only put in comes first.
func (s *splice) place() uint64 { return uint64(s.lo)<<1 | uint64(min(s.hi-s.lo, 1)) }

// insertionSort sorts a few splices, which mostly are nearly in order.
func insertionSort(all []splice) {
	for i := 1; i < len(all); i++ {
		s := all[i]
		j := i
		for ; j > 0 && all[j-1].place() > s.place(); j-- {
			all[j] = all[j-1]
		}
		all[j] = s
	}
}

// eol returns the line end that the description uses.
func (e *Edit) eol() string {
	d := e.d
	if lf := int(d.ends[1]); lf < len(d.b) && d.b[lf-1] != '\r' {
		return "\n"
	}
	return "\r\n"
}

// isUnended reports whether the last line has no line end.
func (d *Description) isUnended() bool { return int(d.ends[d.n]) == len(d.b) }

// sectionEnd returns the offset behind the lines of a section.
func (d *Description) sectionEnd(s Section) int { return min(int(d.ends[s.hi]+1), len(d.b)) }

// putLine puts a line, which is text[from:] but for its end, in at an offset
// where a line begins or the last one ends.
func (e *Edit) putLine(at, from int, kind spliceKind) {
	e.text = append(e.text, e.eol()...)
	if at == len(e.d.b) {
		e.putAtEnd = true
	}
	e.replace(at, at, from, len(e.text), kind)
}

// removeLine takes line i out.
func (e *Edit) removeLine(i int) {
	d := e.d
	if i == d.n-1 && d.isUnended() {
		e.lastRemoved = true
	}
	e.replace(int(d.ends[i]+1), min(int(d.ends[i+1]+1), len(d.b)), 0, 0, anything)
}

// missingEnd returns the line end that goes between a last line without one
// and what is put in behind it.
func (e *Edit) missingEnd() string {
	if !e.putAtEnd {
		return ""
	}
	return e.endBehindLast()
}

func (e *Edit) endBehindLast() string {
	if !e.lastRemoved && e.d.isUnended() {
		return e.eol()
	}
	return ""
}

// Len returns the length in bytes of what AppendTo appends.
func (e *Edit) Len() (int, error) {
	if !e.ready(-1) || e.sort() != nil {
		return 0, e.fault.Code
	}
	return len(e.d.b) + e.grown + len(e.missingEnd()), nil
}

// AppendTo appends the changed description to dst, which must not overlap the
// body. With room for Len bytes nothing is allocated. After an error of any
// call it returns that one, and dst as it was.
func (e *Edit) AppendTo(dst []byte) ([]byte, error) {
	size, err := e.Len()
	if err != nil {
		return dst, err
	}
	n := len(dst)
	dst = slices.Grow(dst, size)[:n+size]
	e.write(dst[n:])
	return dst, nil
}

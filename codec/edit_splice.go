package codec

import (
	"slices"

	"github.com/sipwire/sipwire/header"
)

// A splice replaces buf[lo:hi] by text[from:to]. Splices do not overlap: the
// claims of the Edit see to that.
type splice struct {
	lo, hi, from, to uint32
	rank             rank
	id               header.ID // of the header concerned
}

// rank orders splices at one offset.
type rank uint8

const (
	rankAfter   rank = iota // put in behind what ends here
	rankTop                 // put in in front, the last one first
	rankBefore              // put in in front, the first one first
	rankReplace             // in place of what begins here
)

// growth returns by how much the splice lengthens the message.
func (s *splice) growth() int { return int(s.to) - int(s.from) - int(s.hi) + int(s.lo) }

// compare orders splices by offset and rank, and those of one rank by the
// order of the calls, which their text has: the last one first on top.
func (s *splice) compare(o *splice) int {
	switch {
	case s.lo != o.lo:
		return int(int64(s.lo) - int64(o.lo))
	case s.rank != o.rank:
		return int(s.rank) - int(o.rank)
	case s.rank == rankTop:
		return int(int64(o.from) - int64(s.from))
	}
	return int(int64(s.from) - int64(o.from))
}

// splice adds the change of buf[lo:hi] into what text holds from from on. Its
// place among the others is found when the message is written.
func (e *Edit) splice(id header.ID, lo, hi, from int, r rank) {
	n := len(e.splices)
	if n == cap(e.splices) {
		e.splices = slices.Grow(e.splices, 1)
	}
	e.splices = e.splices[:n+1]
	e.grown += len(e.text) - from - (hi - lo)
	s := &e.splices[n]
	s.lo, s.hi, s.from, s.to = uint32(lo), uint32(hi), uint32(from), uint32(len(e.text))
	s.rank, s.id = r, id
	if n > 0 && s.compare(&e.splices[n-1]) < 0 {
		e.unsorted = true
	}
}

// insert is splice for a change whose text is not the last of the text.
func (e *Edit) insert(s *splice) {
	n := len(e.splices)
	e.splices = append(e.splices, *s)
	e.grown += s.growth()
	if n > 0 && s.compare(&e.splices[n-1]) < 0 {
		e.unsorted = true
	}
}

// shortSort is the number of splices up to which they are sorted by inserting
// one by one.
const shortSort = 12

func sortSplices(s []splice) {
	if len(s) > shortSort {
		slices.SortFunc(s, func(a, b splice) int { return a.compare(&b) })
		return
	}
	for i := 1; i < len(s); i++ {
		for k := i; k > 0 && s[k].compare(&s[k-1]) < 0; k-- {
			s[k], s[k-1] = s[k-1], s[k]
		}
	}
}

// ordered returns what is to be written, in the order of the message, and by
// how much it lengthens the message. It takes n log n steps for n changes.
func (e *Edit) ordered() (plan []splice, grown int) {
	if len(e.lists) > 0 {
		return e.withCuts()
	}
	if e.unsorted {
		sortSplices(e.splices)
		e.unsorted = false
	}
	return e.splices, e.grown
}

package codec

import (
	"cmp"
	"slices"

	"github.com/sipwire/sipwire/internal/wire"
)

// A splice replaces buf[lo:hi] by text[from:to]; its Key is that of place. Splices do
// not overlap: the claims of the Edit see to that.
type splice = wire.Splice

// place returns the key of a splice. Keys order splices by offset and rank, and
// those of one rank by the order of the calls, which their text has: the last
// one first on top.
func place(lo uint32, r rank, from uint32) uint64 {
	const bits = 30
	if r == rankTop {
		from = ^from
	}
	return uint64(lo)<<32 | uint64(r)<<bits | uint64(from&(1<<bits-1))
}

// rank orders splices at one offset.
type rank uint8

const (
	rankAfter   rank = iota // put in behind what ends here
	rankTop                 // put in in front, the last one first
	rankBefore              // put in in front, the first one first
	rankReplace             // in place of what begins here
)

// splice adds the change of buf[lo:hi] into what text holds from from on. Its
// place among the others is found when the message is written.
func (e *Edit) splice(lo, hi, from int, r rank) { e.insert(lo, hi, from, len(e.text), r) }

// maxKept is how many changes that keep the length of what they replace are kept
// apart. More are like all others, so that the cost stays in proportion.
const maxKept = 4

// insert is splice for a change into text[from:to]. One that keeps the length, as
// of Max-Forwards nearly always, is kept apart: what is written around it is one
// run, and its place among the others, which is unpredictable, need not be found by
// branches. Index and rewrite took 3 % fewer instructions (2026-11).
func (e *Edit) insert(lo, hi, from, to int, r rank) {
	key := place(uint32(lo), r, uint32(from))
	if to-from == hi-lo && e.numKept < maxKept {
		s := &e.kept[e.numKept]
		s.Key, s.Hi, s.From, s.To = key, uint32(hi), uint32(from), uint32(to)
		e.numKept++
		return
	}
	n := len(e.splices)
	if n == cap(e.splices) {
		e.splices = slices.Grow(e.splices, 1)
	}
	e.splices = e.splices[:n+1]
	e.grown += to - from - (hi - lo)
	s := &e.splices[n]
	s.Key, s.Hi, s.From, s.To = key, uint32(hi), uint32(from), uint32(to)
	if n > 0 && key < e.splices[n-1].Key {
		e.unsorted = true
	}
}

// shortSort is the number of splices up to which they are sorted by inserting
// one by one.
const shortSort = 12

func sortSplices(s []splice) {
	if len(s) > shortSort {
		slices.SortFunc(s, func(a, b splice) int { return cmp.Compare(a.Key, b.Key) })
		return
	}
	for i := 1; i < len(s); i++ {
		for k := i; k > 0 && s[k].Key < s[k-1].Key; k-- {
			s[k], s[k-1] = s[k-1], s[k]
		}
	}
}

// ordered returns what is to be written, but for what is kept apart, in the order
// of the message, and by how much it lengthens the message. It takes n log n steps
// for n changes.
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

// orderedAll is ordered with what was kept apart, which is put among the others.
func (e *Edit) orderedAll() (plan []splice) {
	if e.numKept > 0 {
		e.splices = append(e.splices, e.kept[:e.numKept]...)
		e.numKept, e.unsorted = 0, true
	}
	plan, _ = e.ordered()
	return plan
}

// Package wheel is a hierarchical timing wheel: one timer for each index of a
// table that somebody else keeps, set, moved and cleared in constant time
// however many there are, exact to one tick. The clock is the caller's.
//
// A timer lies in the level of the highest byte in which its time differs from
// now, in the slot that this byte says. So all of level 0 is due before all of
// level 1, and the first slot in use of the lowest level in use is what comes
// next. When the clock reaches a slot of a higher level, the timers in it move
// down, each at most once for each level.
package wheel

import "math/bits"

const (
	slotBits = 8
	slots    = 1 << slotBits
	levels   = 6 // 2^48 ticks: 8,900 years of milliseconds

	// End is the latest time a timer can be set to; a later one is moved
	// there.
	End = 1<<(slotBits*levels) - 1

	segBits = 10
	segSize = 1 << segBits
)

// node is the place of one index. Links are an index plus one, 0 ends a list.
type node struct {
	at         int64
	next, prev uint32
	slot       uint32 // level*slots + position + 1, 0 when the timer is not set
}

// A Wheel holds timers. The zero value is ready, its clock at 0. Times are
// ticks of at least 0.
type Wheel struct {
	now   int64
	count int
	heads [levels * slots]uint32
	used  [levels][slots / 64]uint64 // a bit for each slot that is not empty
	nodes []*[segSize]node           // segments: growing moves nothing
}

// Len returns the number of timers that are set.
func (w *Wheel) Len() int { return w.count }

// Now returns the time that the wheel has reached.
func (w *Wheel) Now() int64 { return w.now }

func (w *Wheel) node(i uint32) *node { return &w.nodes[i>>segBits][i&(segSize-1)] }

// Grow makes room for timer i, which Set and the others then take.
func (w *Wheel) Grow(i uint32) {
	for int(i>>segBits) >= len(w.nodes) {
		w.nodes = append(w.nodes, new([segSize]node))
	}
}

// Set sets timer i, which may be set already, to the time at. A time that has
// passed is now.
func (w *Wheel) Set(i uint32, at int64) {
	n := w.node(i)
	if n.slot != 0 {
		if n.at == at {
			return
		}
		w.unlink(i, n)
	}
	n.at = min(max(at, w.now), End)
	w.link(i, n)
}

// Clear stops timer i if it is set.
func (w *Wheel) Clear(i uint32) {
	if n := w.node(i); n.slot != 0 {
		w.unlink(i, n)
	}
}

// At returns the time that timer i is set to.
func (w *Wheel) At(i uint32) (at int64, ok bool) {
	n := w.node(i)
	return n.at, n.slot != 0
}

func (w *Wheel) link(i uint32, n *node) {
	level := 0
	if diff := uint64(n.at ^ w.now); diff >= slots {
		level = (bits.Len64(diff) - 1) / slotBits
	}
	pos := int(n.at>>(slotBits*level)) & (slots - 1)
	slot := level*slots + pos
	head := w.heads[slot]
	n.slot, n.prev, n.next = uint32(slot)+1, 0, head
	if head != 0 {
		w.node(head - 1).prev = i + 1
	}
	w.heads[slot] = i + 1
	w.used[level][pos/64] |= 1 << (pos % 64)
	w.count++
}

func (w *Wheel) unlink(i uint32, n *node) {
	slot := int(n.slot) - 1
	if n.prev == 0 {
		w.heads[slot] = n.next
	} else {
		w.node(n.prev - 1).next = n.next
	}
	if n.next != 0 {
		w.node(n.next - 1).prev = n.prev
	}
	if w.heads[slot] == 0 {
		w.used[slot/slots][slot%slots/64] &^= 1 << (slot % 64)
	}
	n.slot = 0
	w.count--
}

// first returns the slot that comes next, and the time when it begins.
func (w *Wheel) first() (level, pos int, at int64, ok bool) {
	for level := range w.used {
		for k, word := range w.used[level] {
			if word == 0 {
				continue
			}
			pos := k*64 + bits.TrailingZeros64(word)
			shift := slotBits * level
			at := w.now>>(shift+slotBits)<<(shift+slotBits) | int64(pos)<<shift
			return level, pos, at, true
		}
	}
	return 0, 0, 0, false
}

// Next returns when Pop has something to do: at the next timer, or before it
// when timers have to move to a lower level first. It is not ok when no timer
// is set.
func (w *Wheel) Next() (at int64, ok bool) {
	_, _, at, ok = w.first()
	return at, ok
}

// Pop returns a timer that is due at now, the earliest first, and stops it.
// When none is left it is not ok, and the wheel's clock is at now. A now before
// the wheel's is the wheel's.
func (w *Wheel) Pop(now int64) (i uint32, ok bool) {
	now = min(max(now, w.now), End)
	for {
		level, pos, at, found := w.first()
		if !found || at > now {
			w.now = now
			return 0, false
		}
		w.now = at
		slot := level*slots + pos
		if level == 0 {
			i = w.heads[slot] - 1
			w.unlink(i, w.node(i))
			return i, true
		}
		// The slot begins now: its timers differ from now in lower bytes
		// only, so that each of them goes to a lower level.
		list := w.heads[slot]
		w.heads[slot] = 0
		w.used[level][pos/64] &^= 1 << (pos % 64)
		for list != 0 {
			i := list - 1
			n := w.node(i)
			list = n.next
			w.count--
			w.link(i, n)
		}
	}
}

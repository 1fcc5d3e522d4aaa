package engine

import "math/bits"

// A wheel keeps one timer for each call: a hierarchy of four rings of 256
// slots, of 1 ms, 256 ms, 65 s and 4.6 h. Setting and ending a timer cost the
// same however many there are. A timer fires in its millisecond, never before
// its time.
type wheel struct {
	now   int64 // ticks that have been handled
	heads [levels][slots]uint32
	used  [levels][slots / 64]uint64 // which slots have a timer
	nodes [][]timer                  // by call, in pieces of the size of the slab's
	count int
}

const (
	levels = 4
	slots  = 256
	tick   = 1_000_000 // ns
	nobody = ^uint32(0)
)

type timer struct {
	at         int64 // tick
	prev, next uint32
	slot       int32 // level*slots + slot, -1 when it is not set
}

func (w *wheel) init() {
	for l := range w.heads {
		for s := range w.heads[l] {
			w.heads[l][s] = nobody
		}
	}
}

// grow makes room for n calls. No timer moves: a copy of many would be many page
// faults at once.
func (w *wheel) grow(n int) {
	for len(w.nodes)*chunk < n {
		piece := make([]timer, chunk)
		for i := range piece {
			piece[i].slot = -1
		}
		w.nodes = append(w.nodes, piece)
	}
}

func (w *wheel) node(id uint32) *timer { return &w.nodes[id/chunk][id%chunk] }

// set sets the timer of a call to a time in nanoseconds, in the place of the
// one it had.
func (w *wheel) set(id uint32, at int64) {
	t := (at + tick - 1) / tick
	if t <= w.now {
		t = w.now + 1
	}
	n := w.node(id)
	if n.slot >= 0 {
		if n.at == t {
			return
		}
		w.stop(id)
	}
	n.at = t
	w.put(id)
	w.count++
}

// put links a timer into the slot that its time belongs to.
func (w *wheel) put(id uint32) {
	n := w.node(id)
	level, shift := 0, 0
	for level < levels-1 && (n.at>>shift)-(w.now>>shift) >= slots {
		level++
		shift += 8
	}
	at := n.at >> shift
	if last := w.now>>shift + slots - 1; at > last {
		at = last // beyond the last ring: put again when the ring has turned
	}
	s := int(at & (slots - 1))
	n.slot = int32(level*slots + s)
	n.prev, n.next = nobody, w.heads[level][s]
	if n.next != nobody {
		w.node(n.next).prev = id
	}
	w.heads[level][s] = id
	w.used[level][s/64] |= 1 << (s % 64)
}

// stop ends the timer of a call, if it has one.
func (w *wheel) stop(id uint32) {
	if n := w.node(id); n.slot >= 0 {
		w.unlink(n)
		w.count--
	}
}

func (w *wheel) unlink(n *timer) {
	level, s := int(n.slot)/slots, int(n.slot)%slots
	if n.next != nobody {
		w.node(n.next).prev = n.prev
	}
	if n.prev != nobody {
		w.node(n.prev).next = n.next
	} else if w.heads[level][s] = n.next; n.next == nobody {
		w.used[level][s/64] &^= 1 << (s % 64)
	}
	n.slot = -1
}

// next returns the first time, in nanoseconds, at which advance may have
// something to do; ok is false when no timer is set.
func (w *wheel) next() (at int64, ok bool) {
	if w.count == 0 {
		return 0, false
	}
	best := int64(-1)
	for level, shift := 0, 0; level < levels; level, shift = level+1, shift+8 {
		base := w.now >> shift
		if d := w.ahead(level, int((base+1)&(slots-1))); d >= 0 {
			t := (base + 1 + int64(d)) << shift
			if best < 0 || t < best {
				best = t
			}
		}
	}
	return best * tick, best >= 0
}

// ahead returns how many slots behind from the first one in use is, -1 for
// none.
func (w *wheel) ahead(level, from int) int {
	for i := range slots/64 + 1 {
		word := (from/64 + i) % (slots / 64)
		v := w.used[level][word]
		if i == 0 {
			v &= ^uint64(0) << (from % 64)
		} else if i == slots/64 {
			v &= 1<<(from%64) - 1
		}
		if v != 0 {
			return (word*64 + bits.TrailingZeros64(v) - from + slots) % slots
		}
	}
	return -1
}

// advance moves the wheel to a time in nanoseconds and hands each call whose
// timer has ended to fire, which may set timers.
func (w *wheel) advance(now int64, fire func(id uint32)) {
	for end := now / tick; w.now < end; {
		if w.count == 0 {
			w.now = end
			return
		}
		// Go straight to the next slot in use.
		at, _ := w.next()
		if at/tick > end {
			w.now = end
			return
		}
		w.now = at / tick
		for level, shift := levels-1, 8*(levels-1); level > 0; level, shift = level-1, shift-8 {
			if w.now&(1<<shift-1) == 0 {
				w.cascade(level, int(w.now>>shift)&(slots-1))
			}
		}
		s := int(w.now & (slots - 1))
		for id := w.heads[0][s]; id != nobody; id = w.heads[0][s] {
			w.stop(id)
			fire(id)
		}
	}
}

// cascade puts the timers of a slot into the rings below.
func (w *wheel) cascade(level, s int) {
	for id := w.heads[level][s]; id != nobody; {
		n := w.node(id)
		next := n.next
		w.unlink(n)
		w.put(id)
		id = next
	}
}

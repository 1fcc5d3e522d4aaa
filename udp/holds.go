package udp

import (
	"sync"

	"github.com/sipwire/sipwire/pool"
)

// ticket is the right to release one held packet, once. The zero ticket is
// none.
type ticket struct {
	n   uint32 // index+1 into holds.out
	gen uint32
}

// holds counts the packets that are held back. Each has a ticket, and with it
// one reference on its slot. Since tickets are bounded, so are the slots that
// held packets can take from the slab: a reader with Batch more slots than
// tickets always has a whole batch of its own.
type holds struct {
	slab *pool.Slab
	mu   sync.Mutex
	free []uint32 // indexes of tickets that are not out
	out  []holder
}

type holder struct {
	gen  uint32
	slot pool.Slot // the zero Slot when not out
}

func newHolds(slab *pool.Slab, n int) *holds {
	h := &holds{slab: slab, free: make([]uint32, n), out: make([]holder, n)}
	for i := range h.out {
		h.free[i] = uint32(n - 1 - i)
	}
	return h
}

// take references slot and returns its ticket.
func (h *holds) take(slot pool.Slot) (ticket, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.free) == 0 || !h.slab.Keep(slot) {
		return ticket{}, false
	}
	i := h.free[len(h.free)-1]
	h.free = h.free[:len(h.free)-1]
	h.out[i].slot = slot
	return ticket{n: i + 1, gen: h.out[i].gen}, true
}

// release drops the slot of t, unless that has been done before. The slot is
// dropped before the ticket is free: never do tickets and held slots add up to
// more than there are.
func (h *holds) release(t ticket) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if t.n == 0 || int(t.n) > len(h.out) {
		return false
	}
	e := &h.out[t.n-1]
	if e.slot == (pool.Slot{}) || e.gen != t.gen {
		return false
	}
	h.slab.Drop(e.slot)
	e.slot = pool.Slot{}
	e.gen++
	h.free = append(h.free, t.n-1) // never beyond its first capacity
	return true
}

// held returns the number of tickets that are out.
func (h *holds) held() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.out) - len(h.free)
}

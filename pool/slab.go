package pool

import (
	"sync/atomic"

	"github.com/sipwire/sipwire/internal/poison"
)

// Slab is a fixed number of byte slots of one size, cut from one piece of
// memory. Each slot counts its references: Take hands out a free one with one
// reference, Keep adds one, Drop removes one and frees the slot with the last.
// All methods may be called from any goroutine, and none allocates.
//
// The memory comes from the Go heap in one piece and is not touched before it
// is used, so the operating system backs only the pages that bytes were put
// into: slots of 64 KiB that carry 600 bytes cost a page or two each. It never
// moves, and any view into it keeps the whole of it alive: a view that outlives
// its slot reads other bytes, but never memory that is gone.
type Slab struct {
	mem    []byte
	size   int // bytes of a slot that may be used
	stride int // bytes from one slot to the next

	// refs[i] is the number of references on slot i; 0 means free.
	refs []atomic.Uint32
	// The free slots are a stack: top and next[i] hold slot+1, 0 ends it. The
	// upper half of top counts changes, so that a slot that was taken and freed
	// while someone was looking does not pass for unchanged.
	top  atomic.Uint64
	next []atomic.Uint32

	free    atomic.Int64
	doubles atomic.Uint64
}

const (
	cacheLine = 64
	page      = 4096
)

// NewSlab makes a slab of the given number of slots with size bytes each. Both
// are raised to 1.
func NewSlab(slots, size int) *Slab {
	slots, size = max(slots, 1), max(size, 1)
	stride := (size + cacheLine - 1) &^ (cacheLine - 1)
	if stride%page == 0 {
		// Slots that all start at the same offset in a page would compete for
		// the same few cache sets. Five lines more, an odd number, spread the
		// starts over all sixty-four.
		stride += 5 * cacheLine
	}
	s := &Slab{
		mem:    make([]byte, slots*stride),
		size:   size,
		stride: stride,
		refs:   make([]atomic.Uint32, slots),
		next:   make([]atomic.Uint32, slots),
	}
	for i := slots - 1; i >= 0; i-- {
		s.push(i)
	}
	return s
}

// Slots returns the number of slots.
func (s *Slab) Slots() int { return len(s.refs) }

// Size returns the number of bytes of a slot.
func (s *Slab) Size() int { return s.size }

// Free returns the number of slots that nobody holds at this moment.
func (s *Slab) Free() int { return int(s.free.Load()) }

// Doubles returns how many Drops and Keeps were refused because the slot was
// free.
func (s *Slab) Doubles() uint64 { return s.doubles.Load() }

// Take hands out a free slot with one reference on it. It reports false when
// all slots are taken.
func (s *Slab) Take() (slot int, ok bool) {
	for {
		old := s.top.Load()
		i := uint32(old)
		if i == 0 {
			return 0, false
		}
		// next may be stale when another goroutine is faster; then top has
		// changed too and the exchange fails.
		then := (old>>32+1)<<32 | uint64(s.next[i-1].Load())
		if s.top.CompareAndSwap(old, then) {
			s.free.Add(-1)
			s.refs[i-1].Store(1)
			return int(i - 1), true
		}
	}
}

// Bytes returns all bytes of a slot, with no capacity beyond them. They are the
// caller's as long as it holds a reference. It panics when there is no such
// slot.
func (s *Slab) Bytes(slot int) []byte {
	lo := slot * s.stride
	hi := lo + s.size
	return s.mem[lo:hi:hi]
}

// Keep adds a reference to a slot that the caller already holds one on. It
// reports false, and counts a double, when the slot is free.
func (s *Slab) Keep(slot int) bool {
	for {
		n := s.refs[slot].Load()
		if n == 0 {
			s.doubles.Add(1)
			return false
		}
		if s.refs[slot].CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// Drop removes a reference and frees the slot with the last one. It reports
// false, and counts a double, when the slot is free already.
func (s *Slab) Drop(slot int) bool {
	for {
		n := s.refs[slot].Load()
		if n == 0 {
			s.doubles.Add(1)
			return false
		}
		if n == 1 {
			// The bytes are still ours alone here: past the exchange they may
			// be someone else's.
			poison.Bytes(s.Bytes(slot))
		}
		if s.refs[slot].CompareAndSwap(n, n-1) {
			if n == 1 {
				s.push(slot)
			}
			return true
		}
	}
}

func (s *Slab) push(slot int) {
	for {
		old := s.top.Load()
		s.next[slot].Store(uint32(old))
		if s.top.CompareAndSwap(old, (old>>32+1)<<32|uint64(slot+1)) {
			s.free.Add(1)
			return
		}
	}
}

package pool

import (
	"sync/atomic"

	"github.com/sipwire/sipwire/internal/poison"
)

// Slot names a slot of a [Slab] from its Take to its last Drop. The same memory
// has another Slot when it is handed out again. The zero Slot names none.
type Slot struct {
	n   uint32 // index+1
	gen uint32 // how often the slot had been freed, modulo 2³²
}

// Index returns the number of the slot in its Slab, from 0 up, -1 for the zero
// Slot.
func (s Slot) Index() int { return int(s.n) - 1 }

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

	// refs[i] has the generation of slot i in its upper half and the number of
	// references in its lower; no references means free.
	refs []atomic.Uint64
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
		refs:   make([]atomic.Uint64, slots),
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

// Doubles returns how many Drops and Keeps were refused because the last
// reference had been dropped before.
func (s *Slab) Doubles() uint64 { return s.doubles.Load() }

// Take hands out a free slot with one reference on it. It reports false when
// all slots are taken.
//
// Under the race detector and with the build tag sipwiredebug it panics when
// the slot was written to after its last Drop.
func (s *Slab) Take() (slot Slot, ok bool) {
	for {
		old := s.top.Load()
		i := uint32(old)
		if i == 0 {
			return Slot{}, false
		}
		// next may be stale when another goroutine is faster; then top has
		// changed too and the exchange fails.
		then := (old>>32+1)<<32 | uint64(s.next[i-1].Load())
		if !s.top.CompareAndSwap(old, then) {
			continue
		}
		s.free.Add(-1)
		// Nobody else changes the count of a slot that is not on the stack and
		// has no reference.
		gen := uint32(s.refs[i-1].Load() >> 32)
		s.refs[i-1].Store(uint64(gen)<<32 | 1)
		slot = Slot{n: i, gen: gen}
		if poison.Enabled && gen > 0 && !poison.Intact(s.bytes(slot.Index())) {
			panic("pool: a slot was written to after its last Drop")
		}
		return slot, true
	}
}

// Bytes returns all bytes of a slot, with no capacity beyond them. They are the
// caller's as long as it holds a reference. It panics when there is no such
// slot; under the race detector and with the build tag sipwiredebug also when
// its last reference was dropped.
func (s *Slab) Bytes(slot Slot) []byte {
	if poison.Enabled && slot.n > 0 {
		if v := s.refs[slot.n-1].Load(); uint32(v>>32) != slot.gen || uint32(v) == 0 {
			panic("pool: a slot is used after its last Drop")
		}
	}
	return s.bytes(slot.Index())
}

func (s *Slab) bytes(i int) []byte {
	lo := i * s.stride
	hi := lo + s.size
	return s.mem[lo:hi:hi]
}

// Keep adds a reference to a slot that the caller already holds one on. When
// the last reference was dropped before, it changes nothing, counts a double
// and reports false, also if the memory has been handed out again since.
func (s *Slab) Keep(slot Slot) bool { return s.count(slot, 1) }

// Drop removes a reference and frees the slot with the last one. When that was
// done before, it changes nothing, counts a double and reports false, also if
// the memory has been handed out again since.
func (s *Slab) Drop(slot Slot) bool { return s.count(slot, -1) }

// count adds by, 1 or -1, to the references of a slot.
func (s *Slab) count(slot Slot, by int32) bool {
	if slot.n == 0 {
		s.doubles.Add(1)
		return false
	}
	refs := &s.refs[slot.n-1]
	for {
		old := refs.Load()
		n := uint32(old)
		if uint32(old>>32) != slot.gen || n == 0 {
			s.doubles.Add(1)
			return false
		}
		last := n == 1 && by < 0
		then := uint64(slot.gen)<<32 | uint64(n+uint32(by))
		if last {
			then = uint64(slot.gen+1) << 32
		}
		if refs.CompareAndSwap(old, then) {
			if last {
				// Nobody can take the slot before it is pushed.
				poison.Fill(s.bytes(slot.Index()))
				s.push(slot.Index())
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

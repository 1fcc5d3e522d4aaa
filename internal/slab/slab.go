// Package slab is a table of values that are made and freed all the time. A
// value has an index as long as it is in use, and a handle that no other value
// has before or after it. Values lie in segments that never move; when T has no
// pointers the collector does not look into them.
package slab

const (
	segBits = 9
	segSize = 1 << segBits
)

// A cell is one place. Its generation is odd while it is in use, and goes up
// with every Take and every Free, so that a handle fits one use only. After
// 2^30 uses of one place its handles repeat.
type cell[T any] struct {
	v    T
	gen  uint32
	next uint32 // the next free cell plus one
}

// A Slab is such a table. The zero value is empty and ready.
type Slab[T any] struct {
	segs []*[segSize]cell[T]
	used uint32 // cells that were ever taken
	free uint32 // the first free cell plus one
	live int
}

func (s *Slab[T]) cell(i uint32) *cell[T] { return &s.segs[i>>segBits][i&(segSize-1)] }

// Len returns the number of values in use.
func (s *Slab[T]) Len() int { return s.live }

// Cap returns one more than the greatest index that was ever taken.
func (s *Slab[T]) Cap() uint32 { return s.used }

// Take makes a value, which is zero.
func (s *Slab[T]) Take() (i uint32, v *T) {
	if s.free != 0 {
		i = s.free - 1
		s.free = s.cell(i).next
	} else {
		i = s.used
		if int(i>>segBits) == len(s.segs) {
			s.segs = append(s.segs, new([segSize]cell[T]))
		}
		s.used++
	}
	c := s.cell(i)
	c.gen++
	s.live++
	return i, &c.v
}

// Free ends the use of a value, clears it and makes its handle stale.
func (s *Slab[T]) Free(i uint32) {
	c := s.cell(i)
	if c.gen&1 == 0 {
		panic("slab: freed twice") // the tables above would be wrong already
	}
	var zero T
	c.v = zero
	c.gen++
	c.next = s.free
	s.free = i + 1
	s.live--
}

// At returns the value with an index, which must be in use.
func (s *Slab[T]) At(i uint32) *T { return &s.cell(i).v }

// InUse reports whether the index is that of a value.
func (s *Slab[T]) InUse(i uint32) bool { return i < s.used && s.cell(i).gen&1 == 1 }

// genMask leaves the top bit of a handle to its owner.
const genMask = 1<<31 - 1

// Handle returns the handle of a value in use. It is below 2^63 and never 0.
func (s *Slab[T]) Handle(i uint32) uint64 { return uint64(s.cell(i).gen&genMask)<<32 | uint64(i) }

// Lookup returns the value with a handle, nil when it is stale.
func (s *Slab[T]) Lookup(h uint64) (i uint32, v *T) {
	i = uint32(h)
	if i >= s.used {
		return 0, nil
	}
	c := s.cell(i)
	if uint64(c.gen&genMask) != h>>32 || c.gen&1 == 0 {
		return 0, nil
	}
	return i, &c.v
}

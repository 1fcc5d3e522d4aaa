//go:build !purego

package scan

import (
	"math/rand/v2"
	"testing"

	"github.com/sipwire/sipwire/internal/cpufeat"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// slowMask is the specification of [Set.Mask].
func (s *Set) slowMask(b []byte) (mask uint64) {
	for i, char := range b {
		if char < 0x80 && s[char&15]>>(char>>4)&1 != 0 {
			mask |= 1 << i
		}
	}
	if s[0]&1 != 0 { // behind the last byte are NULs
		mask |= ^uint64(0) << len(b)
	}
	return mask
}

// setsOf draws sets of any ASCII characters.
func setsOf(r *rand.Rand) (sets [3]Set) {
	for n := range sets {
		odds := r.IntN(9)
		sets[n] = NewSet(func(byte) bool { return r.IntN(8) < odds })
	}
	return sets
}

// eachKernel runs f in every tier that has a kernel for sets.
func eachKernel(t *testing.T, f func(t *testing.T)) {
	for _, tier := range cpufeat.Tiers()[1:] {
		t.Run(tier.String(), func(t *testing.T) {
			defer cpufeat.Force(tier)()
			f(t)
		})
	}
}

func compareMasks(t *testing.T, sets *[3]Set, b []byte) {
	t.Helper()
	for n := range sets {
		if mask, ok := sets[n].Mask(b); !ok || mask != sets[n].slowMask(b) {
			t.Fatalf("%q: set %d: %x, want %x", b, n, mask, sets[n].slowMask(b))
		}
	}
}

// TestMasks compares the kernel with the specification for every length, in
// front of a guard page and behind one.
func TestMasks(t *testing.T) {
	memory := testfiles.Guarded(t, 1)
	eachKernel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		for range 200 {
			c := setsOf(r)
			for size := 4; size <= MaxMasked; size++ {
				for _, b := range [][]byte{memory[:size:size], memory[len(memory)-size:]} {
					for i := range b {
						b[i] = byte(r.Uint32())
						if r.IntN(2) == 0 {
							b[i] &= 0x7f
						}
					}
					compareMasks(t, &c, b)
				}
			}
		}
	})
}

// TestMasksEveryByte asks about every byte at every place of every length.
func TestMasksEveryByte(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		c := setsOf(r)
		memory := make([]byte, MaxMasked)
		for size := 4; size <= MaxMasked; size++ {
			for at := range size {
				for char := range 256 {
					memory[at] = byte(char)
					compareMasks(t, &c, memory[:size])
				}
				memory[at] = byte(r.Uint32())
			}
		}
	})
}

func TestMasksRefuses(t *testing.T) {
	c := setsOf(rand.New(rand.NewPCG(9, 10)))
	for _, size := range []int{0, 1, 2, 3, MaxMasked + 1, 1000} {
		if mask, ok := c[0].Mask(make([]byte, size)); ok || mask != 0 {
			t.Errorf("%d bytes: %x, done", size, mask)
		}
	}
	defer cpufeat.Force(cpufeat.Generic)()
	if mask, ok := c[0].Mask(make([]byte, 20)); ok || mask != 0 {
		t.Errorf("the generic tier has a mask: %x", mask)
	}
}

// FuzzMasks holds the kernel to the generic code.
func FuzzMasks(f *testing.F) {
	f.Add([]byte("<sip:alice@example.com>;tag=1928301774"), uint64(1))
	f.Add([]byte("\x00\x80\xff;tag"), uint64(2))
	f.Fuzz(func(t *testing.T, b []byte, seed uint64) {
		if len(b) < 4 {
			return
		}
		c := setsOf(rand.New(rand.NewPCG(seed, 1)))
		b = b[:min(len(b), MaxMasked)]
		for _, tier := range cpufeat.Tiers()[1:] {
			restore := cpufeat.Force(tier)
			compareMasks(t, &c, b)
			restore()
		}
	})
}

// BenchmarkMasks is the cost of one call.
func BenchmarkMasks(b *testing.B) {
	c := setsOf(rand.New(rand.NewPCG(3, 4)))
	src := make([]byte, MaxMasked)
	for b.Loop() {
		c[0].Mask(src)
	}
}

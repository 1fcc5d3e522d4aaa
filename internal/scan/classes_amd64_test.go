//go:build !purego

package scan

import (
	"math/rand/v2"
	"testing"

	"github.com/sipwire/sipwire/internal/cpufeat"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// slowMasks is the specification of [Classes.Masks].
func (c *Classes) slowMasks(b []byte) (m Masks) {
	for i := range MaxMasked {
		var char byte
		if i < len(b) {
			char = b[i]
		}
		for n, set := range c.Sets {
			if char < 0x80 && set[char&15]>>(char>>4)&1 != 0 {
				m.Sets[n] |= 1 << i
			}
		}
		for n, like := range c.Bytes {
			if char == like {
				m.Bytes[n] |= 1 << i
			}
		}
	}
	return m
}

// classesOf draws classes: any sets of ASCII characters, and any bytes.
func classesOf(r *rand.Rand) *Classes {
	var c Classes
	for n := range c.Sets {
		odds := r.IntN(9)
		c.Sets[n] = NewSet(func(byte) bool { return r.IntN(8) < odds })
		c.Bytes[n] = byte(r.IntN(256))
	}
	return &c
}

// eachKernel runs f in every tier that has a kernel for classes.
func eachKernel(t *testing.T, f func(t *testing.T)) {
	for _, tier := range cpufeat.Tiers()[1:] {
		t.Run(tier.String(), func(t *testing.T) {
			defer cpufeat.Force(tier)()
			f(t)
		})
	}
}

func compareMasks(t *testing.T, c *Classes, b []byte) {
	t.Helper()
	var got Masks
	want := c.slowMasks(b)
	if !c.Masks(b, &got) || got != want {
		t.Fatalf("%q:\n%x\n%x", b, got, want)
	}
	for n := range c.Sets {
		if mask, ok := c.Sets[n].Mask(b); !ok || mask != want.Sets[n] {
			t.Fatalf("%q: set %d: %x, want %x", b, n, mask, want.Sets[n])
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
			c := classesOf(r)
			for size := 4; size <= MaxMasked; size++ {
				for _, b := range [][]byte{memory[:size:size], memory[len(memory)-size:]} {
					for i := range b {
						b[i] = byte(r.Uint32())
						if r.IntN(2) == 0 {
							b[i] &= 0x7f
						}
					}
					compareMasks(t, c, b)
				}
			}
		}
	})
}

// TestMasksEveryByte asks about every byte at every place of every length.
func TestMasksEveryByte(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		c := classesOf(r)
		memory := make([]byte, MaxMasked)
		for size := 4; size <= MaxMasked; size++ {
			for at := range size {
				for char := range 256 {
					memory[at] = byte(char)
					compareMasks(t, c, memory[:size])
				}
				memory[at] = byte(r.Uint32())
			}
		}
	})
}

func TestMasksRefuses(t *testing.T) {
	c := classesOf(rand.New(rand.NewPCG(9, 10)))
	m, kept := Masks{Bytes: [3]uint64{1, 2, 3}}, Masks{Bytes: [3]uint64{1, 2, 3}}
	for _, size := range []int{0, 1, 2, 3, MaxMasked + 1, 1000} {
		if c.Masks(make([]byte, size), &m) || m != kept {
			t.Errorf("%d bytes: done", size)
		}
		if _, ok := c.Sets[0].Mask(make([]byte, size)); ok {
			t.Errorf("%d bytes: one set done", size)
		}
	}
	defer cpufeat.Force(cpufeat.Generic)()
	if c.Masks(make([]byte, 20), &m) || m != kept {
		t.Error("the generic tier has masks")
	}
	if _, ok := c.Sets[0].Mask(make([]byte, 20)); ok {
		t.Error("the generic tier has the mask of a set")
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
		c := classesOf(rand.New(rand.NewPCG(seed, 1)))
		b = b[:min(len(b), MaxMasked)]
		for _, tier := range cpufeat.Tiers()[1:] {
			restore := cpufeat.Force(tier)
			compareMasks(t, c, b)
			restore()
		}
	})
}

// BenchmarkMasks is the cost of one call.
func BenchmarkMasks(b *testing.B) {
	c := classesOf(rand.New(rand.NewPCG(3, 4)))
	src := make([]byte, MaxMasked)
	var m Masks
	for b.Loop() {
		c.Masks(src, &m)
	}
}

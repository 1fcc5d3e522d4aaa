package pool

import (
	"bytes"
	"sync"
	"testing"
)

func TestSlabSlots(t *testing.T) {
	for _, size := range []int{1, 63, 64, 600, 4096, 65535, 65536} {
		s := NewSlab(5, size)
		seen := map[Slot]bool{}
		for i := range 5 {
			slot, ok := s.Take()
			if !ok || seen[slot] {
				t.Fatalf("size %d: take %d gave %v %v", size, i, slot, ok)
			}
			seen[slot] = true
			b := s.Bytes(slot)
			if len(b) != size || cap(b) != size {
				t.Fatalf("size %d: a slot has %d of %d", size, len(b), cap(b))
			}
			for j := range b {
				b[j] = byte(slot.Index())
			}
		}
		if _, ok := s.Take(); ok || s.Free() != 0 {
			t.Fatalf("size %d: a sixth slot of five", size)
		}
		for slot := range seen {
			if want := bytes.Repeat([]byte{byte(slot.Index())}, size); !bytes.Equal(s.Bytes(slot), want) {
				t.Fatalf("size %d: slot %d was written through another", size, slot.Index())
			}
		}
	}
	if s := NewSlab(0, 0); s.Slots() != 1 || s.Size() != 1 {
		t.Fatal("an empty slab was made")
	}
}

func TestSlabReferences(t *testing.T) {
	s := NewSlab(2, 16)
	a, _ := s.Take()
	if !s.Keep(a) {
		t.Fatal("keep refused")
	}
	if !s.Drop(a) || s.Free() != 1 {
		t.Fatal("freed with a reference left")
	}
	if !s.Drop(a) || s.Free() != 2 {
		t.Fatal("not freed with the last reference")
	}
	if s.Drop(a) || s.Keep(a) || s.Doubles() != 2 || s.Free() != 2 {
		t.Fatal("a free slot was dropped or kept")
	}
	b, ok1 := s.Take()
	c, ok2 := s.Take()
	if !ok1 || !ok2 || b == c {
		t.Fatalf("one slot in two hands: %v %v", b, c)
	}
}

// A second Drop or Keep after the last one is refused for good: also when the
// memory has another holder meanwhile.
func TestSlabStale(t *testing.T) {
	s := NewSlab(1, 16)
	a, _ := s.Take()
	s.Drop(a)
	b, ok := s.Take()
	if !ok || a == b || a.Index() != b.Index() {
		t.Fatalf("%v %v, then %v", ok, a, b)
	}
	if s.Drop(a) || s.Keep(a) || s.Doubles() != 2 || s.Free() != 0 {
		t.Fatalf("the first holder dropped or kept the second one's: %d doubles, %d free", s.Doubles(), s.Free())
	}
	if _, ok := s.Take(); ok {
		t.Fatal("one slot in two hands")
	}
	if !s.Drop(b) || s.Free() != 1 {
		t.Fatal("the second holder cannot drop its own")
	}
	if s.Drop(Slot{}) || s.Keep(Slot{}) || (Slot{}).Index() != -1 {
		t.Fatal("the zero Slot names one")
	}
}

// Many goroutines take and drop; whoever holds a slot must be alone with it.
func TestSlabConcurrent(t *testing.T) {
	const slots, workers, rounds = 7, 4, 20000
	s := NewSlab(slots, 8)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for range rounds {
				i, ok := s.Take()
				if !ok {
					continue
				}
				b := s.Bytes(i)
				for j := range b {
					b[j] = byte(w)
				}
				s.Keep(i)
				s.Drop(i)
				for _, c := range b {
					if c != byte(w) {
						t.Errorf("slot %d held by %d and %d", i.Index(), w, c)
						return
					}
				}
				s.Drop(i)
			}
		})
	}
	wg.Wait()
	if s.Free() != slots || s.Doubles() != 0 {
		t.Fatalf("%d of %d slots free, %d doubles", s.Free(), slots, s.Doubles())
	}
}

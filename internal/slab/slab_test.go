package slab

import (
	"math/rand/v2"
	"testing"
)

func TestHandles(t *testing.T) {
	var s Slab[int]
	rnd := rand.New(rand.NewPCG(3, 4))
	live := map[uint64]int{}
	var stale []uint64
	for k := range 20000 {
		if rnd.IntN(5) < 3 {
			i, v := s.Take()
			if *v != 0 || !s.InUse(i) {
				t.Fatalf("a value of %d is handed out", *v)
			}
			*v = k + 1
			h := s.Handle(i)
			if _, twice := live[h]; twice || h == 0 {
				t.Fatalf("handle %x twice", h)
			}
			live[h] = k + 1
		} else {
			for h := range live {
				i, _ := s.Lookup(h)
				s.Free(i)
				delete(live, h)
				stale = append(stale, h)
				break
			}
		}
		if s.Len() != len(live) {
			t.Fatalf("%d live, want %d", s.Len(), len(live))
		}
	}
	for h, want := range live {
		if i, v := s.Lookup(h); v == nil || *v != want || s.At(i) != v {
			t.Fatalf("handle %x lost", h)
		}
	}
	for _, h := range append(stale, 0, 1, 1<<63, uint64(s.Cap()), 1<<32|uint64(s.Cap())) {
		if _, v := s.Lookup(h); v != nil && live[h] == 0 {
			t.Fatalf("stale handle %x finds %d", h, *v)
		}
	}
}

func TestFreedTwice(t *testing.T) {
	var s Slab[int]
	i, _ := s.Take()
	s.Free(i)
	defer func() {
		if recover() == nil {
			t.Error("a second Free goes unseen")
		}
	}()
	s.Free(i)
}

func TestAllocs(t *testing.T) {
	var s Slab[[8]int]
	for range 10 {
		s.Take()
	}
	if n := testing.AllocsPerRun(1000, func() {
		i, _ := s.Take()
		s.Lookup(s.Handle(i))
		s.Free(i)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

package pool

import (
	"bytes"
	"sync"
	"testing"
)

func TestBuffersReuse(t *testing.T) {
	var p Buffers
	b := p.Get()
	if len(b.B) != 0 {
		t.Fatalf("a fresh buffer has %d bytes", len(b.B))
	}
	b.B = append(b.B, "INVITE sip:bob@example.com SIP/2.0\r\n"...)
	if !p.Put(&b) {
		t.Fatal("a small buffer was not kept")
	}
	if b.B != nil {
		t.Fatal("B survives Put")
	}
	for range 3 {
		c := p.Get()
		if len(c.B) != 0 {
			t.Fatalf("a used buffer comes back with %d bytes", len(c.B))
		}
		c.B = append(c.B, 'x')
		p.Put(&c)
	}
}

func TestBuffersDoublePut(t *testing.T) {
	var p Buffers
	b := p.Get()
	b.B = append(b.B, "first"...)
	p.Put(&b)
	b.B = []byte("not on loan")
	if p.Put(&b) {
		t.Fatal("the second Put was accepted")
	}
	var zero Buffer
	p.Put(&zero)
	if got := p.Stats(); got != (BuffersStats{Doubles: 2}) {
		t.Fatalf("stats %+v, want two doubles", got)
	}
	// Whatever the pool hands out now, no two loans may share memory.
	x, y := p.Get(), p.Get()
	x.B, y.B = append(x.B, "xxxxx"...), append(y.B, "yyyyy"...)
	if string(x.B) != "xxxxx" || string(y.B) != "yyyyy" {
		t.Fatalf("two loans share memory: %q %q", x.B, y.B)
	}
}

func TestBuffersMaxCap(t *testing.T) {
	for _, tt := range []struct {
		max, n int
		kept   bool
	}{
		{0, DefaultMaxCap, true},
		{0, DefaultMaxCap + 1, false},
		{100, 100, true},
		{100, 101, false},
		{-1, DefaultMaxCap, true},
	} {
		p := Buffers{MaxCap: tt.max}
		b := p.Get()
		b.B = make([]byte, 1, tt.n)
		if got := p.Put(&b); got != tt.kept {
			t.Errorf("MaxCap %d, capacity %d: kept %v", tt.max, tt.n, got)
		}
		if over := p.Stats().Oversize; (over == 0) != tt.kept {
			t.Errorf("MaxCap %d, capacity %d: %d counted", tt.max, tt.n, over)
		}
		if c := p.Get(); cap(c.B) > DefaultMaxCap {
			t.Errorf("MaxCap %d: a buffer of %d came back", tt.max, cap(c.B))
		}
	}
}

// Embedded behind a 32-bit field, the counters of the pool below must still be
// aligned where a 64-bit atomic needs it.
func TestBuffersAlignment(t *testing.T) {
	var s struct {
		_ uint32
		p Buffers
		_ uint32
		q Buffers
	}
	for _, p := range []*Buffers{&s.p, &s.q} {
		b := p.Get()
		p.Put(&b)
	}
}

func TestSlabSlots(t *testing.T) {
	for _, size := range []int{1, 63, 64, 600, 4096, 65535, 65536} {
		s := NewSlab(5, size)
		seen := map[int]bool{}
		for i := range 5 {
			slot, ok := s.Take()
			if !ok || seen[slot] {
				t.Fatalf("size %d: take %d gave %d %v", size, i, slot, ok)
			}
			seen[slot] = true
			b := s.Bytes(slot)
			if len(b) != size || cap(b) != size {
				t.Fatalf("size %d: a slot has %d of %d", size, len(b), cap(b))
			}
			for j := range b {
				b[j] = byte(slot)
			}
		}
		if _, ok := s.Take(); ok || s.Free() != 0 {
			t.Fatalf("size %d: a sixth slot of five", size)
		}
		for slot := range seen {
			if want := bytes.Repeat([]byte{byte(slot)}, size); !bytes.Equal(s.Bytes(slot), want) {
				t.Fatalf("size %d: slot %d was written through another", size, slot)
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
		t.Fatalf("one slot in two hands: %d %d", b, c)
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
						t.Errorf("slot %d held by %d and %d", i, w, c)
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

func TestAllocs(t *testing.T) {
	var p Buffers
	s := NewSlab(4, 64)
	text := []byte("Via: SIP/2.0/UDP 192.0.2.1\r\n")
	warm := p.Get()
	warm.B = append(warm.B, text...)
	p.Put(&warm)
	for name, f := range map[string]func(){
		"Get, Put": func() {
			b := p.Get()
			b.B = append(b.B[:0], text[:8]...)
			p.Put(&b)
		},
		"double Put": func() { var b Buffer; p.Put(&b) },
		"Take, Keep, Drop": func() {
			i, _ := s.Take()
			s.Keep(i)
			s.Drop(i)
			s.Drop(i)
		},
		"double Drop": func() { s.Drop(0) },
	} {
		if raceEnabled && name == "Get, Put" {
			continue // sync.Pool drops at random under the race detector
		}
		if n := testing.AllocsPerRun(1000, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

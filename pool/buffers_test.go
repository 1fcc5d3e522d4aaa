package pool

import (
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

// copyOf is what go vet warns of: a Buffer that is passed by value somewhere.
func copyOf(b *Buffer) *Buffer {
	return &Buffer{B: b.B, loan: b.loan, gen: b.gen}
}

// A Put of a copy is refused too, at once and when the memory is on loan again.
func TestBuffersCopied(t *testing.T) {
	var p Buffers
	b := p.Get()
	b.B = append(b.B, "first"...)
	c, d := copyOf(&b), copyOf(&b)
	p.Put(&b)
	if p.Put(c) || c.B != nil {
		t.Fatal("the copy was accepted")
	}
	x := p.Get()
	if p.Put(d) {
		t.Fatal("the copy was accepted for another's loan")
	}
	y := p.Get()
	x.B, y.B = append(x.B, "xxxxx"...), append(y.B, "yyyyy"...)
	if string(x.B) != "xxxxx" || string(y.B) != "yyyyy" {
		t.Fatalf("two loans share memory: %q %q", x.B, y.B)
	}
	if n := p.Stats().Doubles; n != 2 {
		t.Fatalf("%d doubles", n)
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

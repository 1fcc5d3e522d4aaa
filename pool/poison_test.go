//go:build race || sipwiredebug

package pool

import "testing"

// panics reports whether f does, and with what.
func panics(f func()) (with any) {
	defer func() { with = recover() }()
	f()
	return nil
}

// What is kept too long reads 0xDB, and writing to it is found when the memory
// is handed out again.
func TestPoison(t *testing.T) {
	var p Buffers
	b := p.Get()
	b.B = append(b.B, "kept too long"...)
	view := b.B
	p.Put(&b)
	s := NewSlab(1, 5000)
	a, _ := s.Take()
	slot := s.Bytes(a)
	s.Drop(a)
	for _, v := range [][]byte{view, slot} {
		for i, c := range v {
			if c != 0xDB {
				t.Fatalf("byte %d of %d is %#x after release", i, len(v), c)
			}
		}
	}
	if with := panics(func() { s.Bytes(a) }); with == nil {
		t.Error("a slot is used after its last Drop")
	}
	slot[4999] = 'x'
	if with := panics(func() { s.Take() }); with == nil {
		t.Error("a write after the last Drop was not found")
	}
	// Where a buffer goes is up to sync.Pool: look at what Get looks at.
	if with := panics(func() { check(view) }); with != nil {
		t.Errorf("nobody wrote: %v", with)
	}
	view[3] = 'x'
	if with := panics(func() { check(view) }); with == nil {
		t.Error("a write after Put was not found")
	}
	if with := panics(func() { check(make([]byte, 0, 64)) }); with != nil {
		t.Errorf("a fresh buffer: %v", with)
	}
}

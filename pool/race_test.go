//go:build race

package pool

import "testing"

const raceEnabled = true

func TestPoison(t *testing.T) {
	var p Buffers
	b := p.Get()
	b.B = append(b.B, "kept too long"...)
	view := b.B
	p.Put(&b)
	s := NewSlab(1, 5000)
	i, _ := s.Take()
	slot := s.Bytes(i)
	s.Drop(i)
	for _, v := range [][]byte{view, slot} {
		for i, c := range v {
			if c != 0xDB {
				t.Fatalf("byte %d of %d is %#x after release", i, len(v), c)
			}
		}
	}
}

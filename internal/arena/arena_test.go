package arena

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// Strings of all lengths come and go, and none is written through another.
func TestStrings(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 10))
	a := Arena{MaxBlocks: 60}
	type entry struct {
		ref  Ref
		n    int
		fill byte
	}
	var live []entry
	refused := 0
	for step := range 60000 {
		grow := step/10000%2 == 0
		if len(live) > 0 && (rnd.IntN(3) == 0) == grow {
			k := rnd.IntN(len(live))
			e := live[k]
			if got := a.Bytes(e.ref, e.n); !bytes.Equal(got, bytes.Repeat([]byte{e.fill}, e.n)) {
				t.Fatalf("a string of %d bytes was written through another", e.n)
			}
			a.Free(e.ref)
			live[k] = live[len(live)-1]
			live = live[:len(live)-1]
			continue
		}
		n := rnd.IntN(3000)
		if rnd.IntN(50) == 0 {
			n = rnd.IntN(Max + 1)
		}
		ref, b, ok := a.New(n)
		if !ok {
			refused++
			continue
		}
		if ref == 0 || len(b) != n {
			t.Fatalf("New(%d) gave %d bytes", n, len(b))
		}
		fill := byte(step)
		for i := range b {
			b[i] = fill
		}
		live = append(live, entry{ref, n, fill})
	}
	if refused == 0 {
		t.Error("the limit was never reached")
	}
	if max := 60 * blockSize; a.active*blockSize > max {
		t.Errorf("%d bytes in use, limit %d", a.active*blockSize, max)
	}
	for _, e := range live {
		a.Free(e.ref)
	}
	if a.Used() != 0 || a.active > classes {
		t.Errorf("%d bytes and %d blocks are left", a.Used(), a.active)
	}
	// What was one class can be another.
	for range 60 - classes {
		if _, _, ok := a.New(Max); !ok {
			t.Fatal("empty blocks are not used again")
		}
	}
}

func TestClasses(t *testing.T) {
	last := 0
	for n := range Max + 1 {
		c, size := class(n)
		if size < n || size != sizeOf(uint8(c)) || c < last || c >= classes || n > 2048 && size >= 2*n {
			t.Fatalf("%d bytes: class %d of %d", n, c, size)
		}
		last = c
	}
	var a Arena
	if _, _, ok := a.New(Max + 1); ok {
		t.Error("a string beyond Max")
	}
	if a.Free(0); a.Bytes(0, 0) != nil {
		t.Error("the zero Ref has bytes")
	}
}

func TestAllocs(t *testing.T) {
	var a Arena
	if n := testing.AllocsPerRun(1000, func() {
		for n := 100; n < 1000; n += 100 {
			r, _, _ := a.New(n)
			a.Bytes(r, n)
			a.Free(r)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

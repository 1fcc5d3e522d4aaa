package hashindex

import (
	"math/rand/v2"
	"testing"
)

func TestAgainstMap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	var x Index
	if _, ok := x.First(1); ok {
		t.Fatal("an empty index has an entry")
	}
	const n = 50000
	hashes := make([]uint64, n)
	in := make([]bool, n)
	byHash := map[uint32]map[uint32]bool{}
	for step := range 300000 {
		i := rnd.Uint32N(n)
		if h := uint32(hashes[i]); in[i] {
			// The first half of the run mostly adds, the second mostly
			// removes.
			if step < 150000 && rnd.IntN(4) > 0 {
				continue
			}
			x.Remove(i)
			delete(byHash[h], i)
			in[i] = false
		} else if step < 150000 || rnd.IntN(4) == 0 {
			hashes[i] = uint64(rnd.Uint32N(20000)) * 0x9e3779b1
			x.Add(i, hashes[i])
			h = uint32(hashes[i])
			if byHash[h] == nil {
				byHash[h] = map[uint32]bool{}
			}
			byHash[h][i] = true
			in[i] = true
		}
	}
	total := 0
	for h, want := range byHash {
		got := 0
		for i, ok := x.First(uint64(h)); ok; i, ok = x.Next(i) {
			if !want[i] {
				t.Fatalf("hash %x finds %d", h, i)
			}
			got++
		}
		if got != len(want) {
			t.Fatalf("hash %x: %d of %d entries", h, got, len(want))
		}
		total += got
	}
	if total != x.Len() {
		t.Fatalf("%d entries, Len is %d", total, x.Len())
	}
}

// The chains stay short while the index grows.
func TestChains(t *testing.T) {
	var x Index
	rnd := rand.New(rand.NewPCG(7, 8))
	for i := range uint32(200000) {
		x.Add(i, rnd.Uint64())
	}
	longest := 0
	for _, seg := range x.heads {
		for _, head := range seg {
			n := 0
			for link := head.link; link != 0; link = x.node(link - 1).next {
				n++
			}
			longest = max(longest, n)
		}
	}
	if longest > 14 {
		t.Errorf("a chain of %d among as many buckets as entries", longest)
	}
}

func TestAllocs(t *testing.T) {
	var x Index
	for i := range uint32(2000) {
		x.Add(i, uint64(i)*0x9e3779b97f4a7c15)
	}
	if n := testing.AllocsPerRun(1000, func() {
		x.Remove(7)
		x.Add(7, 99)
		i, _ := x.First(99)
		x.Next(i)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

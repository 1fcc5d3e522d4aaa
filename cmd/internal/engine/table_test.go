package engine

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestTable enters and drops calls at random: each that is there is found by its
// Call-ID, also among others of the same hash, and no other is.
func TestTable(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, hashes := range []uint64{1, 50, 1 << 63} { // one for all, one for many, one for each
		var s slab
		s.init(0, 0, 0)
		open := map[uint32]uint64{}
		number := 0
		check := func(id uint32) {
			t.Helper()
			c := s.at(id)
			if got, found := s.find(open[id], c.callID); got != id || found != c {
				t.Fatalf("%d hashes, %d open: %q is call %d, found %d", hashes, len(open), c.callID, id, got)
			}
			if _, found := s.find(open[id]+hashes, c.callID); found != nil && hashes < 1<<63 {
				t.Fatalf("%q was found by another hash", c.callID)
			}
		}
		for _, most := range []int{fewest + 1, 1200, 10} {
			for range 4 * most {
				id := nobody
				for id = range open {
					break
				}
				if len(open) > 0 && r.IntN(2*most) < len(open) {
					check(id)
					hash, callID := open[id], string(s.at(id).callID)
					s.drop(id)
					delete(open, id)
					if got, _ := s.find(hash, []byte(callID)); got != nobody {
						t.Fatalf("%q was found after its end", callID)
					}
					continue
				}
				id, c := s.take()
				number++
				c.callID = strconv.AppendInt(c.callID, int64(number), 10)
				open[id] = r.Uint64N(hashes)
				s.enter(id, open[id])
				check(id)
			}
			for id := range open {
				check(id)
			}
		}
	}
}

// TestTableOrder splits buckets of calls that have one hash: the newest stays in
// front. So the call that came in last is found where a call goes to this process
// itself.
func TestTableOrder(t *testing.T) {
	var s slab
	s.init(0, 0, 0)
	var last [3]uint32
	for i := range 1000 {
		id, c := s.take()
		if i%5 > 0 {
			s.enter(id, uint64(i))
			continue
		}
		c.callID = append(c.callID, "same"...)
		hash := i / 5 % len(last)
		s.enter(id, uint64(hash)+fewest) // they move when this bucket is split
		last[hash] = id
		for hash, id := range last[:min(i/5+1, len(last))] {
			if got, _ := s.find(uint64(hash)+fewest, []byte("same")); got != id {
				t.Fatalf("%d calls, hash %d: call %d is found, not the newest, %d", i+1, hash, got, id)
			}
		}
	}
}

// TestTableReserved has the buckets before the calls.
func TestTableReserved(t *testing.T) {
	var s slab
	s.init(0, 0, 0)
	s.reserve(3*heads + 5)
	if n := s.byHash.count; n != 3*heads+5 {
		t.Errorf("%d buckets", n)
	}
}

package peer

import (
	"slices"
	"testing"
	"unsafe"
)

func testSpread[T any](t *testing.T) {
	values := spread[T]()
	for i, v := range values {
		next := values[(i+1)%places]
		if d := (uintptr(unsafe.Pointer(next)) - uintptr(unsafe.Pointer(v))) % page; d != page/places {
			t.Errorf("%T: place %d is %d bytes in front of the next one", v, i, d)
		}
	}
}

func TestSpread(t *testing.T) {
	testSpread[*int](t)
	testSpread[[page / places / 8]*int](t) // no gap
	testSpread[[page/places/8 + 1]*int](t)
	testSpread[[3 * page]byte](t)
}

// TestInPlaces asks that every message is done once, in order, and in all places.
func TestInPlaces(t *testing.T) {
	for n := range 3 * places {
		var now *[100]int
		var did []int32
		used := map[*[100]int]int{}
		run := inPlaces(func(picks []int32) uint64 {
			did = append(did, picks...)
			used[now] += len(picks)
			return uint64(len(picks))
		}, &now)
		picks := make([]int32, n)
		for i := range picks {
			picks[i] = int32(100 + i)
		}
		if sum := run(picks); sum != uint64(n) || !slices.Equal(did, picks) || len(used) != min(n, places) {
			t.Errorf("%d messages: sum %d, %v in %d places", n, sum, did, len(used))
		}
	}
}

package spread

import (
	"fmt"
	"testing"
)

// TestHash: the value is the same on every machine and in every version, or the
// proxies of a fleet that is being replaced would send one call to two targets.
func TestHash(t *testing.T) {
	for in, want := range map[string]uint64{"": 0xefd01f60ba992926, "a": 0x82a2a958a9bece5b} {
		if got := Hash(0, []byte(in)); got != want {
			t.Errorf("%q: %#x, want %#x", in, got, want)
		}
	}
	if Hash(1, []byte("a")) == Hash(0, []byte("a")) {
		t.Error("the seed does not matter")
	}
	// The high bits decide: keys that differ in their last byte are shared out.
	var high [2][4]int
	for i := range 4000 {
		key := fmt.Appendf(nil, "call-%d", i)
		high[0][Hash(7, key)>>62]++
		high[1][Hash32(7, key)>>30]++
	}
	for _, quarters := range high {
		for _, n := range quarters {
			if n < 850 || n > 1150 {
				t.Fatalf("quarters %v", high)
			}
		}
	}
}

// TestHash32: each byte counts, the length, and the seed; and neither the high nor the
// low bits are alike.
func TestHash32(t *testing.T) {
	seen := map[uint32]string{}
	note := func(what string, h uint32) {
		t.Helper()
		if other, ok := seen[h]; ok {
			t.Errorf("%s and %s have the hash %#x", what, other, h)
		}
		seen[h] = what
	}
	const long = "a84b4c76e66710@pc33.example" // three words and a half
	note("another seed", Hash32(2, []byte(long)))
	for i := range len(long) {
		note("up to "+long[:i], Hash32(1, []byte(long[:i])))
		changed := []byte(long)
		changed[i] ^= 1
		note("changed behind "+long[:i], Hash32(1, changed))
	}
	var low [16]int
	for i := range 16000 {
		low[Hash32(7, fmt.Appendf(nil, "call-%d", i))%16]++
	}
	for _, n := range low {
		if n < 850 || n > 1150 {
			t.Fatalf("sixteenths %v", low)
		}
	}
}

package scan

import (
	"testing"

	"github.com/sipwire/sipwire/internal/cpufeat"
)

// FuzzLines holds every tier to the reference, with any start and any room.
func FuzzLines(f *testing.F) {
	for _, src := range samples(20, 333) {
		f.Add(src, uint16(0), uint8(128))
		f.Add(src, uint16(17), uint8(5))
	}
	f.Fuzz(func(t *testing.T, src []byte, from uint16, room uint8) {
		start := int(from) % (len(src) + 1)
		want := make([]Line, room)
		wantN, wantBody, wantClean := slowLines(src, start, want)
		wantEnd := slowHeaderEnd(src, start)
		for _, tier := range cpufeat.Tiers() {
			restore := cpufeat.Force(tier)
			newChecker(int(room)).check(t, src, start, int(room))
			got := make([]Line, room)
			n, body, clean := Lines(src, start, got)
			end := HeaderEnd(src, start)
			restore()
			if n != wantN || body != wantBody || clean != wantClean || end != wantEnd {
				t.Fatalf("%v: %d, %d, %v, %d; want %d, %d, %v, %d", tier, n, body, clean, end, wantN, wantBody, wantClean, wantEnd)
			}
			for i := range n {
				if got[i] != want[i] {
					t.Fatalf("%v: line %d is %v, want %v", tier, i, got[i], want[i])
				}
			}
		}
	})
}

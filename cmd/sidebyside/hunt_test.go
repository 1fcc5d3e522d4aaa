package main

import "testing"

// TestHunt looks for the limits of tools that keep much less, about as much and
// much more than the first rate.
func TestHunt(t *testing.T) {
	for _, limit := range []float64{4, 12, 70, 700, 3999, 4000, 5000, 130000} {
		h := newHunt(4000)
		n := 0
		for ; !h.over(); n++ {
			h.tried(h.rate <= limit)
		}
		switch {
		case limit < lowest:
			if h.kept != 0 {
				t.Errorf("limit %g: %g calls a second are said to be kept", limit, h.kept)
			}
		case h.kept > limit || h.kept < 0.75*limit || n > 16:
			t.Errorf("limit %g: found %g in %d tries", limit, h.kept, n)
		}
	}
}

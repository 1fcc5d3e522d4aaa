package main

// A hunt chooses the rates of a search: up from the first one until a rate is not
// kept, or down from it until one is; then it looks between the two.
type hunt struct {
	rate float64 // to be tried next
	kept float64 // the highest that was kept, 0 for none yet
	bad  float64 // the lowest that was not, 0 for none yet
	left int     // how often it still looks between the two
}

const (
	grow     = 1.5
	halvings = 2
	lowest   = 5 // calls a second: whoever does not keep these keeps none
)

func newHunt(first float64) *hunt { return &hunt{rate: first, left: halvings} }

// over reports whether there is no rate left to try.
func (h *hunt) over() bool { return h.left < 0 || h.rate < lowest }

// tried says whether the rate was kept, and chooses the next one.
func (h *hunt) tried(kept bool) {
	if kept {
		h.kept = h.rate
	} else {
		h.bad = h.rate
	}
	switch {
	case h.bad == 0:
		h.rate *= grow
	case h.kept == 0:
		h.rate /= 2
	default:
		h.rate = (h.kept + h.bad) / 2
		h.left--
	}
}

package load

import "testing"

func TestSearch(t *testing.T) {
	for _, c := range []struct {
		name              string
		start, most       float64
		target, generator float64 // rates above which each is too slow
		lo, hi            float64
		limit             string
	}{
		{"target", 100, 0, 1234, 1e9, 1234 * 0.95, 1234, "target"},
		{"generator", 100, 0, 1e9, 5000, 5000 * 0.95, 5000, "generator"},
		// The generator is the narrower one: nothing is said of the target.
		{"both", 100, 0, 900, 800, 800 * 0.95, 800, "generator"},
		{"target first", 100, 0, 800, 900, 800 * 0.95, 800, "target"},
		{"bound", 100, 500, 1e9, 1e9, 500, 500, ""},
		{"start above the bound", 1000, 500, 1e9, 1e9, 500, 500, ""},
		{"start above the limit", 1000, 0, 30, 1e9, 28, 30, "target"},
		{"nothing works", 10, 0, 0, 1e9, 0, 0, "target"},
		{"slow", 3, 0, 2.2, 1e9, 2, 2.2, "target"},
	} {
		s := NewSearch(c.start, c.most, 0.05)
		steps := 0
		for {
			rate, ok := s.Next()
			if !ok {
				break
			}
			if steps++; steps > 40 {
				t.Fatalf("%s: no end at %g", c.name, rate)
			}
			switch {
			case rate > c.generator: // whatever became of the target then
				s.Note(Generator)
			case rate > c.target:
				s.Note(Missed)
			default:
				s.Note(Met)
			}
		}
		if f := s.Found(); f.Rate < c.lo || f.Rate > c.hi || f.Limit != c.limit || f.Stopped {
			t.Errorf("%s: %+v after %d steps, want %g to %g by %q", c.name, f, steps, c.lo, c.hi, c.limit)
		}
	}
	s := NewSearch(10, 0, 0.05)
	s.Note(Met)
	if f := s.Found(); f.Rate != 10 || !f.Stopped {
		t.Errorf("ended early: %+v", f)
	}
}

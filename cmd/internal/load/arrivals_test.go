package load

import (
	"math"
	"testing"
	"time"
)

// within counts the calls of n workers that are due in a time.
func within(r *Rate, workers int, from, to time.Duration) int {
	count := 0
	for i := range workers {
		a := newArrivals(r, i, workers, 7)
		for ; a.due() < int64(to); a.step() {
			if a.due() >= int64(from) && !a.paused() {
				count++
			}
		}
	}
	return count
}

func TestRates(t *testing.T) {
	for _, c := range []struct {
		name     string
		rate     *Rate
		workers  int
		from, to time.Duration
		want     float64
		within   float64
	}{
		{"constant", &Rate{Base: 700}, 1, 0, 10 * time.Second, 7000, 1},
		{"constant, 3 workers", &Rate{Base: 700}, 3, 0, 10 * time.Second, 7000, 3},
		{"7 in 2 s", &Rate{Base: 3.5}, 1, 0, 20 * time.Second, 70, 1},
		{"poisson", &Rate{Base: 1000, Poisson: true}, 2, 0, 10 * time.Second, 10000, 500},
		{"ramp", &Rate{Base: 100, To: 300, Over: 10 * time.Second}, 1, 0, 10 * time.Second, 2000, 2},
		{"behind the ramp", &Rate{Base: 100, To: 300, Over: 10 * time.Second}, 1, 20 * time.Second, 30 * time.Second, 3000, 2},
		{"steps", &Rate{Base: 10, Increase: 10, Every: time.Second, Max: 30}, 1, 0, 4 * time.Second, 10 + 20 + 30 + 30, 2},
		{"stopped", &Rate{Base: 0}, 1, 0, time.Minute, 0, 0},
	} {
		if got := within(c.rate, c.workers, c.from, c.to); math.Abs(float64(got)-c.want) > c.within {
			t.Errorf("%s: %d calls, want %.0f", c.name, got, c.want)
		}
	}
}

// TestPoisson looks at the distances: of an exponential distribution the
// standard deviation is the mean.
func TestPoisson(t *testing.T) {
	a := newArrivals(&Rate{Base: 100, Poisson: true}, 0, 1, 1)
	var sum, squares float64
	const n = 100_000
	for range n {
		before := a.next
		a.step()
		d := a.next - before
		sum += d
		squares += d * d
	}
	mean := sum / n
	if dev := math.Sqrt(squares/n - mean*mean); math.Abs(mean-1e7) > 2e5 || math.Abs(dev-mean) > 2e5 {
		t.Errorf("mean %g, deviation %g", mean, dev)
	}
}

func TestScale(t *testing.T) {
	r := &Rate{Base: 50}
	if r.Factor() != 1 {
		t.Error("a new rate is scaled")
	}
	r.Scale(2)
	if got := r.At(0); got != 100 {
		t.Errorf("%g", got)
	}
	r.Scale(0)
	if a := newArrivals(r, 0, 1, 1); !a.paused() {
		t.Error("a factor of 0 does not stop the calls")
	}
}

package load

import (
	"testing"
	"time"
)

// TestReserved makes memory for no more calls than can be open soon, and for none
// where the faults are few.
func TestReserved(t *testing.T) {
	for _, c := range []struct {
		limit int
		quota uint64
		rate  *Rate
		want  int
	}{
		{limit: 100000, rate: &Rate{Base: 40000}, want: 60000},
		{limit: 20000, rate: &Rate{Base: 40000}, want: 20000},
		{limit: 1 << 30, rate: &Rate{Base: 1e300}, want: forMost},
		{limit: 100000, quota: 30000, rate: &Rate{Base: 40000}, want: 30000},
		{limit: 100000, quota: 1 << 63, rate: &Rate{Base: 40000}, want: 60000},
		{limit: 100000, rate: &Rate{Base: 5000}, want: 0},
		{limit: 100000, quota: 1000, rate: &Rate{Base: 40000}, want: 0},
		{limit: 100, rate: &Rate{Base: 40000}, want: 0},
		{limit: 0, rate: &Rate{Base: 40000}, want: 0},
		{limit: 100000, rate: &Rate{Base: 10, To: 40000, Over: time.Minute}, want: 0},
	} {
		w := &worker{limit: c.limit, quota: c.quota, arrivals: newArrivals(c.rate, 0, 1, 1)}
		if n := w.reserved(); n != c.want {
			t.Errorf("-l %d, -m %d, -r %v: memory for %d calls, not %d", c.limit, c.quota, c.rate.Base, n, c.want)
		}
	}
	w := &worker{limit: 50000, arrivals: newArrivals(&Rate{Base: 80000}, 1, 2, 1)}
	if n := w.reserved(); n != 50000 {
		t.Errorf("one of two workers has memory for %d calls", n)
	}
}

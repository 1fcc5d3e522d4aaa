package tracefile

import (
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// times are the number, the sum and the sum of the squares of what a histogram has
// counted, in microseconds: of two moments, the difference is that of the time
// between.
type times struct{ n, sum, squares float64 }

func timesOf(h *hdrhistogram.Histogram) times {
	n, mean, deviation := float64(h.TotalCount()), h.Mean(), h.StdDev()
	if n == 0 {
		return times{}
	}
	return times{n, n * mean, n * (deviation*deviation + mean*mean)}
}

func (t times) since(before times) times {
	return times{t.n - before.n, t.sum - before.sum, t.squares - before.squares}
}

func (t times) mean() time.Duration {
	if t.n <= 0 {
		return 0
	}
	return time.Duration(t.sum / t.n * 1e3)
}

func (t times) deviation() time.Duration {
	if t.n <= 0 {
		return 0
	}
	mean := t.sum / t.n
	return time.Duration(math.Sqrt(max(t.squares/t.n-mean*mean, 0)) * 1e3)
}

// below returns how many values are below each bound, in milliseconds, and not
// below the one before it; the last number is of those that are below none.
func below(h *hdrhistogram.Histogram, bounds []int) []int64 {
	out := make([]int64, len(bounds)+1)
	i := 0
	for _, bar := range h.Distribution() { // in the order of values
		for i < len(bounds) && bar.From >= int64(bounds[i])*1000 {
			i++
		}
		out[i] += bar.Count
	}
	return out
}

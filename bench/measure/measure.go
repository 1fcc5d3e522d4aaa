// Package measure times batches of work against each other.
//
// Clocks of shared machines drift and neighbours come and go, so that two
// programs timed one after another are timed on two machines. Here every
// round runs one batch of every case, round robin, on a thread pinned to one
// core, over the same random picks from a set of messages that is too large
// for the branch predictor to know by heart. What is reported is the median
// of the rounds, with the 10th and 90th percentile beside it. One of the
// cases is a plain copy of the same messages: the floor, and the unit that
// ratios between machines are made of.
//
// Before each batch the case runs over its messages for up to a millisecond
// outside of its time, in their own order. Otherwise the case that follows a
// slow one would find the caches empty, and the floor, which does nothing but
// read memory, would suffer most: every ratio to it would look too good. The
// floor is measured alone as well, before all others.
//
// A case whose code makes garbage collects it after its batch, outside of its
// time, so that the garbage of one does not slow the next. This favours
// parsers that allocate: in their users' programs the collection is paid for.
package measure

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"
)

// Case is one line of a table: something to run on one set of messages.
type Case struct {
	Impl, Task, Set string

	// Messages is the size of the set, MeanBytes the mean length of its
	// messages.
	Messages  int
	MeanBytes float64

	// Floor marks the copy that the other cases of the set are divided by. It
	// is also measured alone: see Result.Hot.
	Floor bool

	// Foreign says that the case allocates outside of Go's heap, so that
	// its allocations are not known.
	Foreign bool

	// Run does the work for the messages with the indexes in picks and
	// returns a checksum of what it found.
	Run func(picks []int32) uint64

	// Want, if there is one, is the checksum that Run has to return. Run is
	// held against it once, before it is timed.
	Want func(picks []int32) uint64
}

// Options say how to measure. Zero fields mean the defaults.
type Options struct {
	Rounds int    // 60
	Batch  int    // messages a batch, 1024
	Core   int    // core to pin to; 0 means the last one allowed, -1 none
	Seed   uint64 // of the picks

	// OwnPicks draws picks for each case, in place of the same ones for all
	// cases of a round, and leaves out the warm-up. It is for sets larger than
	// the caches: otherwise each case would find what the one before it has
	// fetched.
	OwnPicks bool

	// Budget, if set, ends the rounds early once it is spent, but not
	// before the fifth.
	Budget time.Duration

	// Progress, if there is one, is called after every batch. With a Budget
	// it may end before done reaches total.
	Progress func(done, total int)
}

// Result is what was measured of a case. All times are nanoseconds a message.
type Result struct {
	Impl, Task, Set string

	Messages  int
	MeanBytes float64

	Median, P10, P90 float64

	// Bytes and Allocs are a message's share of the heap, or -1 when
	// unknown.
	Bytes, Allocs float64

	// XCopy is Median divided by that of the floor of the same set, or 0
	// without one.
	XCopy float64

	// Hot is the floor of the same set when nothing runs beside it, and XHot
	// Median divided by that. In a long run the other cases push the messages
	// out of the nearer caches, and the floor, which does nothing but read
	// them, suffers most: XCopy flatters there. Both are 0 without a floor.
	Hot, XHot float64
}

// MBs is the throughput in millions of bytes a second.
func (r Result) MBs() float64 { return r.MeanBytes / r.Median * 1e3 }

// A batch is cut so that it takes about this long at most; otherwise one slow
// case would stretch the rounds of all others. Neither it nor the warm-up has
// fewer messages than few.
const (
	longestBatch  = 25 * time.Millisecond
	longestWarmUp = time.Millisecond
	few           = 64
)

// Run measures the cases against each other.
func Run(cases []Case, o Options) ([]Result, error) {
	if o.Rounds == 0 {
		o.Rounds = 60
	}
	if o.Batch == 0 {
		o.Batch = 1024
	}
	defer pin(o.Core)()

	rng := rand.New(rand.NewPCG(o.Seed, 0x6d656173757265))
	draws := make([]uint32, o.Batch)
	picks := make([]int32, o.Batch)
	draw := func() {
		for i := range draws {
			draws[i] = rng.Uint32()
		}
	}
	// The same draws serve every case; sets differ in size where a peer's
	// rejects were left out.
	pick := func(c *Case) []int32 {
		for i, d := range draws {
			picks[i] = int32(uint64(d) * uint64(c.Messages) >> 32)
		}
		return picks
	}

	results := make([]Result, len(cases))
	sizes := make([]int, len(cases))
	warm := make([][]int32, len(cases))
	samples := make([][]float64, len(cases))
	draw()
	for i := range cases {
		c := &cases[i]
		if c.Messages == 0 {
			return nil, fmt.Errorf("measure: %s/%s/%s has no messages", c.Impl, c.Task, c.Set)
		}
		r := &results[i]
		*r = Result{Impl: c.Impl, Task: c.Task, Set: c.Set, Messages: c.Messages, MeanBytes: c.MeanBytes}
		if c.Want != nil {
			if got, want := c.Run(pick(c)), c.Want(pick(c)); got != want {
				return nil, fmt.Errorf("measure: %s/%s/%s returned the checksum %d, want %d: the work was not done", c.Impl, c.Task, c.Set, got, want)
			}
		}
		each := c.each(pick(c))
		sizes[i] = min(o.Batch, max(few, int(longestBatch/each)))
		for k := range int32(min(c.Messages, max(few, int(longestWarmUp/each)))) {
			warm[i] = append(warm[i], k)
		}
		r.Bytes, r.Allocs = c.heap(pick(c)[:sizes[i]])
		samples[i] = make([]float64, 0, o.Rounds)
	}

	var sink uint64
	hot := map[string]float64{}
	for i := range cases {
		if c := &cases[i]; c.Floor {
			alone := make([]float64, 0, o.Rounds)
			for range o.Rounds {
				draw()
				p := pick(c)[:sizes[i]]
				t := time.Now()
				sink += c.Run(p)
				alone = append(alone, float64(time.Since(t).Nanoseconds())/float64(len(p)))
			}
			slices.Sort(alone)
			hot[c.Set] = percentile(alone, 50)
		}
	}
	begun := time.Now()
	for round := range o.Rounds {
		if o.Budget > 0 && round >= 5 && time.Since(begun) > o.Budget {
			break
		}
		draw()
		for i := range cases {
			c := &cases[i]
			if o.OwnPicks {
				draw()
			} else {
				sink += c.Run(warm[i])
			}
			p := pick(c)[:sizes[i]]
			t := time.Now()
			sink += c.Run(p)
			d := time.Since(t)
			samples[i] = append(samples[i], float64(d.Nanoseconds())/float64(len(p)))
			if results[i].Allocs > 0.01 {
				runtime.GC()
			}
			if o.Progress != nil {
				o.Progress(round*len(cases)+i+1, o.Rounds*len(cases))
			}
		}
	}
	runtime.KeepAlive(sink)

	floor := map[string]float64{}
	for i := range results {
		r := &results[i]
		slices.Sort(samples[i])
		r.Median, r.P10, r.P90 = percentile(samples[i], 50), percentile(samples[i], 10), percentile(samples[i], 90)
		if cases[i].Floor {
			floor[r.Set] = r.Median
		}
	}
	for i := range results {
		if f := floor[results[i].Set]; f > 0 {
			results[i].XCopy = results[i].Median / f
			results[i].Hot = hot[results[i].Set]
			results[i].XHot = results[i].Median / results[i].Hot
		}
	}
	return results, nil
}

// each runs the case twice on a few messages and returns what one takes.
func (c *Case) each(picks []int32) time.Duration {
	n := min(few, len(picks))
	c.Run(picks[:n])
	t := time.Now()
	c.Run(picks[:n])
	return max(time.Since(t)/time.Duration(n), 1)
}

// heap counts what a batch takes from Go's heap, a message.
func (c *Case) heap(picks []int32) (bytes, allocs float64) {
	if c.Foreign {
		return -1, -1
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	c.Run(picks)
	runtime.ReadMemStats(&after)
	n := float64(len(picks))
	return round(float64(after.TotalAlloc-before.TotalAlloc) / n), round(float64(after.Mallocs-before.Mallocs) / n)
}

// round drops what the runtime itself allocates now and then.
func round(x float64) float64 {
	if x < 0.05 {
		return 0
	}
	return x
}

// percentile of sorted values, between the two nearest ones.
func percentile(sorted []float64, p float64) float64 {
	at := p / 100 * float64(len(sorted)-1)
	lo := int(at)
	hi := min(lo+1, len(sorted)-1)
	return sorted[lo] + (at-float64(lo))*(sorted[hi]-sorted[lo])
}

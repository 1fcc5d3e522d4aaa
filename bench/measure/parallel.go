package measure

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Parallel measures a case on all cores at once. make is called for each
// worker and returns a Run of its own, which shares nothing with the others'.
// Median, P10 and P90 of the result are wall time divided by the messages of
// all workers, so that on n cores that do not hinder each other they are one
// n-th of the case's own.
func Parallel(c Case, workers int, make func() (func(picks []int32) uint64, error), o Options) (Result, error) {
	if o.Rounds == 0 {
		o.Rounds = 15
	}
	if o.Batch == 0 {
		o.Batch = 4096
	}
	runs := []func([]int32) uint64{}
	for range workers {
		run, err := make()
		if err != nil {
			return Result{}, err
		}
		runs = append(runs, run)
	}
	rng := rand.New(rand.NewPCG(o.Seed, 0x616c6c))
	picks := [][]int32{}
	for range workers {
		p := []int32{}
		for range o.Batch {
			p = append(p, int32(rng.IntN(c.Messages)))
		}
		picks = append(picks, p)
	}
	c.Run = runs[0]
	size := min(o.Batch, max(few, int(4*longestBatch/c.each(picks[0]))))

	var samples []float64
	for round := range o.Rounds + 1 {
		var ready, done sync.WaitGroup
		start := newGate()
		for w := range workers {
			ready.Add(1)
			done.Go(func() {
				ready.Done()
				start.wait()
				sink(runs[w](picks[w][:size]))
			})
		}
		ready.Wait()
		t := time.Now()
		start.open()
		done.Wait()
		d := time.Since(t)
		if round > 0 { // the first one warms up
			samples = append(samples, float64(d.Nanoseconds())/float64(size*workers))
		}
		runtime.GC()
		if o.Progress != nil {
			o.Progress(round, o.Rounds)
		}
	}
	slices.Sort(samples)
	r := Result{Impl: c.Impl, Task: c.Task, Set: c.Set, Messages: c.Messages, MeanBytes: c.MeanBytes, Bytes: -1, Allocs: -1}
	r.Median, r.P10, r.P90 = percentile(samples, 50), percentile(samples, 10), percentile(samples, 90)
	return r, nil
}

type gate chan struct{}

func newGate() gate  { return make(gate) }
func (g gate) wait() { <-g }
func (g gate) open() { close(g) }

//go:noinline
func sink(uint64) {}

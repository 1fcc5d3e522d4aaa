package engine

import (
	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// StepCount counts what happened at one step.
type StepCount struct {
	Sent, Repeated, TimedOut, Lost uint64 // Repeated: also of messages received
	Received, Unexpected           uint64
}

// A Tally says how many calls there were and what became of them.
type Tally struct {
	Started, Ended, Successful, Failed uint64
	ByCause                            [causes]uint64
}

// add adds the figures of another engine.
func (t *Tally) add(o *Tally) {
	t.Started += o.Started
	t.Ended += o.Ended
	t.Successful += o.Successful
	t.Failed += o.Failed
	for i := range o.ByCause {
		t.ByCause[i] += o.ByCause[i]
	}
}

// Of returns the figures of a side.
func (c *Counts) Of(s scenario.Side) *Tally {
	return [scenario.Sides]*Tally{&c.Tally, &c.Called, &c.Users}[s]
}

// Counts are the figures of one engine, or the sum of several.
type Counts struct {
	Steps    []StepCount
	Counters []uint64 // of the scenario

	Tally        // of the calls that the run begins, or that a server has
	Called Tally // of those that came in besides
	Users  Tally // of the users who registered

	// Messages that were sent again, by what made the engine do so.
	RepeatedByTimer, RepeatedOnRequest uint64
	OutOfCall, Malformed, AutoAnswered uint64
	Unexpected                         uint64
	Codes                              [700]uint32    // statuses of unexpected responses
	Checks                             [checks]uint64 // of all sides: those that failed a call

	LateSends  uint64 // messages that left later than Config.Late after their time
	MaxLate    int64  // ns
	Sent       uint64
	Received   uint64
	SendErrors uint64

	Latency  *hdrhistogram.Histogram   // from when a request should have left to its final response, in µs
	Recent   *hdrhistogram.Histogram   // the same since the figures were last taken
	Lateness *hdrhistogram.Histogram   // of every message sent, in µs
	RTDs     []*hdrhistogram.Histogram // by name of the scenario, in µs
	Lengths  *hdrhistogram.Histogram   // of calls, in µs
}

// Histograms hold 1 µs to 1 hour, within a thousandth: 188 KB each, which are
// written at the start and with every sample. Those that only serve as a
// guide are rough, within a hundredth: 26 KB.
func histogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, 3600*1e6, 3) }
func rough() *hdrhistogram.Histogram     { return hdrhistogram.New(1, 3600*1e6, 2) }

// NewCounts returns figures that are all zero, of the shape that a program's
// engines have.
func NewCounts(p *scenario.Program) Counts {
	c := Counts{
		Steps: make([]StepCount, len(p.Steps)), Counters: make([]uint64, len(p.Counters)),
		Latency: histogram(), Recent: rough(), Lateness: rough(), Lengths: rough(),
	}
	for range p.RTDs {
		c.RTDs = append(c.RTDs, histogram())
	}
	return c
}

// Add adds the figures of another engine of the same scenario.
func (c *Counts) Add(o *Counts) {
	for i := range o.Steps {
		a, b := &c.Steps[i], &o.Steps[i]
		a.Sent += b.Sent
		a.Repeated += b.Repeated
		a.TimedOut += b.TimedOut
		a.Lost += b.Lost
		a.Received += b.Received
		a.Unexpected += b.Unexpected
	}
	for i := range o.Counters {
		c.Counters[i] += o.Counters[i]
	}
	for s := range scenario.Sides {
		c.Of(s).add(o.Of(s))
	}
	for i := range o.Codes {
		c.Codes[i] += o.Codes[i]
	}
	for i := range o.Checks {
		c.Checks[i] += o.Checks[i]
	}
	for _, p := range [][2]*uint64{
		{&c.RepeatedByTimer, &o.RepeatedByTimer}, {&c.RepeatedOnRequest, &o.RepeatedOnRequest},
		{&c.OutOfCall, &o.OutOfCall}, {&c.Malformed, &o.Malformed}, {&c.AutoAnswered, &o.AutoAnswered},
		{&c.Unexpected, &o.Unexpected}, {&c.LateSends, &o.LateSends}, {&c.Sent, &o.Sent},
		{&c.Received, &o.Received}, {&c.SendErrors, &o.SendErrors},
	} {
		*p[0] += *p[1]
	}
	c.MaxLate = max(c.MaxLate, o.MaxLate)
	c.Latency.Merge(o.Latency)
	c.Recent.Merge(o.Recent)
	c.Lateness.Merge(o.Lateness)
	c.Lengths.Merge(o.Lengths)
	for i := range o.RTDs {
		c.RTDs[i].Merge(o.RTDs[i])
	}
}

// Reset makes all figures zero.
func (c *Counts) Reset() {
	steps, counters := c.Steps, c.Counters
	clear(steps)
	clear(counters)
	for _, h := range append(c.RTDs[:len(c.RTDs):len(c.RTDs)], c.Latency, c.Recent, c.Lateness, c.Lengths) {
		if h.TotalCount() > 0 { // one that is new has memory that was not used yet
			h.Reset()
		}
	}
	*c = Counts{Steps: steps, Counters: counters, Latency: c.Latency, Recent: c.Recent, Lateness: c.Lateness, Lengths: c.Lengths, RTDs: c.RTDs}
}

// record puts a time in nanoseconds into a histogram of microseconds. What is
// longer than an hour counts as an hour.
func record(h *hdrhistogram.Histogram, ns int64) {
	h.RecordValue(min(max(ns/1000, 1), 3600*1e6))
}

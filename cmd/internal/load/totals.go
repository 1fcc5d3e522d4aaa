package load

import (
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// Totals are the figures that a result is made of: those of one process, or the
// sum of several.
type Totals struct {
	Counts    engine.Counts
	Open      int64
	Wall, CPU time.Duration
	LastStart time.Duration // when the last call began, from the start of the run
	LastPlace time.Duration // its place in the schedule
	HeldBack  uint64
	Drops     uint64 // packets that the kernel dropped
	TimedOut  bool
}

// Add adds the figures of another process that ran at the same time.
func (t *Totals) Add(o *Totals) {
	t.Counts.Add(&o.Counts)
	t.Open += o.Open
	t.Wall, t.LastStart, t.LastPlace = max(t.Wall, o.Wall), max(t.LastStart, o.LastStart), max(t.LastPlace, o.LastPlace)
	t.CPU += o.CPU
	t.HeldBack += o.HeldBack
	t.Drops += o.Drops
	t.TimedOut = t.TimedOut || o.TimedOut
}

// A Member is what one process of a fleet did.
type Member struct {
	Name       string      `json:"name"`
	Calls      uint64      `json:"calls"`
	Successful uint64      `json:"successful"`
	Failed     uint64      `json:"failed"`
	Open       int64       `json:"open"`
	Seconds    float64     `json:"seconds"`
	LateSends  uint64      `json:"late_sends"`
	Latency    Percentiles `json:"latency"`
	Lost       bool        `json:"lost"`            // it stopped answering; its figures are the last it sent
	Fault      string      `json:"fault,omitempty"` // as of [Health]
}

// Live returns the figures of this moment, which are those of the last second.
func (r *Runner) Live() Totals {
	return r.figures(r.Counts())
}

// ended sums up what workers have published that have ended. Those of a single one
// need not be copied.
func (r *Runner) ended() engine.Counts {
	if len(r.workers) == 1 {
		return r.workers[0].snapshot
	}
	return r.Counts()
}

// figures are those of this moment, with counts.
func (r *Runner) figures(c engine.Counts) Totals {
	t := Totals{Counts: c, Open: r.Open(), LastStart: r.Elapsed(), LastPlace: r.Elapsed(), Drops: r.drops()}
	t.CPU, t.Wall = r.cpu.spent()
	return t
}

// Totals returns the figures of a run that has ended.
func (r *Runner) Totals() Totals {
	t := r.figures(r.ended())
	t.Wall, t.CPU, t.TimedOut = r.wall, r.spent, r.timedOut.Load()
	t.LastStart, t.LastPlace = 0, time.Duration(r.lastPlace())
	for _, w := range r.workers {
		t.LastStart = max(t.LastStart, time.Duration(w.lastStart-w.enrolment.until))
		t.HeldBack += w.heldBack
	}
	return t
}

// result makes the result of the run.
func (r *Runner) result() *Result {
	r.spent, r.wall = r.cpu.spent()
	t := r.Totals()
	return NewResult(r.Engine.Program, r.Engine.Late, r.OpenRate(), r.Share, &t, r.series)
}

// NewResult makes the result of a run. rate is nil when calls did not begin at
// a rate; share is the part of it that the totals are of.
func NewResult(p *scenario.Program, late time.Duration, rate *Rate, share Share, t *Totals, series []Sample) *Result {
	c := &t.Counts
	res := &Result{
		Scenario: p.Name, Calls: c.Started, Successful: c.Successful, Failed: c.Failed, Open: t.Open,
		Retransmissions: repeated(c), LateSends: c.LateSends, HeldBack: t.HeldBack, Series: series,
		Seconds: round(t.Wall.Seconds(), 3), Latency: percentiles(c.Latency), CallLength: percentiles(c.Lengths),
		Repeats:   Repeats{NoAnswer: c.RepeatedByTimer, AskedFor: c.RepeatedOnRequest},
		OutOfCall: c.OutOfCall, AutoAnswered: c.AutoAnswered, TimedOut: t.TimedOut,
		Causes: causes(&c.Tally), Codes: map[string]uint64{}, Counters: map[string]uint64{},
	}
	for s := range scenario.Sides {
		if t := c.Of(s); s != scenario.Main && t.Started > 0 {
			res.Sides = append(res.Sides, SideResult{s.String(), t.Started, t.Successful, t.Failed, causes(t)})
		}
	}
	if rate != nil {
		res.rates(rate, share, t)
	}
	for i, name := range p.RTDs {
		res.RTDs = append(res.RTDs, Named{name, percentiles(c.RTDs[i])})
	}
	for code, n := range c.Codes {
		if n > 0 {
			res.Codes[itoa(code)] = uint64(n)
		}
	}
	for i, name := range p.Counters {
		res.Counters[name] = c.Counters[i]
	}
	res.Steps = steps(p, c)
	res.Health = Health{
		LateSends: c.LateSends, LateLimit: late.Seconds() * 1e3, Lateness: percentiles(c.Lateness), SocketDrops: t.Drops,
		SendErrors: c.SendErrors, Malformed: c.Malformed, CPUSeconds: round(t.CPU.Seconds(), 3),
		CPUShare: round(t.CPU.Seconds()/max(t.Wall.Seconds(), 1e-9), 3), Sent: c.Sent, Received: c.Received,
	}
	res.Health.Fault = fault(&res.Health, res)
	return res
}

// rates sets the rates asked for and reached, over the time in which calls
// began.
func (r *Result) rates(rate *Rate, share Share, t *Totals) {
	r.RateAsked = round(rate.mean(t.LastStart)/float64(share.of()), 3)
	if (rate.scaled() || rate.moved.Load()) && r.Calls > 1 {
		// What was asked for was changed while the run went on.
		r.RateAsked = round(float64(r.Calls-1)/t.LastPlace.Seconds(), 3)
	}
	r.RateReached = r.RateAsked
	if s := t.LastStart.Seconds(); s > 0 && r.Calls > 1 {
		r.RateReached = round(float64(r.Calls-1)/s, 3)
	}
}

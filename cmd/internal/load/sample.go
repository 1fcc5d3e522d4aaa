package load

import (
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
)

// A Sample is how a run stands at one moment, about every second.
type Sample struct {
	At              float64     `json:"at"`    // seconds
	Rate            float64     `json:"rate"`  // calls that began, a second
	Asked           float64     `json:"asked"` // calls a second asked for
	Open            int64       `json:"open"`
	Calls           uint64      `json:"calls"`
	Successful      uint64      `json:"successful"`
	Failed          uint64      `json:"failed"`
	Retransmissions uint64      `json:"retransmissions"`
	LateSends       uint64      `json:"late_sends"`
	MaxLate         float64     `json:"max_late"` // ms
	Latency         Percentiles `json:"latency"`  // of this second

	Now *Now `json:"-"` // only of the latest one
}

// Now is what the live screen shows beside a Sample: figures since the start,
// but for CPUShare.
type Now struct {
	Steps       []Step
	Latency     Percentiles
	Causes      map[string]uint64
	Sent        uint64
	SocketDrops uint64
	SendErrors  uint64
	CPUShare    float64 // of one core, in this second
}

// NewSample makes the sample that follows before, which is nil for the first.
func NewSample(c *engine.Counts, open int64, at time.Duration, asked float64, before *Sample) Sample {
	s := Sample{
		At: round(at.Seconds(), 3), Asked: round(asked, 1), Open: open, Calls: c.Started, Successful: c.Successful, Failed: c.Failed,
		Retransmissions: repeated(c), LateSends: c.LateSends, MaxLate: round(float64(c.MaxLate)/1e6, 3), Latency: percentiles(c.Recent),
	}
	calls := s.Calls
	if before != nil {
		calls -= before.Calls
	}
	if d := s.since(before); d > 0 {
		s.Rate = round(float64(calls)/d, 1)
	}
	return s
}

// since is the time from the sample before, in seconds.
func (s *Sample) since(before *Sample) float64 {
	if before == nil {
		return s.At
	}
	return s.At - before.At
}

// sample takes a sample.
func (r *Runner) sample() {
	c, release := r.recent()
	at, asked := r.Elapsed(), 0.0
	if rate := r.OpenRate(); rate != nil {
		asked = rate.At(at) / float64(r.Share.of())
	}
	var before *Sample
	if n := len(r.series); n > 0 {
		before = &r.series[n-1]
	}
	s := NewSample(c, r.Open(), at, asked, before)
	d := s.since(before)
	r.series = append(r.series, s)
	if r.Each != nil {
		s.Now = r.now(c, time.Duration(d*1e9))
	}
	release()
	if r.Each != nil {
		r.Each(&s)
	}
}

// recent returns what the workers have published, until release is called. That of
// a single one is not copied: its histograms alone have 400 KB.
func (r *Runner) recent() (c *engine.Counts, release func()) {
	if len(r.workers) == 1 {
		w := r.workers[0]
		w.mu.Lock()
		return &w.snapshot, w.mu.Unlock
	}
	if c = &r.sum; c.Latency == nil {
		*c = engine.NewCounts(r.Engine.Program)
	} else {
		c.Reset()
	}
	r.addTo(c)
	return c, func() {}
}

// now makes what only the latest sample has.
func (r *Runner) now(c *engine.Counts, since time.Duration) *Now {
	cpu, _ := r.cpu.spent()
	n := &Now{
		Steps: steps(r.Engine.Program, c), Latency: percentiles(c.Latency), Causes: causes(&c.Tally),
		Sent: c.Sent, SendErrors: c.SendErrors, SocketDrops: r.drops(),
		CPUShare: (cpu - r.cpuBefore).Seconds() / max(since.Seconds(), 1e-9),
	}
	r.cpuBefore = cpu
	return n
}

// repeated is how many messages were sent again.
func repeated(c *engine.Counts) uint64 { return c.RepeatedByTimer + c.RepeatedOnRequest }

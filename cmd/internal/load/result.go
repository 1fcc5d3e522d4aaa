package load

import (
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// A Result is what happened in a run, as --json writes it. Times are in
// milliseconds.
type Result struct {
	Scenario        string            `json:"scenario"`
	Calls           uint64            `json:"calls"`
	Successful      uint64            `json:"successful"`
	Failed          uint64            `json:"failed"`
	Open            int64             `json:"open"`
	Retransmissions uint64            `json:"retransmissions"`
	LateSends       uint64            `json:"late_sends"`
	RateAsked       float64           `json:"rate_asked"`
	RateReached     float64           `json:"rate_reached"`
	Seconds         float64           `json:"seconds"`
	Latency         Percentiles       `json:"latency"`
	RTDs            []Named           `json:"response_times,omitempty"`
	CallLength      Percentiles       `json:"call_length"`
	Causes          map[string]uint64 `json:"failures,omitempty"`
	Sides           []SideResult      `json:"sides,omitempty"` // what is not in the figures above
	Codes           map[string]uint64 `json:"unexpected_codes,omitempty"`
	Repeats         Repeats           `json:"retransmissions_by_cause"`
	Counters        map[string]uint64 `json:"counters,omitempty"`
	Steps           []Step            `json:"steps"`
	HeldBack        uint64            `json:"held_back"` // times that calls waited for -l
	OutOfCall       uint64            `json:"out_of_call"`
	AutoAnswered    uint64            `json:"auto_answered"`
	TimedOut        bool              `json:"timed_out"` // -timeout ended the run
	Health          Health            `json:"generator"`
	Series          []Sample          `json:"series"` // one for each second
	Found           *Found            `json:"find,omitempty"`
	Fleet           []Member          `json:"fleet,omitempty"` // what each process of a fleet did
}

// A SideResult is what became of the calls that came in, or of the users who
// registered, of a scenario that has a part for them.
type SideResult struct {
	Name       string            `json:"name"`
	Calls      uint64            `json:"calls"`
	Successful uint64            `json:"successful"`
	Failed     uint64            `json:"failed"`
	Causes     map[string]uint64 `json:"failures,omitempty"`
}

// Repeats is why messages were sent again.
type Repeats struct {
	NoAnswer uint64 `json:"no_answer_in_time"`
	AskedFor uint64 `json:"asked_for_by_a_repeated_message"`
}

// Health is what the generator itself did.
type Health struct {
	Fault       string      `json:"fault,omitempty"` // why the figures are not the target's; empty when they are
	LateSends   uint64      `json:"late_sends"`
	LateLimit   float64     `json:"late_limit_ms"`
	Lateness    Percentiles `json:"lateness"`
	SocketDrops uint64      `json:"socket_drops"`
	SendErrors  uint64      `json:"send_errors"`
	Malformed   uint64      `json:"malformed_received"`
	CPUSeconds  float64     `json:"cpu_seconds"`
	CPUShare    float64     `json:"cpu_share"` // of one core
	Sent        uint64      `json:"sent"`
	Received    uint64      `json:"received"`
}

// Percentiles are the figures of one histogram.
type Percentiles struct {
	Count uint64  `json:"count"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P99   float64 `json:"p99"`
	P999  float64 `json:"p999"`
	Max   float64 `json:"max"`
}

// Named is a response time that the scenario measures.
type Named struct {
	Name string `json:"name"`
	Percentiles
}

// Step is one step of the scenario.
type Step struct {
	Index      int    `json:"index"`
	Side       string `json:"side,omitempty"` // of a scenario with several parts, but for its first
	Line       int    `json:"line"`
	Kind       string `json:"kind"`
	Label      string `json:"label"`
	Sent       uint64 `json:"sent"`
	Received   uint64 `json:"received"`
	Repeated   uint64 `json:"repeated"`
	TimedOut   uint64 `json:"timed_out"`
	Lost       uint64 `json:"lost"`
	Unexpected uint64 `json:"unexpected"`
	Hidden     bool   `json:"-"`
	BlankAfter bool   `json:"-"`
}

func percentiles(h *hdrhistogram.Histogram) Percentiles {
	ms := func(us int64) float64 { return float64(us) / 1000 }
	v := h.ValueAtPercentilesSlice([]float64{50, 90, 99, 99.9, 100})
	return Percentiles{uint64(h.TotalCount()), ms(v[0]), ms(v[1]), ms(v[2]), ms(v[3]), ms(v[4])}
}

// Counts sums up what the workers have published.
func (r *Runner) Counts() engine.Counts {
	sum := engine.NewCounts(r.Engine.Program)
	r.addTo(&sum)
	return sum
}

// addTo adds what the workers have published.
func (r *Runner) addTo(sum *engine.Counts) {
	for _, w := range r.workers {
		w.mu.Lock()
		sum.Add(&w.snapshot)
		w.mu.Unlock()
	}
}

// Open returns how many calls are open.
func (r *Runner) Open() int64 {
	var n int64
	for _, w := range r.workers {
		n += w.open.Load()
	}
	return n
}

// Elapsed returns the time of the run.
func (r *Runner) Elapsed() time.Duration {
	if c := r.started.Load(); c != nil {
		return time.Duration(c.now())
	}
	return 0
}

// steps are the figures of each step of the scenario.
func steps(p *scenario.Program, c *engine.Counts) []Step {
	steps := make([]Step, len(p.Steps))
	for i := range p.Steps {
		s, n := &p.Steps[i], &c.Steps[i]
		steps[i] = Step{
			i, side(s.Side), s.Line, [...]string{"send", "recv", "pause", "nop", "end"}[s.Kind], s.Label(),
			n.Sent, n.Received, n.Repeated, n.TimedOut, n.Lost, n.Unexpected, s.Hide, s.BlankAfter,
		}
	}
	return steps
}

// side names a part of a scenario, but for the first.
func side(s scenario.Side) string {
	if s == scenario.Main {
		return ""
	}
	return s.String()
}

// causes are the failures by what they failed of.
func causes(c *engine.Tally) map[string]uint64 {
	m := map[string]uint64{}
	for _, cause := range engine.Causes() {
		if n := c.ByCause[cause]; n > 0 {
			m[cause.String()] = n
		}
	}
	return m
}

// lastPlace is the place in the schedule of the last call that began, in
// nanoseconds.
func (r *Runner) lastPlace() float64 {
	last := 1.0
	for _, w := range r.workers {
		last = max(last, w.lastPlace-float64(w.enrolment.until))
	}
	return last
}

// drops is how many packets, or runs of equal packets, the kernel has dropped
// at the sockets.
func (r *Runner) drops() uint64 {
	var n uint64
	for _, w := range r.workers {
		n += w.dropped.Load()
	}
	return n
}

// fault says why the figures of a run are not the target's, empty when they
// are: the generator was late with more than one message in 1000, or lost
// packets that had come.
func fault(h *Health, r *Result) string {
	switch {
	case h.LateSends > 0 && h.LateSends*1000 > h.Sent:
		return itoa(int(h.LateSends)) + " of " + itoa(int(h.Sent)) + " messages left more than " +
			time.Duration(h.LateLimit*1e6).String() + " late: this generator is too slow for the rate, or was kept from its processor"
	case h.SocketDrops > 0:
		return itoa(int(h.SocketDrops)) + " packets that had come were dropped by the kernel of this generator, which read too slowly"
	case r.RateAsked > 0 && r.HeldBack == 0 && r.Calls > 100 && r.RateReached < 0.98*r.RateAsked:
		return "only " + ftoa(r.RateReached) + " of " + ftoa(r.RateAsked) + " calls a second began"
	}
	return ""
}

// mean is the rate asked for, on the mean of a time from the start.
func (r *Rate) mean(span time.Duration) float64 {
	if r.Over == 0 && r.Every == 0 || span <= 0 {
		return r.planned(0)
	}
	const pieces = 1000
	sum := 0.0
	for i := range pieces {
		sum += r.planned(span * time.Duration(2*i+1) / (2 * pieces))
	}
	return sum / pieces
}

func round(f float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(f*p) / p
}

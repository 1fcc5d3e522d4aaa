package tracefile

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// A Counts writes the file of -trace_counts: what happened at each step, in a line
// for each moment.
type Counts struct {
	w     io.Writer
	steps []scenario.Step
	begun time.Time
	lost  bool
}

// NewCounts writes the names of the columns: step, message and count. With lost,
// messages may be lost on purpose.
func NewCounts(w io.Writer, p *scenario.Program, lost bool, begun time.Time) *Counts {
	c := &Counts{w: w, begun: begun, lost: lost, steps: p.Steps}
	for i := range p.Steps {
		c.lost = c.lost || p.Steps[i].Lost > 0
	}
	line := "CurrentTime;ElapsedTime;"
	c.each(func(i int, name string, _ func(*engine.StepCount) uint64) {
		line += fmt.Sprintf("%d_%s_%s;", i, c.label(i), name)
	})
	fmt.Fprintln(w, line)
	return c
}

// label names a step. SIPp has one name for all steps without a message.
func (c *Counts) label(i int) string {
	if k := c.steps[i].Kind; k == scenario.Pause || k == scenario.Nop {
		return "Pause"
	}
	return c.steps[i].Label()
}

// each calls f for each column.
func (c *Counts) each(f func(step int, name string, value func(*engine.StepCount) uint64)) {
	var (
		sent       = func(n *engine.StepCount) uint64 { return n.Sent }
		received   = func(n *engine.StepCount) uint64 { return n.Received }
		repeated   = func(n *engine.StepCount) uint64 { return n.Repeated }
		timedOut   = func(n *engine.StepCount) uint64 { return n.TimedOut }
		lost       = func(n *engine.StepCount) uint64 { return n.Lost }
		unexpected = func(n *engine.StepCount) uint64 { return n.Unexpected }
	)
	for i := range c.steps {
		s := &c.steps[i]
		switch s.Kind {
		case scenario.Send:
			f(i, "Sent", sent)
			f(i, "Retrans", repeated)
			if s.Retrans > 0 {
				f(i, "Timeout", timedOut)
			}
		case scenario.Recv:
			f(i, "Recv", received)
			f(i, "Retrans", repeated)
			f(i, "Timeout", timedOut)
			f(i, "Unexp", unexpected)
		case scenario.Pause, scenario.Nop:
			f(i, "Sessions", sent)
			f(i, "Unexp", unexpected)
			continue
		}
		if c.lost && s.Kind != scenario.End {
			f(i, "Lost", lost)
		}
	}
}

// Row writes the line of a moment.
func (c *Counts) Row(now time.Time, f *Figures) {
	var line strings.Builder
	fmt.Fprintf(&line, "%s;%s;", Stamp(now), clock(now.Sub(c.begun)))
	c.each(func(i int, _ string, value func(*engine.StepCount) uint64) {
		fmt.Fprintf(&line, "%d;", value(&f.Counts.Steps[i]))
	})
	fmt.Fprintln(c.w, line.String())
}

// A Codes writes the file of -trace_error_codes: in a line for each moment, the
// statuses of the unexpected responses since the line before.
type Codes struct {
	w      io.Writer
	begun  time.Time
	before [len(engine.Counts{}.Codes)]uint32
}

// NewCodes returns one; the file has no line of names.
func NewCodes(w io.Writer, begun time.Time) *Codes { return &Codes{w: w, begun: begun} }

// mostCodes is how often one status is written in a line: a run at a high rate may
// have millions.
const mostCodes = 1000

// Row writes the line of a moment.
func (c *Codes) Row(now time.Time, f *Figures) {
	var line strings.Builder
	fmt.Fprintf(&line, "%s;%s;", Stamp(now), clock(now.Sub(c.begun)))
	for status, n := range f.Counts.Codes {
		for range min(n-c.before[status], mostCodes) {
			fmt.Fprintf(&line, "%d,", status)
		}
	}
	c.before = f.Counts.Codes
	fmt.Fprintln(c.w, line.String())
}

// Package live shows a run on the terminal while it goes on: what was asked
// for and reached, each step of the scenario, latency, and how the generator
// itself fares. Keys change the rate, pause and stop the run.
package live

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/sipwire/sipwire/cmd/internal/load"
)

// Controls are what the keys do.
type Controls struct {
	Rate *load.Rate      // nil where the rate is not set here
	Stop func(hard bool) // ends the calls; with hard at once
}

// A Screen is what one sees. It is a model of bubbletea.
type Screen struct {
	name          string
	late          float64 // ms
	control       Controls
	sample        load.Sample
	width, height int
	factor        float64 // on the rate, while it is not paused
	paused        bool
	stopping      bool
}

// NewScreen returns the screen of a run of a scenario. late is the time in
// milliseconds from which a message counts as late.
func NewScreen(name string, late float64, c Controls) *Screen {
	s := &Screen{name: name, late: late, control: c, width: 80, height: 24, factor: 1}
	if c.Rate != nil {
		s.factor = c.Rate.Factor()
	}
	return s
}

// Init does nothing: samples come from outside.
func (s *Screen) Init() tea.Cmd { return nil }

// Update takes a key, a sample or a new size of the terminal.
func (s *Screen) Update(m tea.Msg) (tea.Model, tea.Cmd) {
	switch m := m.(type) {
	case load.Sample:
		s.sample = m
	case tea.WindowSizeMsg:
		s.width, s.height = m.Width, m.Height
	case tea.KeyPressMsg:
		s.key(m.String())
	}
	return s, nil
}

// key does what a key asks for.
func (s *Screen) key(k string) {
	switch k {
	case "q", "ctrl+c":
		s.control.Stop(s.stopping)
		s.stopping = true
		return
	}
	if s.control.Rate == nil {
		return
	}
	switch k {
	case "+", "=":
		s.factor = math.Round(s.factor*10+1) / 10
	case "-":
		s.factor = max(math.Round(s.factor*10-1)/10, 0.1)
	case "p", "space":
		s.paused = !s.paused
	default:
		return
	}
	if s.paused {
		s.control.Rate.Scale(0)
	} else {
		s.control.Rate.Scale(s.factor)
	}
}

// View draws the screen.
func (s *Screen) View() tea.View {
	lines := s.head()
	tail := s.tail()
	lines = append(lines, s.steps(s.height-len(lines)-len(tail))...)
	lines = append(lines, tail...)
	for i, l := range lines {
		if r := []rune(l); len(r) > s.width {
			lines[i] = string(r[:max(s.width, 0)])
		}
	}
	v := tea.NewView(strings.Join(lines, "\n"))
	v.AltScreen = true
	return v
}

// head is the rate, the calls and the latency.
func (s *Screen) head() []string {
	m := &s.sample
	state := ""
	switch {
	case s.stopping:
		state = "  ENDING THE CALLS"
	case s.paused:
		state = "  PAUSED"
	}
	out := []string{fmt.Sprintf("%s  %.0f s%s", s.name, m.At, state)}
	if s.control.Rate != nil {
		out = append(out, fmt.Sprintf("rate     %.1f calls/s asked, %.1f reached  (x %.1f)", m.Asked, m.Rate, s.factor))
	} else {
		out = append(out, fmt.Sprintf("rate     %.1f calls/s", m.Rate))
	}
	out = append(out,
		fmt.Sprintf("calls    %d open, %d begun, %d successful, %d failed, %d messages repeated", m.Open, m.Calls, m.Successful, m.Failed, m.Retransmissions),
		"latency  this second  "+times(&m.Latency))
	if m.Now != nil {
		out = append(out, "         whole run    "+times(&m.Now.Latency))
	}
	return append(out, "")
}

func times(p *load.Percentiles) string {
	return fmt.Sprintf("p50 %.2f  p90 %.2f  p99 %.2f  p99.9 %.2f  max %.2f ms", p.P50, p.P90, p.P99, p.P999, p.Max)
}

// steps is the table of the steps, in at most so many lines.
func (s *Screen) steps(room int) []string {
	if s.sample.Now == nil || room < 3 {
		return nil
	}
	out := []string{fmt.Sprintf("%-28s %10s %10s %9s %9s %10s", "step", "sent", "received", "repeated", "timed out", "unexpected")}
	left, side := 0, ""
	for _, t := range s.sample.Now.Steps {
		if t.Hidden {
			continue
		}
		if t.Side != side {
			if side = t.Side; len(out) < room-1 {
				out = append(out, side+":")
			}
		}
		if len(out) >= room-1 {
			left++
			continue
		}
		arrow, sent, received := "  ", fmt.Sprint(t.Sent), ""
		switch t.Kind {
		case "send":
			arrow = "->"
		case "recv":
			arrow, sent, received = "<-", "", fmt.Sprint(t.Received)
		}
		out = append(out, fmt.Sprintf("%2d %s %-22.22s %10s %10s %9d %9d %10d", t.Index, arrow, t.Label, sent, received, t.Repeated, t.TimedOut, t.Unexpected))
	}
	if left > 0 {
		out = append(out, fmt.Sprintf("and %d more steps", left))
	}
	return out
}

// tail is the failures, the generator's health and the keys.
func (s *Screen) tail() []string {
	var out []string
	if n := s.sample.Now; n != nil {
		out = append(out, "")
		for _, cause := range slices.Sorted(maps.Keys(n.Causes)) {
			out = append(out, fmt.Sprintf("failed   %d  %s", n.Causes[cause], cause))
		}
		out = append(out, fmt.Sprintf("this generator  %.0f %% of a core, %d of %d messages over %g ms late (up to %.0f ms), %d packets dropped, %d not sent",
			100*n.CPUShare, s.sample.LateSends, n.Sent, s.late, s.sample.MaxLate, n.SocketDrops, n.SendErrors))
		if n.SocketDrops > 0 || s.sample.LateSends*1000 > n.Sent {
			out = append(out, "THE GENERATOR IS TOO SLOW: these are not the target's figures")
		}
	}
	keys := "q stop"
	if s.control.Rate != nil {
		keys = "+ - rate   p pause   " + keys
	}
	return append(out, "", keys)
}

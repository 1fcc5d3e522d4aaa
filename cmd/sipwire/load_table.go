package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"maps"

	"github.com/sipwire/sipwire/cmd/internal/load"
)

// printResult prints what happened in a run as tables.
func printResult(w io.Writer, r *load.Result) {
	fmt.Fprintf(w, "%s\n\n", r.Scenario)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "step\t\tsent\treceived\trepeated\ttimed out\tlost\tunexpected\t")
	side := ""
	for _, s := range r.Steps {
		if s.Hidden {
			continue
		}
		if s.Side != side {
			side = s.Side
			fmt.Fprintf(t, "\t%s:\t\t\t\t\t\t\t\n", side)
		}
		name, arrow := s.Label, "  "
		switch s.Kind {
		case "send":
			arrow = "->"
		case "recv":
			arrow = "<-"
		}
		fmt.Fprintf(t, "%d\t%s %s\t%s\t%s\t%d\t%d\t%d\t%d\t\n", s.Index, arrow, name, figure(s.Sent, s.Kind != "recv"), figure(s.Received, s.Kind == "recv"),
			s.Repeated, s.TimedOut, s.Lost, s.Unexpected)
	}
	t.Flush()
	fmt.Fprintln(w)
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(t, "%s\t"+format+"\n", append([]any{name}, args...)...)
	}
	if r.Found != nil {
		row("limit", "%s", printFound(r.Found))
	}
	row("calls", "%d in %.3g s: %d successful, %d failed", r.Calls, r.Seconds, r.Successful, r.Failed)
	if r.RateAsked > 0 {
		row("rate", "%g calls/s asked, %g reached", r.RateAsked, r.RateReached)
	}
	row("latency", "%s", times(&r.Latency))
	for i := range r.RTDs {
		row("response time "+r.RTDs[i].Name, "%s", times(&r.RTDs[i].Percentiles))
	}
	row("repeated", "%d: %d had no answer in time, %d were asked for by a repeated message", r.Retransmissions, r.Repeats.NoAnswer, r.Repeats.AskedFor)
	list(row, "failed", r.Causes)
	for i := range r.Sides {
		s := &r.Sides[i]
		row(s.Name, "%d: %d successful, %d failed", s.Calls, s.Successful, s.Failed)
		list(row, s.Name+" failed", s.Causes)
	}
	list(row, "unexpected status", r.Codes)
	list(row, "counter", r.Counters)
	if r.HeldBack > 0 {
		row("held back", "%d times a call had to wait for -l", r.HeldBack)
	}
	h := &r.Health
	row("this generator", "%d of %d messages more than %g ms late (99 %% within %.2f ms), %d packets dropped, %.0f %% of a core",
		h.LateSends, h.Sent, h.LateLimit, h.Lateness.P99, h.SocketDrops, 100*h.CPUShare)
	t.Flush()
	if h.Fault != "" {
		fmt.Fprintf(w, "\nNOT THE TARGET'S FIGURES: %s.\n", h.Fault)
	}
}

// figure leaves out a figure that has no meaning.
func figure(n uint64, has bool) string {
	if !has {
		return ""
	}
	return fmt.Sprint(n)
}

func times(p *load.Percentiles) string {
	return fmt.Sprintf("p50 %.2f  p90 %.2f  p99 %.2f  p99.9 %.2f  max %.2f ms of %d", p.P50, p.P90, p.P99, p.P999, p.Max, p.Count)
}

func list(row func(string, string, ...any), name string, m map[string]uint64) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		row(name, "%d  %s", m[k], k)
	}
}

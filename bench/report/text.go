package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/sipwire/sipwire/bench/measure"
	"github.com/sipwire/sipwire/bench/suite"
)

// row is a result as --json writes it. What is not known is null.
type row struct {
	Task   string   `json:"task"`
	Impl   string   `json:"impl"`
	Set    string   `json:"set"`
	Ns     float64  `json:"ns_per_msg"`
	P10    float64  `json:"p10"`
	Bytes  *float64 `json:"bytes_per_op"`
	Allocs *float64 `json:"allocs_per_op"`
	XCopy  *float64 `json:"x_copy"`
	XHot   *float64 `json:"x_hot_copy"`
}

func (r *report) writeJSON(w io.Writer) error {
	rows := []row{}
	add := func(rs []measure.Result) {
		for _, x := range rs {
			rows = append(rows, row{x.Task, x.Impl, x.Set, x.Median, x.P10, known(x.Bytes, 0), known(x.Allocs, 0), known(x.XCopy, 1e-9), known(x.XHot, 1e-9)})
		}
	}
	add(r.Main)
	add(r.Sets)
	add(r.Far)
	for _, s := range r.Sweeps {
		add(s.Points)
	}
	add(r.Cores2)
	add(r.Bodies)
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(rows)
}

// known is x unless it is below least, which means not measured.
func known(x, least float64) *float64 {
	if x < least {
		return nil
	}
	return &x
}

func (r *report) writeText(w io.Writer) error {
	fmt.Fprintf(w, "%s\n%s\n\n", r.machine(), r.corpus())
	for _, part := range []struct {
		title string
		rs    []measure.Result
	}{
		{"One core", r.Main},
		{"The sets beside it", r.Sets},
		{"A set larger than the caches, picks of its own for each case", r.Far},
		{"Session descriptions", r.Bodies},
	} {
		if len(part.rs) == 0 {
			continue
		}
		fmt.Fprintf(w, "%s: medians of interleaved rounds, ns a message\n", part.title)
		if err := writeResults(w, part.rs); err != nil {
			return err
		}
	}
	if len(r.Cores2) > 0 {
		fmt.Fprintf(w, "All %d cores: wall time a message\n", r.Cores)
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(tw, "task\timpl\tns\tp10\tp90\tM msg/s\t")
		for _, x := range r.Cores2 {
			fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%.2f\t\n", x.Task, x.Impl, ns(x.Median), ns(x.P10), ns(x.P90), 1e3/x.Median)
		}
		if err := tw.Flush(); err != nil {
			return err
		}
		fmt.Fprintln(w)
	}
	for _, s := range r.Sweeps {
		fmt.Fprintf(w, "Cost against %s: ns a message\n", s.Unit)
		if err := s.writeText(w); err != nil {
			return err
		}
	}
	for _, l := range r.leftLines() {
		fmt.Fprintln(w, l)
	}
	fmt.Fprintln(w)
	for _, i := range r.Impls {
		fmt.Fprintf(w, "%-16s %s %s\n", i.Name, i.Version, i.About)
	}
	_, err := fmt.Fprintf(w, "took %.0f s: %s\n", r.Took.Seconds(), r.Command)
	return err
}

func writeResults(w io.Writer, rs []measure.Result) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "set\ttask\timpl\tns\tp10\tp90\tx copy\tx hot copy\tMB/s\tB/op\tallocs/op\tmessages\t")
	for _, x := range rs {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%.0f\t%s\t%s\t%d\t\n", x.Set, x.Task, x.Impl,
			ns(x.Median), ns(x.P10), ns(x.P90), times(x.XCopy), times(x.XHot), x.MBs(), count(x.Bytes), count(x.Allocs), x.Messages)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w)
	return err
}

func (s *sweep) writeText(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(tw, "task\timpl")
	for _, n := range s.Sizes {
		fmt.Fprintf(tw, "\t%d", n)
	}
	fmt.Fprint(tw, "\tslope\t\n")
	for _, l := range s.lines() {
		fmt.Fprintf(tw, "%s\t%s", l.task, l.impl)
		for _, n := range s.Sizes {
			text := "-"
			if y, ok := l.at[n]; ok {
				text = ns(y)
			}
			fmt.Fprintf(tw, "\t%s", text)
		}
		fmt.Fprintf(tw, "\t%s\t\n", l.slope(s.Name))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w)
	return err
}

// line is one parser and task over the sizes of a sweep.
type line struct {
	task, impl string
	at         map[int]float64
	x, y       []float64
}

func (s *sweep) lines() []*line {
	var out []*line
	find := map[[2]string]*line{}
	for _, p := range s.Points {
		key := [2]string{p.Task, p.Impl}
		l := find[key]
		if l == nil {
			l = &line{task: p.Task, impl: p.Impl, at: map[int]float64{}}
			find[key] = l
			out = append(out, l)
		}
		var size int
		fmt.Sscanf(strings.TrimPrefix(p.Set, s.Name+"-"), "%d", &size)
		l.at[size] = p.Median
		l.x, l.y = append(l.x, float64(size)), append(l.y, p.Median)
	}
	return out
}

// slope is the fitted cost of one more unit, with how well a straight line
// fits.
func (l *line) slope(sweep string) string {
	slope, _, r2 := measure.Fit(l.x, l.y)
	unit := "ns/KiB"
	if sweep == "headers" {
		unit = "ns/field"
	} else {
		slope *= 1024
	}
	return fmt.Sprintf("%.1f %s (r² %.3f)", slope, unit, r2)
}

// leftLines say what was left out of whose figures, and why. Tasks that left
// out the same messages share a line.
func (r *report) leftLines() []string {
	type group struct {
		suite.Left
		tasks []string
	}
	var groups []*group
next:
	for _, l := range r.Left {
		for _, g := range groups {
			if g.Impl == l.Impl && g.Set == l.Set && g.Total == l.Total && len(g.Findings) == len(l.Findings) && g.Findings[0] == l.Findings[0] {
				g.tasks = append(g.tasks, l.Task)
				continue next
			}
		}
		groups = append(groups, &group{l, []string{l.Task}})
	}
	var out []string
	for _, g := range groups {
		first := g.Findings[0]
		why := first.Why
		if len(why) > 160 {
			why = why[:160] + "…"
		}
		out = append(out, fmt.Sprintf("%s, set %s, %s: %d of %d messages left out; the first (%s): %s",
			g.Impl, g.Set, strings.Join(g.tasks, " "), len(g.Findings), g.Total, first.Kind, why))
	}
	return out
}

func (r *report) machine() string {
	return fmt.Sprintf("%s, %d cores, %s/%s, kernel tier %s, %s, %s", r.CPU, r.Cores, r.OS, r.Arch, r.Tier, r.Go, r.Date)
}

func (r *report) corpus() string {
	return fmt.Sprintf("%d messages, picked at random; mean %.0f bytes, %.0f of them before the body, in %.1f header fields", r.Messages, r.Mean, r.Head, r.Fields)
}

// ns prints nanoseconds to three digits or so.
func ns(x float64) string {
	if x < 100 {
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}

func times(x float64) string {
	if x == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", x)
}

// count prints bytes and allocations a message; a negative one is unknown.
func count(x float64) string {
	switch {
	case x < 0:
		return "?"
	case x == 0:
		return "0"
	}
	return fmt.Sprintf("%.1f", x)
}

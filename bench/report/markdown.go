package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sipwire/sipwire/bench/measure"
	"github.com/sipwire/sipwire/bench/peer"
	"github.com/sipwire/sipwire/bench/suite"
)

// writeFolder writes results.json, report.md, table.md and the charts.
func (r *report) writeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, write := range map[string]func(io.Writer) error{
		"results.json": r.writeJSON,
		"table.md":     r.writeTable,
		"report.md":    r.writeMarkdown,
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return r.writeCharts(dir)
}

// writeTable writes the table of the project's README: a line for each
// parser, a column for each task, and what the figures are based on.
func (r *report) writeTable(w io.Writer) error {
	tasks, impls := []string{}, []string{}
	at := map[[2]string]measure.Result{}
	for _, x := range r.Main {
		if x.Task == string(peer.Call) {
			continue
		}
		at[[2]string{x.Impl, x.Task}] = x
		if x.Task != string(peer.Copy) && !slices.Contains(tasks, x.Task) {
			tasks = append(tasks, x.Task)
		}
	}
	for _, i := range r.Impls {
		if slices.ContainsFunc(tasks, func(t string) bool { _, ok := at[[2]string{i.Name, t}]; return ok }) {
			impls = append(impls, i.Name)
		}
	}
	fmt.Fprintf(w, "Measured on %s on %s.\nNanoseconds a message, on one core; × is the multiple of a plain copy of the same messages", r.Date, r.CPU)
	if c, ok := at[[2]string{"memcpy", string(peer.Copy)}]; ok {
		fmt.Fprintf(w, "\nthat nothing else runs beside (%s ns; %s ns among the other tasks of the run)", ns(c.Hot), ns(c.Median))
	}
	fmt.Fprintf(w, ".\n\n| parser | %s | allocations, read |\n|---|%s---:|\n", strings.Join(tasks, " | "), strings.Repeat("---:|", len(tasks)))
	for _, impl := range impls {
		cells := []string{r.named(impl)}
		for _, t := range tasks {
			x, ok := at[[2]string{impl, t}]
			switch {
			case !ok:
				cells = append(cells, "–")
			case x.XHot == 0:
				cells = append(cells, ns(x.Median))
			default:
				cells = append(cells, fmt.Sprintf("%s (%s ×)", ns(x.Median), times(x.XHot)))
			}
		}
		allocs := "–"
		if x, ok := at[[2]string{impl, string(peer.Read)}]; ok {
			allocs = count(x.Allocs)
		}
		fmt.Fprintf(w, "| %s | %s |\n", strings.Join(cells, " | "), allocs)
	}
	fmt.Fprintf(w, "\n%s.\n%s; medians of interleaved rounds.\nMeasured with `%s`.\n", r.machine(), r.corpus(), r.Command)
	_, err := fmt.Fprintf(w, "Versions: %s.\n", r.versions())
	return err
}

// named is the name of a parser in the table: ours with the tier that ran.
func (r *report) named(impl string) string {
	if impl == suite.Reference {
		return impl + "-" + r.Tier
	}
	return impl
}

// versions names each peer once, tiers aside.
func (r *report) versions() string {
	var out []string
	for _, i := range r.Impls {
		if i.Version != "" && i.Tier == "" && i.Name != "cgo-call" {
			out = append(out, i.Name+" "+i.Version)
		}
	}
	return strings.Join(out, ", ")
}

func (r *report) writeMarkdown(w io.Writer) error {
	fmt.Fprintf(w, "# Measured on %s\n\n%s.\n%s.\nCommand: `%s`, which took %.0f s.\n\n", r.Date, r.machine(), r.corpus(), r.Command, r.Took.Seconds())
	fmt.Fprint(w, "The tasks:\n\n")
	for _, t := range peer.Tasks() {
		fmt.Fprintf(w, "- %s: %s\n", t, t.About())
	}
	fmt.Fprint(w, "\nThe parsers:\n\n")
	for _, i := range r.Impls {
		fmt.Fprintf(w, "- %s %s: %s\n", i.Name, i.Version, i.About)
	}
	fmt.Fprint(w, "\n## One core\n\n× copy divides by the copy as it runs among the other cases, × hot copy by the copy when nothing runs beside it.\n\n")
	markdownResults(w, r.Main)
	if len(r.Cores2) > 0 {
		fmt.Fprintf(w, "\n## All %d cores\n\nWall time divided by the messages of all cores.\n\n| task | parser | ns | p10 | p90 | million messages a second |\n|---|---|---:|---:|---:|---:|\n", r.Cores)
		for _, x := range r.Cores2 {
			fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %.2f |\n", x.Task, x.Impl, ns(x.Median), ns(x.P10), ns(x.P90), 1e3/x.Median)
		}
	}
	if len(r.Sets) > 0 {
		fmt.Fprint(w, "\n## The sets beside it\n\nThe set `same` is one message over and over: what the other sets keep the branch predictor from.\n\n")
		markdownResults(w, r.Sets)
	}
	if len(r.Far) > 0 {
		fmt.Fprint(w, "\n## A set larger than the caches\n\nEach case draws its own messages, so that none finds what another has fetched.\n\n")
		markdownResults(w, r.Far)
	}
	r.markdownBodies(w)
	for _, s := range r.Sweeps {
		fmt.Fprintf(w, "\n## Cost against %s\n\n![%s](%s.svg)\n\n| task | parser |", s.Unit, s.Unit, s.Name)
		for _, n := range s.Sizes {
			fmt.Fprintf(w, " %d |", n)
		}
		fmt.Fprintf(w, " slope |\n|---|---|%s---:|\n", strings.Repeat("---:|", len(s.Sizes)))
		for _, l := range s.lines() {
			fmt.Fprintf(w, "| %s | %s |", l.task, l.impl)
			for _, n := range s.Sizes {
				text := "–"
				if y, ok := l.at[n]; ok {
					text = ns(y)
				}
				fmt.Fprintf(w, " %s |", text)
			}
			fmt.Fprintf(w, " %s |\n", l.slope(s.Name))
		}
	}
	if len(r.Left) > 0 {
		fmt.Fprint(w, "\n## Left out\n\nMessages that a parser rejects, misreads or miswrites do not count in its figures.\n\n")
		for _, l := range r.leftLines() {
			fmt.Fprintf(w, "- %s\n", strings.ReplaceAll(l, "<", "&lt;"))
		}
	}
	return nil
}

func markdownResults(w io.Writer, rs []measure.Result) {
	fmt.Fprint(w, "| set | task | parser | ns | p10 | p90 | × copy | × hot copy | MB/s | B/op | allocs/op | messages |\n|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, x := range rs {
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %s | %s | %.0f | %s | %s | %d |\n", x.Set, x.Task, x.Impl,
			ns(x.Median), ns(x.P10), ns(x.P90), times(x.XCopy), times(x.XHot), x.MBs(), count(x.Bytes), count(x.Allocs), x.Messages)
	}
}

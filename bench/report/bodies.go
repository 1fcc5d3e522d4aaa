package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/plot"

	"github.com/sipwire/sipwire/bench/bodies"
	"github.com/sipwire/sipwire/bench/measure"
)

// The part bodies: readers of session descriptions, over bodies of their own.

// measureBodies times the readers that the options ask for.
func (o *options) measureBodies() ([]measure.Result, error) {
	impls := slices.DeleteFunc(bodies.Impls(), func(i bodies.Impl) bool {
		want := split(o.impls)
		return len(want) > 0 && !slices.Contains(want, i.Name) || o.tier != "" && i.Tier != ""
	})
	if len(impls) == 0 || o.tasks != "" {
		return nil, nil // asked for other things
	}
	cases, err := bodies.Cases(o.seed, o.messages, impls)
	if err != nil {
		return nil, err
	}
	m := o.limits("main")
	if o.quick {
		m.Budget = 3 * time.Second
	}
	return timed(cases, bodies.Set, m)
}

// markdownBodies writes the section of report.md.
func (r *report) markdownBodies(w io.Writer) {
	if len(r.Bodies) == 0 {
		return
	}
	fmt.Fprintf(w, "\n## Session descriptions\n\n![session descriptions](bodies.svg)\n\n%d bodies of phones, gateways, browsers and mobile networks, picked at random; mean %.0f bytes. "+
		"All readers find the same addresses and ports, and rewrite to the same bytes.\n\n", r.Bodies[0].Messages, r.Bodies[0].MeanBytes)
	for _, t := range bodies.Tasks() {
		fmt.Fprintf(w, "- %s: %s\n", t, bodies.About(t))
	}
	fmt.Fprintln(w)
	for _, i := range bodies.Impls() {
		fmt.Fprintf(w, "- %s %s: %s\n", i.Name, i.Version, i.About)
	}
	fmt.Fprintln(w)
	markdownResults(w, r.Bodies)
}

// chartBodies draws bodies.svg, a panel for each task.
func (r *report) chartBodies(dir string) error {
	var panels []*plot.Plot
	for _, t := range bodies.Tasks() {
		var rs []measure.Result
		for _, x := range r.Bodies {
			if x.Task == bodies.Copy || x.Task == t {
				rs = append(rs, x)
			}
		}
		if p := barsOf(strings.TrimPrefix(t, "sdp-")+" a session description: "+bodies.About(t), "ns a body", rs); p != nil && len(rs) > 1 {
			panels = append(panels, p)
		}
	}
	if len(panels) == 0 {
		return nil
	}
	return savePanels(filepath.Join(dir, "bodies.svg"), panels)
}

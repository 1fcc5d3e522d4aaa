package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/sipwire/sipwire/cmd/internal/load"
)

//go:embed report.html
var page string

// pageTemplate is made when it is needed: it took 5 ms of the start of every
// command (2026-11).
var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Funcs(template.FuncMap{
		"times": func(p load.Percentiles) string {
			return fmt.Sprintf("p50 %.2f, p90 %.2f, p99 %.2f, p99.9 %.2f, max %.2f ms of %d", p.P50, p.P90, p.P99, p.P999, p.Max, p.Count)
		},
	}).Parse(page))
})

// A chart is one on the page.
type chart struct {
	Title string
	SVG   template.HTML
}

// A failure is a row of the table of failures.
type failure struct {
	What  string
	Count uint64
}

// Write writes the page.
func Write(w io.Writer, r *load.Result) error {
	var charts []chart
	var failed error
	add := func(title, svg string, err error) {
		if failed == nil {
			failed = err
		}
		charts = append(charts, chart{title, template.HTML(svg)})
	}
	s, err := over(r.Series, "calls a second",
		line{"asked", func(s *load.Sample) float64 { return s.Asked }}, line{"begun", func(s *load.Sample) float64 { return s.Rate }})
	add("Rate", s, err)
	s, err = over(r.Series, "ms", line{"p50", func(s *load.Sample) float64 { return s.Latency.P50 }},
		line{"p99", func(s *load.Sample) float64 { return s.Latency.P99 }}, line{"max", func(s *load.Sample) float64 { return s.Latency.Max }})
	add("Latency over time", s, err)
	s, err = percentileBars(&r.Latency)
	add("Latency of the whole run", s, err)
	s, err = over(r.Series, "calls", line{"open", func(s *load.Sample) float64 { return float64(s.Open) }},
		line{"failed so far", func(s *load.Sample) float64 { return float64(s.Failed) }})
	add("Open and failed calls", s, err)
	s, err = over(r.Series, "messages so far", line{"sent again", func(s *load.Sample) float64 { return float64(s.Retransmissions) }},
		line{"left late by this generator", func(s *load.Sample) float64 { return float64(s.LateSends) }})
	add("Repeats, and lateness of the generator", s, err)
	if failed != nil {
		return failed
	}
	return pageTemplate().Execute(w, map[string]any{
		"Result": r, "Charts": charts, "Failures": failures(r.Causes, ""), "Codes": failures(r.Codes, "unexpected "),
	})
}

// failures sorts a table of counts, the largest first.
func failures(m map[string]uint64, before string) []failure {
	var out []failure
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, failure{before + k, m[k]})
	}
	slices.SortStableFunc(out, func(a, b failure) int {
		switch {
		case a.Count > b.Count:
			return -1
		case a.Count < b.Count:
			return 1
		}
		return 0
	})
	return out
}

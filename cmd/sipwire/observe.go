package main

import (
	"fmt"
	"slices"

	"github.com/sipwire/sipwire/cmd/internal/load"
	"github.com/sipwire/sipwire/cmd/internal/metrics"
	"github.com/sipwire/sipwire/cmd/internal/otlp"
	"github.com/sipwire/sipwire/cmd/internal/page"
)

// observers are all who want to know of each second of a run.
type observers struct {
	tell   []func(*load.Sample)
	last   []func(*load.Sample) // those of tell that are told of the end, too
	closes []func()
}

func (o *observers) each(s *load.Sample) {
	for _, f := range o.tell {
		f(s)
	}
}

// end tells the figures of the whole run, which are later than those of its last
// second.
func (o *observers) end(r *load.Result) {
	var s load.Sample
	if n := len(r.Series); n > 0 {
		s = r.Series[n-1]
	}
	s.At, s.Open, s.Calls, s.Successful, s.Failed = r.Seconds, r.Open, r.Calls, r.Successful, r.Failed
	s.Retransmissions, s.LateSends = r.Retransmissions, r.LateSends
	for _, f := range o.last {
		f(&s)
	}
}

func (o *observers) close() {
	for _, f := range slices.Backward(o.closes) {
		f()
	}
}

// observe begins to show a run to others: to Prometheus and on a page with
// --metrics, and to a collector with --otlp.
func (f *runFlags) observe(e *env, scenario string, controls *load.Controls) (*observers, error) {
	o := &observers{}
	if f.Metrics != "" {
		m, err := metrics.Listen(f.Metrics, f.Public)
		if err != nil {
			return nil, usage("--metrics: %v", err)
		}
		o.last = append(o.last, m.Set)
		o.closes = append(o.closes, func() { m.Close() })
		p, err := page.New(scenario, controls, f.Token)
		if err != nil {
			o.close()
			return nil, usage("--token: %v", err)
		}
		f.Token = p.Token() // a search has many runs
		m.Handle("/", p)
		o.tell = append(o.tell, p.Add)
		fmt.Fprintf(e.stderr, "sipwire: the run is shown at http://%s/#%s\n", m.Addr(), p.Token())
	}
	if f.OTLP != "" {
		x, err := otlp.New(f.OTLP, scenario, version(), func(err error) { e.complain("--otlp: %v", err) })
		if err != nil {
			o.close()
			return nil, usage("--otlp: %v", err)
		}
		o.last = append(o.last, x.Set)
		o.closes = append(o.closes, x.Close)
	}
	o.tell = append(o.tell, o.last...)
	return o, nil
}

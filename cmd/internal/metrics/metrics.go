// Package metrics offers the figures of a load run to Prometheus.
package metrics

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/sipwire/sipwire/cmd/internal/load"
	"github.com/sipwire/sipwire/cmd/internal/page"
)

// A Server answers GET /metrics with the last sample of a run.
type Server struct {
	http http.Server
	mux  *http.ServeMux
	addr net.Addr

	mu   sync.Mutex
	last load.Sample
}

// A figure is one that is offered.
type figure struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*load.Sample) float64
}

func newFigure(name, help string, kind prometheus.ValueType, value func(*load.Sample) float64) figure {
	return figure{prometheus.NewDesc("sipwire_load_"+name, help, nil, nil), kind, value}
}

var figures = []figure{
	newFigure("calls_total", "Calls that began.", prometheus.CounterValue, func(s *load.Sample) float64 { return float64(s.Calls) }),
	newFigure("calls_successful_total", "Calls that came to the end of the scenario.", prometheus.CounterValue, func(s *load.Sample) float64 { return float64(s.Successful) }),
	newFigure("calls_failed_total", "Calls that failed.", prometheus.CounterValue, func(s *load.Sample) float64 { return float64(s.Failed) }),
	newFigure("retransmissions_total", "Messages sent again.", prometheus.CounterValue, func(s *load.Sample) float64 { return float64(s.Retransmissions) }),
	newFigure("late_sends_total", "Messages that this generator sent late.", prometheus.CounterValue, func(s *load.Sample) float64 { return float64(s.LateSends) }),
	newFigure("calls_open", "Calls that are open.", prometheus.GaugeValue, func(s *load.Sample) float64 { return float64(s.Open) }),
	newFigure("rate_asked", "Calls a second asked for.", prometheus.GaugeValue, func(s *load.Sample) float64 { return s.Asked }),
	newFigure("rate", "Calls a second that began, in the last second.", prometheus.GaugeValue, func(s *load.Sample) float64 { return s.Rate }),
}

var latency = prometheus.NewDesc("sipwire_load_latency_seconds",
	"From when a request should have left to its final response, in the last second.", []string{"quantile"}, nil)

// Listen begins to answer on an address. It must be one of loopback, unless
// public is set: the figures are nobody else's business.
func Listen(address string, public bool) (*Server, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	if a, err := netip.ParseAddrPort(l.Addr().String()); !public && (err != nil || !a.Addr().IsLoopback()) {
		l.Close()
		return nil, fmt.Errorf("%s is not a loopback address", address)
	}
	s := &Server{addr: l.Addr()}
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(s); err != nil {
		l.Close()
		return nil, err
	}
	s.mux = http.NewServeMux()
	figures := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	s.mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		// On loopback no name but localhost leads here: another one is that of a
		// web page which had its name resolve to this host.
		if !public && !page.DirectHost(r.Host) {
			http.Error(w, "ask for the address, not for a name", http.StatusForbidden)
			return
		}
		figures.ServeHTTP(w, r)
	})
	s.http = http.Server{
		Handler: s.mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	go s.http.Serve(l)
	return s, nil
}

// Handle adds a page at the same address.
func (s *Server) Handle(pattern string, h http.Handler) { s.mux.Handle(pattern, h) }

// Addr returns the address that the server listens on.
func (s *Server) Addr() net.Addr { return s.addr }

// Set takes the figures of a moment.
func (s *Server) Set(sample *load.Sample) {
	s.mu.Lock()
	s.last = *sample
	s.mu.Unlock()
}

// Close stops answering.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return s.http.Shutdown(ctx)
}

// Describe is for the registry.
func (s *Server) Describe(c chan<- *prometheus.Desc) {
	for _, f := range figures {
		c <- f.desc
	}
	c <- latency
}

// Collect is for the registry.
func (s *Server) Collect(c chan<- prometheus.Metric) {
	s.mu.Lock()
	last := s.last
	s.mu.Unlock()
	for _, f := range figures {
		c <- prometheus.MustNewConstMetric(f.desc, f.kind, f.value(&last))
	}
	for _, q := range []struct {
		name  string
		value float64
	}{{"0.5", last.Latency.P50}, {"0.9", last.Latency.P90}, {"0.99", last.Latency.P99}, {"0.999", last.Latency.P999}, {"1", last.Latency.Max}} {
		c <- prometheus.MustNewConstMetric(latency, prometheus.GaugeValue, q.value/1000, q.name)
	}
}

// Package otlp sends the figures of a load run to an OpenTelemetry collector, by
// OTLP over HTTP, once a second and at the end.
//
// The names are those of the semantic conventions' style, with units of UCUM;
// what is offered to Prometheus is the same. Environment variables of
// OpenTelemetry (OTEL_EXPORTER_OTLP_HEADERS and others) are heeded, OTEL_SERVICE_NAME
// and OTEL_RESOURCE_ATTRIBUTES too.
package otlp

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/sipwire/sipwire/cmd/internal/load"
)

// Times of the export. What a collector does not take within wait is left out:
// counts are those from the start of the run, so that the next export has them.
const (
	every = time.Second
	wait  = 5 * time.Second
)

// An Exporter sends the last sample of a run.
type Exporter struct {
	provider *sdk.MeterProvider

	mu   sync.Mutex // guards last
	last *load.Sample
}

// counter and gauge are the figures, by name.
var counters = []struct {
	name, unit, help string
	value            func(*load.Sample) uint64
}{
	{"calls", "{call}", "Calls that began.", func(s *load.Sample) uint64 { return s.Calls }},
	{"calls.successful", "{call}", "Calls that came to the end of the scenario.", func(s *load.Sample) uint64 { return s.Successful }},
	{"calls.failed", "{call}", "Calls that failed.", func(s *load.Sample) uint64 { return s.Failed }},
	{"retransmissions", "{message}", "Messages sent again.", func(s *load.Sample) uint64 { return s.Retransmissions }},
	{"late_sends", "{message}", "Messages that this generator sent late.", func(s *load.Sample) uint64 { return s.LateSends }},
}

var gauges = []struct {
	name, unit, help string
	value            func(*load.Sample) float64
}{
	{"calls.open", "{call}", "Calls that are open.", func(s *load.Sample) float64 { return float64(s.Open) }},
	{"rate.asked", "{call}/s", "Calls a second asked for.", func(s *load.Sample) float64 { return s.Asked }},
	{"rate", "{call}/s", "Calls a second that began, in the last second.", func(s *load.Sample) float64 { return s.Rate }},
}

// quantiles of the latency are one gauge, as in Prometheus' summaries.
var quantiles = []struct {
	q     float64
	value func(*load.Percentiles) float64
}{
	{0.5, func(p *load.Percentiles) float64 { return p.P50 }}, {0.9, func(p *load.Percentiles) float64 { return p.P90 }},
	{0.99, func(p *load.Percentiles) float64 { return p.P99 }}, {0.999, func(p *load.Percentiles) float64 { return p.P999 }},
	{1, func(p *load.Percentiles) float64 { return p.Max }},
}

// New begins to send to the collector at a URL. Without a path in it, it is
// that of OTLP, /v1/metrics. failed is called for the first export that fails,
// from another goroutine: all that follow are likely to fail the same way.
func New(collector, scenario, version string, failed func(error)) (*Exporter, error) {
	u, err := url.Parse(collector)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, errors.New("http://HOST:4318 or https://HOST:4318 is needed")
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/v1/metrics"
	}
	ctx := context.Background()
	exporter, err := otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(u.String()), otlpmetrichttp.WithTimeout(wait),
		otlpmetrichttp.WithRetry(otlpmetrichttp.RetryConfig{}))
	if err != nil {
		return nil, err
	}
	about, err := resource.New(ctx, resource.WithAttributes(
		attribute.String("service.name", "sipwire"), attribute.String("service.version", version),
		attribute.String("service.instance.id", rand.Text()), attribute.String("sipwire.scenario", scenario),
	), resource.WithTelemetrySDK(), resource.WithHost(), resource.WithFromEnv())
	if err != nil && !errors.Is(err, resource.ErrPartialResource) {
		return nil, err
	}
	x := &Exporter{}
	reader := sdk.NewPeriodicReader(&reporter{Exporter: exporter, failed: failed}, sdk.WithInterval(every), sdk.WithTimeout(wait))
	x.provider = sdk.NewMeterProvider(sdk.WithReader(reader), sdk.WithResource(about))
	return x, x.register(x.provider.Meter("github.com/sipwire/sipwire/cmd", metric.WithInstrumentationVersion(version)))
}

// register makes the instruments, which are asked at each export.
func (x *Exporter) register(m metric.Meter) error {
	var all []metric.Observable
	var failed error
	keep := func(o metric.Observable, err error) {
		all, failed = append(all, o), errors.Join(failed, err)
	}
	var sums []metric.Int64ObservableCounter
	for _, c := range counters {
		o, err := m.Int64ObservableCounter("sipwire.load."+c.name, metric.WithUnit(c.unit), metric.WithDescription(c.help))
		sums = append(sums, o)
		keep(o, err)
	}
	var values []metric.Float64ObservableGauge
	for _, g := range gauges {
		o, err := m.Float64ObservableGauge("sipwire.load."+g.name, metric.WithUnit(g.unit), metric.WithDescription(g.help))
		values = append(values, o)
		keep(o, err)
	}
	latency, err := m.Float64ObservableGauge("sipwire.load.latency", metric.WithUnit("s"),
		metric.WithDescription("From when a request should have left to its final response, in the last second."))
	keep(latency, err)
	if failed != nil {
		return failed
	}
	_, err = m.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		x.mu.Lock()
		s := x.last
		x.mu.Unlock()
		if s == nil {
			return nil
		}
		for i, c := range counters {
			o.ObserveInt64(sums[i], int64(c.value(s)))
		}
		for i, g := range gauges {
			o.ObserveFloat64(values[i], g.value(s))
		}
		for _, q := range quantiles {
			o.ObserveFloat64(latency, q.value(&s.Latency)/1000, metric.WithAttributes(attribute.Float64("quantile", q.q)))
		}
		return nil
	}, all...)
	return err
}

// Set takes the figures of a moment.
func (x *Exporter) Set(s *load.Sample) {
	last := *s
	x.mu.Lock()
	x.last = &last
	x.mu.Unlock()
}

// Close sends the last figures and ends.
func (x *Exporter) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	x.provider.Shutdown(ctx)
}

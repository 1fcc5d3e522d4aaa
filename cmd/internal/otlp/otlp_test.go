package otlp

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/protobuf/proto"

	"github.com/sipwire/sipwire/cmd/internal/load"
)

// A receiver keeps the last value of each figure that a collector is sent.
type receiver struct {
	mu        sync.Mutex
	paths     map[string]bool
	values    map[string]float64
	quantiles map[float64]float64
	scenario  string
	status    int
}

func (c *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		body, _ = gzip.NewReader(r.Body)
	}
	data, _ := io.ReadAll(body)
	var m collector.ExportMetricsServiceRequest
	if c.status != 0 || proto.Unmarshal(data, &m) != nil {
		w.WriteHeader(max(c.status, 400))
		return
	}
	c.paths[r.URL.Path] = true
	for _, rm := range m.ResourceMetrics {
		for _, a := range rm.Resource.Attributes {
			if a.Key == "sipwire.scenario" {
				c.scenario = a.Value.GetStringValue()
			}
		}
		for _, sm := range rm.ScopeMetrics {
			for _, m := range sm.Metrics {
				for _, p := range m.GetSum().GetDataPoints() {
					if m.GetSum().IsMonotonic {
						c.values[m.Name+" "+m.Unit] = float64(p.GetAsInt())
					}
				}
				for _, p := range m.GetGauge().GetDataPoints() {
					if len(p.Attributes) == 1 {
						c.quantiles[p.Attributes[0].Value.GetDoubleValue()] = p.GetAsDouble()
						continue
					}
					c.values[m.Name+" "+m.Unit] = p.GetAsDouble()
				}
			}
		}
	}
}

func receive(t *testing.T) (*receiver, string) {
	t.Helper()
	c := &receiver{paths: map[string]bool{}, values: map[string]float64{}, quantiles: map[float64]float64{}}
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	return c, s.URL
}

// TestExport has every figure reach a collector, with its unit.
func TestExport(t *testing.T) {
	c, url := receive(t)
	x, err := New(url, "uac", "v1", func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	x.Set(&load.Sample{
		Calls: 12, Successful: 9, Failed: 3, Retransmissions: 4, LateSends: 5, Open: 6, Asked: 7.5, Rate: 6.5,
		Latency: load.Percentiles{P50: 1, P90: 2, P99: 250, P999: 400, Max: 500},
	})
	x.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, want := range map[string]float64{
		"sipwire.load.calls {call}": 12, "sipwire.load.calls.successful {call}": 9, "sipwire.load.calls.failed {call}": 3,
		"sipwire.load.retransmissions {message}": 4, "sipwire.load.late_sends {message}": 5, "sipwire.load.calls.open {call}": 6,
		"sipwire.load.rate.asked {call}/s": 7.5, "sipwire.load.rate {call}/s": 6.5,
	} {
		if got, ok := c.values[name]; !ok || got != want {
			t.Errorf("%s is %g, want %g", name, got, want)
		}
	}
	for q, want := range map[float64]float64{0.5: 0.001, 0.9: 0.002, 0.99: 0.25, 0.999: 0.4, 1: 0.5} {
		if c.quantiles[q] != want {
			t.Errorf("quantile %g is %g s, want %g", q, c.quantiles[q], want)
		}
	}
	if c.scenario != "uac" || !c.paths["/v1/metrics"] || len(c.paths) != 1 {
		t.Errorf("scenario %q, paths %v", c.scenario, c.paths)
	}
}

// TestRefused says once that the collector takes nothing.
func TestRefused(t *testing.T) {
	c, url := receive(t)
	c.status = http.StatusForbidden
	n := make(chan error, 100)
	x, err := New(url+"/custom", "uac", "v1", func(err error) { n <- err })
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		x.Set(&load.Sample{})
		x.provider.ForceFlush(t.Context())
	}
	x.Close()
	if len(n) != 1 {
		t.Errorf("said %d times", len(n))
	}
}

func TestURL(t *testing.T) {
	for _, u := range []string{"", "127.0.0.1:4318", "ftp://127.0.0.1", "http://", "%"} {
		if x, err := New(u, "", "", nil); err == nil {
			x.Close()
			t.Errorf("%q is taken", u)
		}
	}
}

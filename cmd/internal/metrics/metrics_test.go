package metrics

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/load"
)

func TestServer(t *testing.T) {
	s, err := Listen("127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Set(&load.Sample{Calls: 12, Failed: 3, Rate: 4.5, Latency: load.Percentiles{P99: 250}})
	r, err := http.Get("http://" + s.Addr().String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, _ := io.ReadAll(r.Body)
	for _, want := range []string{
		"\nsipwire_load_calls_total 12\n", "\nsipwire_load_calls_failed_total 3\n", "\nsipwire_load_rate 4.5\n",
		"\nsipwire_load_latency_seconds{quantile=\"0.99\"} 0.25\n",
	} {
		if !strings.Contains(string(body), want) {
			t.Errorf("%q is not in\n%s", want, body)
		}
	}
}

func TestLoopbackOnly(t *testing.T) {
	if s, err := Listen("0.0.0.0:0", false); err == nil {
		s.Close()
		t.Error("listens on all addresses")
	}
}

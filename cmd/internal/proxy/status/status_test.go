package status

import (
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/hops"
	"github.com/sipwire/sipwire/cmd/internal/proxy/serve"
	"github.com/sipwire/sipwire/header"
)

// fixed is a Source whose counts do not change.
type fixed struct{}

func (fixed) Counts() (c serve.Counts) {
	c.Received, c.Kinds[forward.Forwarded], c.Kinds[forward.Dropped], c.Dropped[forward.NotOurs] = 12, 7, 5, 5
	return c
}
func (fixed) Conns() int          { return 3 }
func (fixed) KernelDrops() uint64 { return 4 }
func (fixed) Locals() []forward.Local {
	return []forward.Local{{Transport: header.TransportTCP, Addr: netip.MustParseAddrPort("127.0.0.1:5070")}}
}

func TestPage(t *testing.T) {
	down := hops.NewTarget(forward.Target{}, "<b>", 1)
	down.SetUp(false)
	table := new(hops.Table)
	table.Set([]hops.Rule{{Targets: []*hops.Target{hops.NewTarget(forward.Target{}, "a", 1), down}}, {Targets: []*hops.Target{down}}})
	h := Handler(fixed{}, table)
	for path, want := range map[string][]string{
		"/": {"received<td>12", "forwarded<td>7", "not-ours<td>5", "a<td>up", "&lt;b&gt;<td>down", "TCP<td>127.0.0.1:5070", "3 connections"},
		"/metrics": {"sipwire_proxy_received_total 12\n", `sipwire_proxy_messages_total{end="dropped"} 5`, `sipwire_proxy_dropped_total{cause="not-ours"} 5`,
			"sipwire_proxy_kernel_drops_total 4\n", "sipwire_proxy_connections 3\n", `sipwire_proxy_next_hop_up{target="<b>"} 0`},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		for _, text := range want {
			if w.Code != 200 || strings.Count(w.Body.String(), text) != 1 {
				t.Errorf("%s: status %d, not one %q in\n%s", path, w.Code, text, w.Body)
			}
		}
	}
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, httptest.NewRequest("GET", "/x", nil)); w.Code != 404 {
		t.Errorf("status %d for what is not there", w.Code)
	}
}

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
	"github.com/sipwire/sipwire/transaction"
)

// fixed is a Source whose counts do not change.
type fixed struct{ stateful bool }

func (fixed) Counts() (c serve.Counts) {
	c.Received, c.Kinds[forward.Forwarded], c.Kinds[forward.Dropped], c.Dropped[forward.NotOurs] = 12, 7, 5, 5
	c.Undelivered[forward.NoConnect] = 6
	return c
}
func (fixed) Conns() int          { return 3 }
func (fixed) KernelDrops() uint64 { return 4 }
func (fixed) Level() float64      { return 0.25 }
func (f fixed) Transactions() (transaction.Stats, int, bool) {
	return transaction.Stats{Transactions: 21, Bytes: 22, Servers: 23, Clients: 24, Repeats: 25, Refused: 26, Timeouts: 27}, 28, f.stateful
}
func (fixed) Trace(callID string) (<-chan serve.Event, func(), bool) {
	c := make(chan serve.Event, 2)
	from := netip.MustParseAddrPort("192.0.2.1:5060")
	c <- serve.Event{Transport: header.TransportUDP, Source: from, Kind: forward.Forwarded, To: forward.Peer{Transport: header.TransportTCP, Addr: from}, Data: []byte("BYE\r\nX: 1\r\n\r\n"), Sent: []byte("BYE\r\n")}
	c <- serve.Event{Transport: header.TransportUDP, Source: from, Kind: forward.Dropped, Cause: forward.NotOurs}
	return c, func() {}, callID == "a b"
}
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
		"/": {"received<td>12", "forwarded<td>7", "not-ours<td>5", "no-connection<td>6", "a<td>up", "&lt;b&gt;<td>down", "TCP<td>127.0.0.1:5070", "3 connections", "Overloaded: 25 percent"},
		"/metrics": {"sipwire_proxy_received_total 12\n", `sipwire_proxy_messages_total{end="dropped"} 5`, `sipwire_proxy_dropped_total{cause="not-ours"} 5`, `sipwire_proxy_undelivered_total{cause="no-connection"} 6`,
			"sipwire_proxy_kernel_drops_total 4\n", "sipwire_proxy_connections 3\n", "sipwire_proxy_refused_share 0.25\n", `sipwire_proxy_next_hop_up{target="<b>"} 0`},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		for _, text := range want {
			if w.Code != 200 || strings.Count(w.Body.String(), text) != 1 {
				t.Errorf("%s: status %d, not one %q in\n%s", path, w.Code, text, w.Body)
			}
		}
	}
	for path, want := range map[string][]string{
		"/": {"<h2>Transactions</h2>", "open<td>21", "bytes kept<td>22", "begun by clients<td>23", "begun by the proxy<td>24", "repeats absorbed<td>25",
			"refused at a limit<td>26", "timed out<td>27", "registered contacts<td>28"},
		"/metrics": {"sipwire_proxy_transactions 21\n", "sipwire_proxy_transaction_bytes 22\n", `sipwire_proxy_transactions_total{side="server"} 23`,
			`sipwire_proxy_transactions_total{side="client"} 24`, "sipwire_proxy_transaction_repeats_total 25\n", "sipwire_proxy_transactions_refused_total 26\n",
			"sipwire_proxy_transaction_timeouts_total 27\n", "sipwire_proxy_registered_contacts 28\n"},
	} {
		for _, stateful := range []bool{false, true} {
			w := httptest.NewRecorder()
			Handler(fixed{stateful}, table).ServeHTTP(w, httptest.NewRequest("GET", path, nil))
			for _, text := range want {
				if strings.Contains(w.Body.String(), text) != stateful {
					t.Errorf("%s: %q, with transactions: %v, in\n%s", path, text, stateful, w.Body)
				}
			}
		}
	}
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, httptest.NewRequest("GET", "/x", nil)); w.Code != 404 {
		t.Errorf("status %d for what is not there", w.Code)
	}
}

func TestTrace(t *testing.T) {
	h := Handler(fixed{}, new(hops.Table))
	for path, want := range map[string]string{
		"/trace":                           "no call-id",
		"/trace?call-id=x":                 "traced already",
		"/trace?call-id=a%20b&seconds=1":   "from udp:192.0.2.1:5060, forwarded to tcp:192.0.2.1:5060\n< BYE\n< X: 1\n< \n> BYE\n",
		"/trace?call-id=a%20b&seconds=1&x": "from udp:192.0.2.1:5060, dropped: not-ours\n",
	} {
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, httptest.NewRequest("GET", path, nil)); !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %q, want %q", path, w.Body, want)
		}
	}
}

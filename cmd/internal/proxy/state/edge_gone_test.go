package state

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
)

// TestEdgeGone: the ACK for a failure, a repeat and a CANCEL belong to a request that
// went over a flow, also when that is gone meanwhile.
func TestEdgeGone(t *testing.T) {
	_, path := edge(t, "tb")
	flows := &openFlows{true}
	begin := func() *world {
		flows.yes = true
		w := newWorld(t, nextHops{"b3"}, nil, func(c *forward.Config) { c.Outbound, c.Flows = true, flows })
		w.run([]row{{"alice INVITE|Route: " + path, "tb:INVITE"}})
		return w
	}
	w := begin()
	w.run([]row{{"tb 486", "alice:486 tb:ACK"}})
	flows.yes = false
	w.run([]row{{"alice ACK 486", ""}, {"+40s", ""}})
	w.end()
	w = begin()
	w.run([]row{{"tb 180", "alice:180"}})
	flows.yes = false
	w.run([]row{{"alice INVITE again", "alice:180"}, {"alice CANCEL", "alice:200c tb:CANCEL"}})
	w.end()
	w = begin()
	flows.yes = false
	w.run([]row{{"tb 486", "alice:486 tb:ACK"}, {"alice ACK 486", ""}})
	w.receive("alice", w.request("alice", "INVITE sip:bob@192.168.0.2", "Route: "+path))
	if got := w.take(); got != "alice:430" {
		t.Errorf("sent %q", got)
	}
	w.end()
}

// TestRedirectByToken: the contacts of a 3xx are no flow of the request that a token
// led to the one who answers, nor of any request that came since.
func TestRedirectByToken(t *testing.T) {
	_, path := edge(t, "b1")
	other := newWorld(t, nextHops{"b3"}, nil, func(c *forward.Config) {
		c.Outbound, c.Locals[1].Addr = true, netip.MustParseAddrPort("10.0.0.9:5060")
	})
	other.receive("tb", other.request("tb", "REGISTER sip:b.example", `Contact: <sip:bob@192.168.0.2>;+sip.instance="<urn:uuid:1>";reg-id=1`, "Supported: outbound"))
	_, others, _ := strings.Cut(string(other.last["b3 REGISTER"]), "\r\nPath: ")
	others, _, _ = strings.Cut(others, "\r\n")
	w := newWorld(t, nextHops{"b3"}, func(c *Config) { c.Recurse = true }, func(c *forward.Config) { c.Outbound = true })
	w.run([]row{{"alice INVITE|Route: " + path, "b1:INVITE"}})
	w.receive("b2", w.request("b2", "MESSAGE sip:bob@192.168.0.2", "Route: "+others)) // of another proxy with the key
	if got := w.take(); got != "b2:430" {
		t.Fatalf("sent %q", got)
	}
	w.run([]row{{"b1 302|Contact: <sip:carol@192.0.2.22:40002;transport=tcp>", "b1:ACK tb:INVITE"}})
	if b := string(w.last["tb INVITE"]); !strings.Contains(b, "\r\nRecord-Route: <sip:10.0.0.2:5070;transport=tcp;lr;rr>\r\n") {
		t.Errorf("a token for what is no flow:\n%s", b)
	}
	w.end()
}

package state

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/header"
)

// openFlows says of all connections whether they are open.
type openFlows struct{ yes bool }

func (o *openFlows) IsOpen(header.Transport, netip.AddrPort, uint64) bool { return o.yes }

// edge returns the Path values that a proxy which is an edge proxy and keeps
// transactions puts into the REGISTER of an element.
func edge(t *testing.T, name string) (w *world, path string) {
	w = newWorld(t, nextHops{"b3"}, nil, func(c *forward.Config) { c.Outbound = true })
	w.receive(name, w.request(name, "REGISTER sip:b.example", `Contact: <sip:bob@192.168.0.2>;+sip.instance="<urn:uuid:1>";reg-id=1`, "Supported: outbound"))
	if got := w.take(); got != "b3:REGISTER" {
		t.Fatal(got)
	}
	b := string(w.last["b3 REGISTER"])
	_, path, _ = strings.Cut(b, "\r\nPath: ")
	path, _, _ = strings.Cut(path, "\r\n")
	return w, path
}

// TestEdge: a request with a token goes over the flow of the client, is answered
// with 430 when that cannot be sent over, and with 403 when the token was changed.
func TestEdge(t *testing.T) {
	for _, name := range []string{"b1", "tb"} {
		w, path := edge(t, name)
		w.run([]row{{"b3 200 REGISTER", name + ":200"}})
		w.receive("alice", w.request("alice", "INVITE sip:bob@192.168.0.2", "Route: "+path))
		if got := w.take(); got != name+":INVITE" {
			t.Errorf("sent %s", got)
		}
		w.run([]row{{name + " 200", "alice:200"}})
		w.dead[name] = true
		w.receive("alice", w.request("alice", "INVITE sip:bob@192.168.0.2", "Route: "+path))
		if got := w.take(); got != "alice:430" {
			t.Errorf("%s: %s", name, got)
		}
		w.receive("alice", w.request("alice", "INVITE sip:bob@192.168.0.2", "Route: <sip:x"+path[len("<sip:"):]))
		if got := w.take(); got != "alice:403" {
			t.Errorf("%s: %s", name, got)
		}
		w.end()
	}
}

// TestOwnFlowRecorded: where the registrar is the edge proxy itself, the INVITE to a
// flow has its token in Record-Route, and the BYE of the dialog goes there.
func TestOwnFlowRecorded(t *testing.T) {
	w := newWorld(t, nextHops(nil), withRegistrar, func(c *forward.Config) { c.Outbound = true })
	w.bindFlow(`tb;+sip.instance="<urn:uuid:1>";reg-id=1`)
	w.run([]row{{"alice INVITE", "tb:INVITE"}})
	var routes []string
	for _, line := range strings.Split(string(w.last["tb INVITE"]), "\r\n") {
		if value, ok := strings.CutPrefix(line, "Record-Route: "); ok {
			routes = append([]string{"Route: " + value}, routes...) // as the caller has them
		}
	}
	if len(routes) != 2 || strings.Contains(routes[0], "@") || !strings.Contains(routes[1], "@10.0.0.2:5070;transport=tcp;lr;rr>") {
		t.Fatalf("%q", routes)
	}
	w.run([]row{{"tb 200", "alice:200"}})
	w.receive("alice", w.request("alice", "BYE sip:bob@192.168.0.2", append(routes, "To: <sip:bob@b.example>;tag=ttb")...))
	if got := w.take(); got != "tb:BYE" {
		t.Errorf("sent %q", got)
	}
	w.end()
}

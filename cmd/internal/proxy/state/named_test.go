package state

import (
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
)

// elementNames finds b1.example and the like. What it has not been asked for with
// its pause on is pending.
type elementNames struct {
	pause bool
	known map[string]string // name of an element by host; none has no address
}

// Find implements forward.Names.
func (n *elementNames) Find(d *codec.Destination, _ []byte) (forward.Target, forward.Finding) {
	if n.pause {
		return forward.Target{}, forward.Pending
	}
	name, ok := n.known[string(d.Host)]
	if !ok {
		return forward.Target{}, forward.Unknown
	}
	return forward.Target{Transport: transportOf(name), Addr: elements[name].Addr}, forward.Found
}

// TestNamedContact: a contact that is a host name is looked up when a request comes,
// and before that begins (RFC 3261, 10.3; RFC 3263).
func TestNamedContact(t *testing.T) {
	names := &elementNames{known: map[string]string{"b1.example": "b1", "tb.example": "tb", "proxy.example": "proxy"}}
	elements["proxy"] = forward.Source{Addr: ownAddrs[0]}
	defer delete(elements, "proxy")
	w := newWorld(t, nextHops(nil), withRegistrar, func(c *forward.Config) { c.Names = names })
	register := func(contact string) {
		t.Helper()
		w.receive("b3", w.request("b3", "REGISTER sip:b.example", "Contact: "+contact))
		if got := w.take(); got != "b3:200" {
			t.Fatalf("REGISTER %s: %s", contact, got)
		}
	}
	register("<sip:bob@b1.example>")
	names.pause = true
	contexts := w.p.Contexts()
	invite := w.request("alice", "INVITE sip:bob@b.example")
	if r := w.receive("alice", invite); r.Kind != forward.NeedsName || w.take() != "" || w.p.Contexts() != contexts {
		t.Fatalf("%+v, %d contexts", r, w.p.Contexts())
	}
	names.pause = false
	w.receive("alice", invite)
	if got := w.take(); got != "b1:INVITE" {
		t.Errorf("sent %q", got)
	}
	w.run([]row{{"b1 200", "alice:200"}})
	w.receive("alice", w.request("alice", "ACK sip:bob@b.example", "To: <sip:bob@b.example>;tag=t"))
	if got := w.take(); got != "b1:ACK" {
		t.Errorf("sent %q", got)
	}
	// All of them, but for what has no address and what is the proxy.
	register("<sip:bob@none.example>, <sip:bob@proxy.example>, <sip:carol@b.example>, <sip:bob@tb.example>")
	w.run([]row{{"alice MESSAGE", "b1:MESSAGE tb:MESSAGE"}})
	// The address is that of the moment.
	names.known["b1.example"] = "b2"
	w.run([]row{{"alice OPTIONS", "b2:OPTIONS tb:OPTIONS"}})
	delete(names.known, "b1.example")
	delete(names.known, "tb.example")
	w.run([]row{{"alice INFO", "alice:500"}})
	w.end()
}

// TestNamedOverTCP: who registers a name over a connection is reached over that
// while it is open, and then by the name.
func TestNamedOverTCP(t *testing.T) {
	names := &elementNames{known: map[string]string{"bob.example": "b1"}}
	open := &openFlows{true}
	w := newWorld(t, nextHops(nil), withRegistrar, func(c *forward.Config) { c.Names, c.Flows = names, open })
	w.receive("tb", w.request("tb", "REGISTER sip:b.example", "Contact: <sip:bob@bob.example>"))
	w.take()
	w.run([]row{{"alice MESSAGE", "tb:MESSAGE"}})
	open.yes = false
	w.run([]row{{"alice MESSAGE", "b1:MESSAGE"}})
	w.end()
}

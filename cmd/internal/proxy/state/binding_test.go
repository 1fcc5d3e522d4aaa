package state

import (
	"strings"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
)

// TestBindingTransport: a contact over UDP that was registered over TCP, from
// the same port, is sent to over UDP.
func TestBindingTransport(t *testing.T) {
	w := newWorld(t, nextHops(nil), withRegistrar)
	register := w.request("b1", "REGISTER sip:b.example", "Contact: <sip:bob@192.0.2.11:5060>")
	var m codec.Message
	err := m.Parse([]byte(strings.Replace(string(register), "SIP/2.0/UDP", "SIP/2.0/TCP", 1)))
	var r forward.Result
	w.p.Receive(&r, nil, &m, err, forward.Source{Local: 1, Addr: elements["b1"].Addr}, w.now)
	if r.Kind != forward.Answered || r.Status != 200 {
		t.Fatalf("%+v", r)
	}
	w.take()
	w.run([]row{{"alice INVITE", "b1:INVITE"}, {"b1 200", "alice:200"}}) // Send checks the Local
	w.receive("alice", w.request("alice", "ACK sip:bob@b.example", "To: <sip:bob@b.example>;tag=t"))
	if got := w.take(); got != "b1:ACK" {
		t.Errorf("sent %q", got)
	}
	w.end()
}

// TestBindingOfProxy: a contact that names the proxy is no target, or each
// request would come back as two.
func TestBindingOfProxy(t *testing.T) {
	w := newWorld(t, nextHops(nil), withRegistrar)
	w.receive("b1", w.request("b1", "REGISTER sip:b.example", "Contact: <sip:bob@10.0.0.1>, <sip:bob@10.0.0.2:5070;transport=tcp>"))
	if got := w.take(); got != "b1:200" {
		t.Fatalf("sent %q", got)
	}
	w.run([]row{{"alice INVITE", "alice:500"}})
	r := w.receive("alice", w.request("alice", "ACK sip:bob@b.example", "To: <sip:bob@b.example>;tag=t"))
	if got := w.take(); got != "" || r.Kind != forward.Dropped || r.Cause != forward.Unresolved {
		t.Errorf("ACK: sent %q, %+v", got, r)
	}
	w.bind("b2")
	w.run([]row{{"alice INVITE", "b2:INVITE"}})
	w.receive("alice", w.request("alice", "ACK sip:bob@b.example", "To: <sip:bob@b.example>;tag=t"))
	if got := w.take(); got != "b2:ACK" {
		t.Errorf("ACK: sent %q", got)
	}
	w.end()
}

// TestRegisterHere: a REGISTER for the registrar is not forwarded, so its
// Max-Forwards may be 0; that of another domain may not.
func TestRegisterHere(t *testing.T) {
	w := newWorld(t, nextHops{"b1"}, withRegistrar)
	for _, c := range []struct{ line, more, status string }{
		{"REGISTER sip:b.example", "X: x", "200"},
		{"REGISTER sip:c.example", "X: x", "483"},
		{"REGISTER sip:b.example", "Route: <sip:192.0.2.12;lr>", "483"},
		{"MESSAGE sip:bob@b.example", "X: x", "483"},
	} {
		b := string(w.request("alice", c.line, c.more))
		w.receive("alice", []byte(strings.Replace(b, "Max-Forwards: 70", "Max-Forwards: 0", 1)))
		if got := w.take(); got != "alice:"+c.status {
			t.Errorf("%s, %s: sent %q, want %s", c.line, c.more, got, c.status)
		}
	}
	w.end()
}

// TestFoldedEcho: an answer whose field would have a line end in it goes out
// without the field.
func TestFoldedEcho(t *testing.T) {
	w := newWorld(t, nextHops{"b1"}, withRegistrar)
	w.receive("b1", w.request("b1", "REGISTER sip:b.example", "Require: foo\r\n bar"))
	if got := w.take(); got != "b1:420" {
		t.Errorf("sent %q", got)
	}
	w.end()
}

// TestKeepsBounded: memory of less than a block is still a bound.
func TestKeepsBounded(t *testing.T) {
	for _, c := range []struct{ bytes, blocks int }{{0, 1 << 13}, {1, 1}, {1 << 18, 1}, {1 << 20, 4}} {
		w := newWorld(t, nextHops{"b1"}, func(config *Config) { config.Transactions.MaxBytes = c.bytes })
		if got := w.p.mem.MaxBlocks; got != c.blocks {
			t.Errorf("%d bytes: %d blocks, want %d", c.bytes, got, c.blocks)
		}
	}
}

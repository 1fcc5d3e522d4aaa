package state

import (
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
)

// verdict is a Gate that says the same of all.
type verdict struct {
	v     forward.Verdict
	asked int
}

func (g *verdict) Admit(*codec.Message, forward.Source) (forward.Verdict, int) {
	g.asked++
	return g.v, 7
}

// TestSourceLimit: a request of a source that sends too much is dropped, and
// leaves nothing: a repeat of it is asked about again.
func TestSourceLimit(t *testing.T) {
	gate := &verdict{v: forward.Limit}
	w := newWorld(t, nextHops{"b1"}, func(c *Config) { c.Gate = gate })
	for _, step := range []string{"alice INVITE", "alice INVITE again", "alice MESSAGE", "alice MESSAGE again"} {
		if w.step(step); w.take() != "" {
			t.Errorf("%s: something is sent", step)
		}
	}
	if w.kinds[forward.Dropped] != 4 || w.causes[forward.SourceLimit] != 4 || gate.asked != 4 {
		t.Errorf("kinds %v, causes %v, asked %d times", w.kinds, w.causes, gate.asked)
	}
	if n := w.p.Stats().Transactions; n != 0 || w.p.Contexts() != 0 {
		t.Errorf("%d transactions, %d contexts", n, w.p.Contexts())
	}
	gate.v = forward.Admit
	w.run([]row{{"alice INVITE again", "b1:INVITE"}})
	w.end()
}

// TestGateACK: an ACK without a transaction is asked about, and has no answer
// when it is refused. A CANCEL of nothing is as any request; one of a
// transaction always passes.
func TestGateACK(t *testing.T) {
	for _, c := range []struct {
		v           forward.Verdict
		ack, cancel string // what is sent for each
		cause       forward.Cause
	}{
		{forward.Admit, "b1:ACK", "b1:CANCEL", forward.NoCause},
		{forward.Limit, "", "", forward.SourceLimit},
		{forward.Refuse, "", "alice:503c", forward.Overload},
	} {
		gate := &verdict{v: c.v}
		w := newWorld(t, nextHops{"b1"}, func(config *Config) { config.Gate = gate })
		r := w.receive("alice", w.request("alice", "ACK sip:bob@b.example", "To: <sip:bob@b.example>;tag=t"))
		if got := w.take(); got != c.ack || r.Cause != c.cause {
			t.Errorf("verdict %d, ACK: sent %q, %+v", c.v, got, r)
		}
		w.receive("alice", w.request("alice", "CANCEL sip:bob@b.example"))
		if got := w.take(); got != c.cancel || gate.asked != 2 {
			t.Errorf("verdict %d, CANCEL: sent %q, asked %d times", c.v, got, gate.asked)
		}
		gate.v = forward.Admit
		w.run([]row{{"alice INVITE", "b1:INVITE"}, {"b1 180", "alice:180"}})
		gate.v = c.v
		w.run([]row{{"alice CANCEL", "alice:200c b1:CANCEL"}})
		w.end()
	}
}

// TestRetryAfter: what the Gate says is not said of the limits.
func TestRetryAfter(t *testing.T) {
	gate := &verdict{v: forward.Refuse}
	w := newWorld(t, nextHops{"b1"}, func(c *Config) { c.Gate, c.Transactions.MaxTransactions = gate, 1 })
	w.step("alice MESSAGE")
	expect(t, w.last["alice 503"], []string{"Retry-After: 7"}, nil)
	w.pass(time.Minute)
	gate.v = forward.Admit
	w.step("alice MESSAGE") // no room for its branch
	expect(t, w.last["alice 503"], []string{"Retry-After: 5"}, nil)
	w.end()
}

// TestGateFirst: what is refused is not looked at any closer, but for OPTIONS,
// which the proxy answers itself if it is for the proxy. What has a transaction,
// or has passed already, is not asked about.
func TestGateFirst(t *testing.T) {
	gate := &verdict{v: forward.Refuse}
	w := newWorld(t, nextHops{"b1"}, func(c *Config) { c.Gate = gate })
	for _, c := range []struct{ line, sent string }{
		{"MESSAGE sip:bob@b.example", "alice:503"},
		{"MESSAGE http://b.example", "alice:503"}, // 416 otherwise
		{"OPTIONS sip:bob@b.example", "alice:503"},
		{"OPTIONS http://b.example", "alice:416"},
	} {
		w.receive("alice", w.request("alice", c.line))
		if got := w.take(); got != c.sent {
			t.Errorf("%s: sent %q, want %q", c.line, got, c.sent)
		}
	}
	gate.v = forward.Admit
	w.run([]row{{"alice INVITE", "b1:INVITE"}, {"b1 180", "alice:180"}})
	gate.v, gate.asked = forward.Refuse, 0
	w.run([]row{{"alice INVITE again", "alice:180"}})
	text := w.request("alice", "MESSAGE sip:bob@b.example")
	if err := w.m.Parse([]byte(text)); err != nil {
		t.Fatal(err)
	}
	w.p.ReceiveAgain(new(forward.Result), nil, &w.m, nil, elements["alice"], w.now)
	if got := w.take(); got != "b1:MESSAGE" || gate.asked != 0 {
		t.Errorf("sent %q, asked %d times", got, gate.asked)
	}
}

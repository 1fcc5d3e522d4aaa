package dialog

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// challenges makes a proxy of the network that answers each request of a method
// with a status, unless it has credentials.
func (n *network) challenges(from *agent, method string, status int) {
	n.drop = func(_ int, b []byte) bool {
		if !strings.HasPrefix(string(b), method+" ") || strings.Contains(string(b), "\r\nAuthorization: ") {
			return false
		}
		var m codec.Message
		if err := m.Parse(b); err != nil {
			n.t.Fatal(err)
		}
		r, err := compose.AppendReply(nil, &m, &compose.Reply{Status: status})
		if err != nil {
			n.t.Fatal(err)
		}
		n.later(10*ms, func() {
			n.sent++
			n.flight = append(n.flight, packet{n.now, r, n.agents[1].addr, from.addr})
		})
		return true
	}
}

var credentials = compose.HeaderField{ID: header.IDAuthorization, Value: []byte(`Digest username="alice"`)}

// A challenge to the request that ends a dialog does not end it: the request is
// sent again with credentials (RFC 3261, 22.2), or the dialog ends after 64*T1.
func TestChallengedEnd(t *testing.T) {
	for _, status := range []int{401, 407} {
		n, a, b, da, db := talking(t, Config{}, Config{})
		n.challenges(a, "BYE", status)
		a.request(da, "BYE")
		n.run(n.now + time.Second)
		if got := fmt.Sprint(a.events); got != fmt.Sprintf("[%d]", status) || a.State(da) != Ending || b.State(db) != Confirmed {
			t.Fatalf("%d: %s, %d and %d", status, got, a.State(da), b.State(db))
		}
		if _, err := a.Request(da, &compose.Request{Method: []byte("INFO")}, transaction.Addr{}, n.now); err != sipwire.ErrState {
			t.Errorf("an INFO behind the BYE: %v", err)
		}
		// A wrong answer is challenged again, and leaves the caller another.
		a.request(da, "BYE")
		if _, err := a.Request(da, &compose.Request{Method: []byte("BYE")}, transaction.Addr{}, n.now); err != sipwire.ErrState {
			t.Errorf("a BYE while one is open: %v", err)
		}
		n.run(n.now + 20*time.Second)
		a.request(da, "BYE", credentials)
		n.run(n.now + 20*time.Second)
		if a.State(da) != Terminated || b.State(db) != Terminated || a.events[len(a.events)-1] != "200 ended" {
			t.Errorf("%d: %d and %d, %q", status, a.State(da), b.State(db), a.events)
		}
		n.empty()
	}
	// Without credentials it ends by time, or by End.
	n, a, _, da, _ := talking(t, Config{}, Config{})
	n.challenges(a, "BYE", 401)
	a.request(da, "BYE")
	n.run(n.now + 31*time.Second)
	if a.State(da) != Ending {
		t.Fatalf("%d after 31 s", a.State(da))
	}
	n.run(n.now + 2*time.Second)
	if a.State(da) != Terminated || a.events[len(a.events)-1] != "None ended" {
		t.Errorf("%d after 33 s, %q", a.State(da), a.events)
	}
	n, a, _, da, _ = talking(t, Config{}, Config{})
	n.challenges(a, "BYE", 401)
	a.request(da, "BYE")
	n.run(n.now + time.Second)
	if !a.End(da) || a.State(da) != Terminated || a.End(da) {
		t.Error("End")
	}
	if err := invariants(a.Layer); err != nil {
		t.Error(err)
	}
	// The peer may end it first.
	n, a, b, da, db := talking(t, Config{}, Config{})
	n.challenges(a, "BYE", 401)
	a.request(da, "BYE")
	n.run(n.now + time.Second)
	n.drop = nil
	b.request(db, "BYE")
	n.run(n.now + time.Second)
	if a.State(da) != Terminated || b.State(db) != Terminated {
		t.Errorf("%d and %d behind the BYE of the peer", a.State(da), b.State(db))
	}
	n.empty()
}

// A challenge to a request that does not end the dialog, and a response to
// another request than the one that ends it, change nothing.
func TestChallengedWithin(t *testing.T) {
	n, a, b, da, _ := talking(t, Config{}, Config{})
	n.challenges(a, "INFO", 401)
	b.on = func(ev Event, m *codec.Message) {
		if ev.Kind == transaction.Request && ev.Method == header.MethodINFO {
			b.reply(ev.Tx, 200)
		}
	}
	a.request(da, "INFO")
	n.run(n.now + time.Second)
	a.request(da, "INFO", credentials)
	n.run(n.now + time.Second)
	if got := fmt.Sprint(a.events); got != "[401 200]" || a.State(da) != Confirmed {
		t.Errorf("%s, %d", got, a.State(da))
	}
	// The 200 to the INFO comes while the BYE waits for its own.
	n.drop = nil
	a.request(da, "INFO")
	n.drop = func(_ int, b []byte) bool { return strings.HasPrefix(string(b), "BYE ") }
	a.request(da, "BYE")
	n.run(n.now + 300*ms)
	if got := a.events[len(a.events)-1]; got != "200" || a.State(da) != Ending {
		t.Errorf("%s, %d", got, a.State(da))
	}
	n.drop = nil
	n.run(n.now + time.Second)
	if got := a.events[len(a.events)-1]; got != "200 ended" {
		t.Errorf("the end is %s", got)
	}
	n.empty()
}

// The NOTIFY that ends the last subscription may be challenged too.
func TestChallengedNotify(t *testing.T) {
	n := newNetwork(t)
	a, b := n.agent("alice", Config{}), n.agent("bob", Config{})
	n.agents[0], n.agents[1] = b, a // for challenges, the second one is who answers
	var db Handle
	b.on = func(ev Event, m *codec.Message) {
		if ev.Kind == transaction.Request {
			db = b.reply(ev.Tx, 200)
		}
	}
	a.on = func(ev Event, m *codec.Message) {
		if ev.Kind == transaction.Request {
			a.reply(ev.Tx, 200)
		}
	}
	a.begin("SUBSCRIBE", "s", b, "Event: presence", "Expires: 60")
	n.run(n.now + time.Second)
	n.challenges(b, "NOTIFY", 401)
	last := []compose.HeaderField{{ID: header.IDEvent, Value: []byte("presence")},
		{ID: header.IDSubscriptionState, Value: []byte("terminated;reason=noresource")}}
	b.request(db, "NOTIFY", last...)
	n.run(n.now + time.Second)
	if b.State(db) != Ending {
		t.Fatalf("%d, %q", b.State(db), b.events)
	}
	b.request(db, "NOTIFY", append(last, credentials)...)
	n.run(n.now + time.Second)
	if b.State(db) != Terminated || a.Stats().Usages != 0 {
		t.Errorf("%d, %q", b.State(db), b.events)
	}
	n.empty()
}

// After a challenge the dialog ends with the next request, whatever that is.
func TestChallengedThenNotify(t *testing.T) {
	n, a, b, da, _ := talking(t, Config{}, Config{})
	b.on = func(ev Event, m *codec.Message) {
		if ev.Kind == transaction.Request {
			b.reply(ev.Tx, 200)
		}
	}
	n.challenges(a, "BYE", 401)
	a.request(da, "BYE")
	n.run(n.now + time.Second)
	a.request(da, "NOTIFY") // of no subscription
	n.run(n.now + 33*time.Second)
	if a.State(da) != Terminated {
		t.Errorf("%d, %q", a.State(da), a.events)
	}
}

package dialog

import (
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// Call flows like those of RFC 3665, made for this project, each once with a
// network that works and then once more with each of its messages lost in turn.

// A flow is run by start, and judged by how it ended.
type flow struct {
	name  string
	start func(n *network)
	// log is what goes over a network that loses nothing.
	log string
	// ends are events that each agent must have had, whatever was lost, and
	// how often.
	ends map[string]map[string]int
}

var flows = []flow{
	{"3665 2.1: registration with a challenge", func(n *network) {
		a, b := n.agent("alice", Config{}), n.agent("registrar", Config{})
		a.on = func(ev Event, m *codec.Message) {
			if ev.Status == 401 {
				s := strings.Replace(string(a.out("REGISTER", "r", b, "Authorization: Digest realm=\"x\"")), "bKr;", "bKr2;", 1)
				s = strings.NewReplacer("bKr\r\n", "bKr2\r\n", "CSeq: 1", "CSeq: 2").Replace(s)
				if _, err := a.Layer.Send([]byte(s), b.to(), 77, n.now); err != nil {
					n.t.Fatal(err)
				}
			}
		}
		b.on = func(ev Event, m *codec.Message) {
			if m.Has(header.IDAuthorization) {
				b.reply(ev.Tx, 200)
			} else {
				b.reply(ev.Tx, 401)
			}
		}
		a.begin("REGISTER", "r", b)
	}, "alice REGISTER, registrar 401 REGISTER, alice REGISTER, registrar 200 REGISTER",
		map[string]map[string]int{"alice": {"401": 1, "200": 1}, "registrar": {"REGISTER": 2}}},

	{"3665 3.1: a call", func(n *network) {
		a, b := n.agent("alice", Config{}), n.agent("bob", Config{})
		a.caller(5 * time.Second)
		b.callee(100*ms, 200)
		a.begin("INVITE", "c", b)
	}, "alice INVITE, bob 180 INVITE, bob 200 INVITE, alice ACK, alice BYE, bob 200 BYE",
		map[string]map[string]int{"alice": {"200 ended": 1}, "bob": {"INVITE": 1, "BYE ended": 1}}},

	{"a call that the callee ends", func(n *network) {
		a, b := n.agent("alice", Config{}), n.agent("bob", Config{})
		a.caller(time.Hour)
		b.callee(100*ms, 200)
		answer := b.on
		b.on = func(ev Event, m *codec.Message) {
			answer(ev, m)
			if ev.Kind == transaction.Ack && ev.Dialog != 0 {
				b.request(ev.Dialog, "BYE")
			}
		}
		a.begin("INVITE", "c", b)
	}, "alice INVITE, bob 180 INVITE, bob 200 INVITE, alice ACK, bob BYE, alice 200 BYE",
		map[string]map[string]int{"alice": {"BYE ended": 1}, "bob": {"200 ended": 1}}},

	{"3665 3.8: nobody answers, the caller gives up", func(n *network) {
		a, b := n.agent("alice", Config{}), n.agent("bob", Config{})
		b.callee(time.Hour, 200)
		tx := a.begin("INVITE", "c", b)
		n.later(3*time.Second, func() { _ = a.Cancel(tx, n.now) })
	}, "alice INVITE, bob 180 INVITE, alice CANCEL, bob 200 CANCEL, bob 487 INVITE, alice ACK",
		map[string]map[string]int{"alice": {"487 ended": 1}, "bob": {"Cancelled ended": 1}}},

	{"3665 3.9: busy", func(n *network) {
		a, b := n.agent("alice", Config{}), n.agent("bob", Config{})
		b.on = func(ev Event, m *codec.Message) {
			if ev.Kind == transaction.Request {
				b.reply(ev.Tx, 486)
			}
		}
		a.begin("INVITE", "c", b)
	}, "alice INVITE, bob 486 INVITE, alice ACK", map[string]map[string]int{"alice": {"486": 1}, "bob": {"INVITE": 1}}},

	{"3665 3.11: it rings and is rejected", func(n *network) {
		a, b := n.agent("alice", Config{}), n.agent("bob", Config{})
		b.callee(100*ms, 480)
		a.begin("INVITE", "c", b)
	}, "alice INVITE, bob 180 INVITE, bob 480 INVITE, alice ACK", map[string]map[string]int{"bob": {"INVITE": 1}}},

	{"3665 3.10: no response at all", func(n *network) {
		a, b := n.agent("alice", Config{}), n.agent("bob", Config{})
		n.drop = func(int, []byte) bool { return true }
		a.begin("INVITE", "c", b)
	}, "alice INVITE, alice INVITE, alice INVITE, alice INVITE, alice INVITE, alice INVITE, alice INVITE",
		map[string]map[string]int{"alice": {"TimeoutB": 1}}},

	{"3665 3.6: redirected", func(n *network) {
		a, r, b := n.agent("alice", Config{}), n.agent("redirect", Config{}), n.agent("bob", Config{})
		a.caller(time.Second)
		call := a.on
		a.on = func(ev Event, m *codec.Message) {
			call(ev, m)
			if ev.Status == 302 {
				a.begin("INVITE", "c2", b)
			}
		}
		r.on = func(ev Event, m *codec.Message) {
			if ev.Kind == transaction.Request {
				r.reply(ev.Tx, 302, compose.HeaderField{ID: header.IDContact, Value: []byte("<sip:bob@192.0.2.3>")})
			}
		}
		b.callee(100*ms, 200)
		a.begin("INVITE", "c1", r)
	}, "alice INVITE, redirect 302 INVITE, alice ACK, alice INVITE, bob 180 INVITE, bob 200 INVITE, alice ACK, alice BYE, bob 200 BYE",
		map[string]map[string]int{"alice": {"302": 1, "200 ended": 1}, "bob": {"BYE ended": 1}}},

	{"a reliable provisional response", func(n *network) {
		a, b := n.agent("alice", Config{}), n.agent("bob", Config{Transaction: transaction.Config{NoMerge: true}}) // not read
		a.caller(time.Second)
		var invite transaction.Handle
		b.on = func(ev Event, m *codec.Message) {
			switch {
			case ev.Kind == transaction.Request && ev.Method == header.MethodINVITE:
				invite = ev.Tx
				if _, err := b.ReplyReliably(ev.Tx, m, &compose.Reply{Status: 183}, n.now); err != nil {
					n.t.Fatal(err)
				}
			case ev.Kind == transaction.Request && ev.Method == header.MethodPRACK:
				if ev.Invite != invite {
					n.t.Errorf("the PRACK acknowledges %x", ev.Invite)
				}
				b.reply(ev.Tx, 200)
				b.reply(invite, 200)
			}
		}
		a.begin("INVITE", "c", b, "Supported: 100rel")
	}, "alice INVITE, bob 183 INVITE, alice PRACK, bob 200 PRACK, bob 200 INVITE, alice ACK, alice BYE, bob 200 BYE",
		map[string]map[string]int{"alice": {"183 new do PRACK": 1, "200 ended": 1}, "bob": {"PRACK": 1, "BYE ended": 1}}},

	{"3665 3.7: hold and resume", func(n *network) {
		a, b := n.agent("alice", Config{}), n.agent("bob", Config{})
		b.callee(100*ms, 200)
		acks := 0
		a.on = func(ev Event, m *codec.Message) {
			if ev.Task != TaskACK {
				return
			}
			if err := a.Ack(ev.Dialog, nil, transaction.Addr{}, n.now); err != nil {
				n.t.Fatal(err)
			}
			d := ev.Dialog
			method := "INVITE"
			if acks++; acks == 3 {
				method = "BYE"
			}
			n.later(2*time.Second, func() { a.request(d, method) })
		}
		a.begin("INVITE", "c", b)
	}, "alice INVITE, bob 180 INVITE, bob 200 INVITE, alice ACK, alice INVITE, bob 200 INVITE, alice ACK, alice INVITE, bob 200 INVITE, alice ACK, alice BYE, bob 200 BYE",
		map[string]map[string]int{"alice": {"200 ended": 1}, "bob": {"INVITE": 3, "BYE ended": 1}}},

	{"a subscription", func(n *network) {
		a, b := n.agent("alice", Config{}), n.agent("bob", Config{})
		a.on = func(ev Event, m *codec.Message) {
			if ev.Kind == transaction.Request {
				a.reply(ev.Tx, 200)
			}
		}
		state := func(s string) []compose.HeaderField {
			return []compose.HeaderField{{ID: header.IDEvent, Value: []byte("presence")}, {ID: header.IDSubscriptionState, Value: []byte(s)}}
		}
		b.on = func(ev Event, m *codec.Message) {
			if ev.Kind == transaction.Request {
				d := b.reply(ev.Tx, 200, compose.HeaderField{ID: header.IDExpires, Value: []byte("600")})
				n.later(5*time.Second, func() { b.request(d, "NOTIFY", state("active;expires=600")...) })
				n.later(40*time.Second, func() { b.request(d, "NOTIFY", state("terminated;reason=noresource")...) })
			}
		}
		a.begin("SUBSCRIBE", "s", b, "Event: presence", "Expires: 3600")
	}, "alice SUBSCRIBE, bob 200 SUBSCRIBE, bob NOTIFY, alice 200 NOTIFY, bob NOTIFY, alice 200 NOTIFY",
		map[string]map[string]int{"alice": {"200 new": 1, "NOTIFY": 1, "NOTIFY ended": 1}, "bob": {"SUBSCRIBE": 1, "200 ended": 1}}},
}

func TestFlows(t *testing.T) {
	for _, f := range flows {
		t.Run(f.name, f.run)
	}
}

// run runs a flow as often as it has messages, and once more.
func (f flow) run(t *testing.T) {
	count := 0
	for lose := -1; lose < count; lose++ {
		n := newNetwork(t)
		if lose >= 0 {
			n.drop = func(i int, _ []byte) bool { return i == lose }
		}
		f.start(n)
		n.run(10 * time.Minute)
		if got := strings.Join(n.log, ", "); lose < 0 {
			count = n.sent
			if got != f.log {
				t.Errorf("the flow is\n%s, want\n%s", got, f.log)
			}
		}
		for _, a := range n.agents {
			had := map[string]int{}
			for _, e := range a.events {
				had[e]++
			}
			for e, want := range f.ends[a.name] {
				if had[e] != want {
					t.Errorf("without message %d: %s has had %q %d times, want %d: %q\n%s", lose, a.name, e, had[e], want, a.events, strings.Join(n.log, ", "))
				}
			}
		}
		n.empty()
		if t.Failed() {
			return
		}
	}
	if count < 2 {
		t.Errorf("only %d messages", count)
	}
}

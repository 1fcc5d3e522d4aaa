package dialog

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// Session timers: RFC 4028, 7 to 10.
func TestSessionTimer(t *testing.T) {
	tasks := func(x *agent, from time.Duration, log *[]string) {
		x.on = func(ev Event, m *codec.Message) {
			if ev.Task != TaskNone {
				*log = append(*log, fmt.Sprintf("%s %v at %v", x.name, ev.Task, (x.net.now-from).Round(time.Second)))
			}
		}
	}
	for _, tt := range []struct {
		name   string
		cb     Config
		extra  []string
		want   string
		header string
	}{
		{"asked for, the caller refreshes", Config{}, []string{"Supported: timer", "Session-Expires: 200"},
			"alice Refresh at 1m40s, bob Bye at 2m48s, alice Bye at 2m48s", "Session-Expires: 200;refresher=uac\r\n"},
		{"asked for, the callee refreshes", Config{}, []string{"Supported: timer", "Session-Expires: 200;refresher=uas"},
			"bob Refresh at 1m40s, bob Bye at 2m48s, alice Bye at 2m48s", "Session-Expires: 200;refresher=uas\r\n"},
		{"the callee wants less", Config{SessionExpires: 120 * time.Second}, []string{"Supported: timer", "Session-Expires: 600"},
			"alice Refresh at 1m0s, bob Bye at 1m28s, alice Bye at 1m28s", "Session-Expires: 120;refresher=uac\r\n"},
		{"the caller does not know of it", Config{SessionExpires: 120 * time.Second}, nil,
			"bob Refresh at 1m0s, bob Bye at 1m28s, alice Bye at 1m28s", "Session-Expires: 120;refresher=uas\r\n"},
		{"nobody wants it", Config{}, []string{"Supported: timer"}, "", ""},
	} {
		var answer string
		n := newNetwork(t)
		n.drop = func(_ int, b []byte) bool {
			if strings.HasPrefix(string(b), "SIP/2.0 200") && answer == "" {
				answer = string(b)
			}
			return false
		}
		a, b := n.agent("alice", Config{}), n.agent("bob", tt.cb)
		var log []string
		a.caller(time.Hour)
		b.callee(10*ms, 200)
		a.begin("INVITE", "s", b, tt.extra...)
		n.run(n.now + time.Second)
		tasks(a, n.now-time.Second, &log)
		tasks(b, n.now-time.Second, &log)
		n.run(n.now + 10*time.Minute)
		if got := strings.Join(log, ", "); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		if !strings.Contains(answer, tt.header) || tt.header == "" && strings.Contains(answer, "Session-Expires") {
			t.Errorf("%s: the answer is\n%s", tt.name, answer)
		}
	}
	// A refresh begins the interval anew, and names the same side.
	n, a, b, da, db := talking(t, Config{}, Config{}, "Supported: timer", "Session-Expires: 200")
	refreshes, bytes := 0, ""
	a.on = func(ev Event, m *codec.Message) {
		if ev.Task == TaskRefresh {
			refreshes++
			a.request(da, "UPDATE")
			bytes = string(n.flight[len(n.flight)-1].b)
		}
	}
	b.on = func(ev Event, m *codec.Message) {
		if ev.Kind == transaction.Request {
			b.reply(ev.Tx, 200)
		}
	}
	n.run(n.now + 1000*time.Second)
	if refreshes < 9 || a.State(da) != Confirmed || b.State(db) != Confirmed {
		t.Errorf("%d refreshes", refreshes)
	}
	if !strings.Contains(bytes, "Session-Expires: 200;refresher=uac\r\n") || !strings.Contains(bytes, "Supported: timer\r\n") {
		t.Errorf("the refresh is\n%s", bytes)
	}
	// Too small.
	n = newNetwork(t)
	a, b = n.agent("alice", Config{}), n.agent("bob", Config{MinSE: 120 * time.Second})
	n.drop = func(_ int, s []byte) bool {
		if strings.HasPrefix(string(s), "SIP/2.0 422") && !strings.Contains(string(s), "Min-SE: 120\r\n") {
			t.Errorf("the 422 is\n%s", s)
		}
		return false
	}
	a.begin("INVITE", "s", b, "Supported: timer", "Session-Expires: 90")
	n.run(n.now + time.Minute)
	if got := strings.Join(n.log, ", "); got != "alice INVITE, bob 422 INVITE, alice ACK" || len(b.events) != 0 || b.Stats().TooSmall != 1 {
		t.Errorf("%s, %q", got, b.events)
	}
}

// A dialog with a session and a subscription ends with the last of them (RFC
// 6665, 4.5.2; RFC 3515).
func TestUsages(t *testing.T) {
	n, a, b, da, db := talking(t, Config{}, Config{})
	yes := func(x *agent) {
		x.on = func(ev Event, m *codec.Message) {
			if ev.Kind == transaction.Request && ev.Method != header.MethodBYE {
				x.reply(ev.Tx, 202)
			}
		}
	}
	yes(a)
	yes(b)
	a.request(da, "REFER", compose.HeaderField{ID: header.IDReferTo, Value: []byte("<sip:carol@example.com>")})
	n.run(n.now + time.Second)
	a.request(da, "BYE")
	n.run(n.now + time.Second)
	if a.State(da) != Confirmed || b.State(db) != Confirmed || a.Stats().Usages != 1 || b.Stats().Usages != 1 {
		t.Fatalf("behind the BYE: %d %d, %+v", a.State(da), b.State(db), b.Stats())
	}
	notify := func(state string) {
		b.request(db, "NOTIFY", compose.HeaderField{ID: header.IDEvent, Value: []byte("refer;id=2")},
			compose.HeaderField{ID: header.IDSubscriptionState, Value: []byte(state)})
		n.run(n.now + time.Second)
	}
	notify("active;expires=60")
	if a.State(da) != Confirmed {
		t.Fatal("it ended with the first NOTIFY")
	}
	notify("terminated;reason=noresource")
	if a.State(da) != Terminated || b.State(db) != Terminated {
		t.Errorf("it goes on: %d %d", a.State(da), b.State(db))
	}
	n.empty()
	// A subscription that is not refreshed expires.
	n = newNetwork(t)
	a, b = n.agent("alice", Config{}), n.agent("bob", Config{MaxUsages: 2})
	yes(b)
	a.begin("SUBSCRIBE", "s", b, "Event: presence", "Expires: 60")
	n.run(n.now + 50*time.Second)
	if b.Stats().Usages != 1 {
		t.Fatalf("%+v", b.Stats())
	}
	n.run(n.now + 20*time.Second)
	if b.Stats().Dialogs != 0 || !slices.Contains(b.events, "None do Expired ended") {
		t.Errorf("%q, %+v", b.events, b.Stats())
	}
}

// A NOTIFY that comes before the 2xx to its SUBSCRIBE makes the dialog (RFC
// 6665, 4.4.1); without a SUBSCRIBE it is a 481.
func TestNotifyFirst(t *testing.T) {
	n := newNetwork(t)
	a, b := n.agent("alice", Config{}), n.agent("bob", Config{})
	a.on = func(ev Event, m *codec.Message) {
		if ev.Kind == transaction.Request {
			a.reply(ev.Tx, 200)
		}
	}
	b.on = func(ev Event, m *codec.Message) {
		if ev.Kind == transaction.Request {
			d := b.reply(ev.Tx, 200, compose.HeaderField{ID: header.IDExpires, Value: []byte("600")})
			b.request(d, "NOTIFY", compose.HeaderField{ID: header.IDEvent, Value: []byte("presence")},
				compose.HeaderField{ID: header.IDSubscriptionState, Value: []byte("active;expires=600")})
		}
	}
	n.drop = func(k int, _ []byte) bool { return k == 1 } // the 200
	a.begin("SUBSCRIBE", "s", b, "Event: presence", "Expires: 600")
	n.run(n.now + 5*time.Second)
	if got := fmt.Sprint(a.events); got != "[NOTIFY new 200]" {
		t.Errorf("alice has had %s", got)
	}
	n.run(n.now + time.Minute)
	if s := a.Stats(); s.Dialogs != 1 || s.Usages != 1 || s.NoDialog != 0 || s.Begun != 1 {
		t.Errorf("%+v", s)
	}
	n.empty()
	if got := n.inject(a, strings.Replace(string(b.out("NOTIFY", "y", a, "Event: presence", "Subscription-State: active")),
		"To: <sip:alice@example.com>", "To: <sip:alice@example.com>;tag=alices", 1)); got != "alice 481 NOTIFY" {
		t.Errorf("without a SUBSCRIBE: %s", got)
	}
	// One that is rejected is not awaited any more.
	n = newNetwork(t)
	a, b = n.agent("alice", Config{}), n.agent("bob", Config{})
	b.on = func(ev Event, m *codec.Message) { b.reply(ev.Tx, 489) }
	a.begin("SUBSCRIBE", "s", b, "Event: presence", "Expires: 600")
	n.run(n.now + time.Second)
	if s := a.Stats(); s.Dialogs != 0 || s.Bytes != 0 {
		t.Errorf("%+v", s)
	}
}

// A 422 to a refresh raises the interval, and the next refresh says the Min-SE
// of the peer (RFC 4028, 7.3 and 7.4). The Min-SE of the INVITE that made the
// dialog counts too.
func TestIntervalTooSmall(t *testing.T) {
	for _, tt := range []struct {
		extra []string
		want  string
	}{
		{nil, "Session-Expires: 300;refresher=uac\r\n"},
		{[]string{"Min-SE: 400"}, "Session-Expires: 400;refresher=uac\r\n"},
	} {
		n, a, b, da, _ := talking(t, Config{}, Config{}, append(tt.extra, "Supported: timer", "Session-Expires: 200")...)
		var last string
		n.drop = func(_ int, s []byte) bool {
			if strings.HasPrefix(string(s), "UPDATE ") {
				last = string(s)
			}
			return false
		}
		b.on = func(ev Event, m *codec.Message) {
			if ev.Kind != transaction.Request {
				return
			}
			if strings.Contains(last, "Min-SE: ") && len(tt.extra) == 0 {
				b.reply(ev.Tx, 200)
				return
			}
			b.reply(ev.Tx, 422, compose.HeaderField{ID: header.IDMinSE, Value: []byte("300")})
		}
		a.request(da, "UPDATE")
		n.run(n.now + time.Second)
		a.request(da, "UPDATE")
		n.run(n.now + time.Second)
		least := "Min-SE: 300\r\n"
		if tt.extra != nil {
			least = tt.extra[0] + "\r\n"
		}
		if !strings.Contains(last, tt.want) || !strings.Contains(last, least) || a.State(da) != Confirmed {
			t.Errorf("%v: the second UPDATE is\n%s", tt.extra, last)
		}
	}
}

// Each REFER of a dialog has a subscription of its own, by the CSeq of the REFER
// (RFC 3515, 2.4.6).
func TestRefers(t *testing.T) {
	start := func() (n *network, a, b *agent, da, db Handle, notify func(event, state string)) {
		n, a, b, da, db = talking(t, Config{}, Config{})
		for _, x := range []*agent{a, b} {
			x.on = func(ev Event, m *codec.Message) {
				if ev.Kind == transaction.Request && ev.Method != header.MethodBYE {
					x.reply(ev.Tx, 202)
				}
			}
		}
		notify = func(event, state string) {
			b.request(db, "NOTIFY", compose.HeaderField{ID: header.IDEvent, Value: []byte(event)},
				compose.HeaderField{ID: header.IDSubscriptionState, Value: []byte(state)})
			n.run(n.now + time.Second)
		}
		return n, a, b, da, db, notify
	}
	to := compose.HeaderField{ID: header.IDReferTo, Value: []byte("<sip:carol@example.com>")}
	n, a, b, da, db, notify := start()
	count := func(want int, when string) {
		t.Helper()
		if ga, gb := a.Stats().Usages, b.Stats().Usages; ga != want || gb != want {
			t.Errorf("%s: %d and %d subscriptions, want %d", when, ga, gb, want)
		}
	}
	a.request(da, "REFER", to) // CSeq 2
	n.run(n.now + time.Second)
	a.request(da, "REFER", to) // CSeq 3
	n.run(n.now + time.Second)
	count(2, "two REFERs")
	notify("refer", "active;expires=60")
	notify("refer;id=3", "active;expires=60")
	count(2, "their NOTIFYs")
	notify("refer", "terminated;reason=noresource") // of the first one
	count(1, "the first one has ended")
	notify("refer;id=3", "active;expires=60")
	count(1, "the second one goes on")
	a.request(da, "BYE")
	n.run(n.now + time.Second)
	if a.State(da) != Confirmed || b.State(db) != Confirmed {
		t.Error("the BYE has ended the subscription")
	}
	notify("refer;id=3", "terminated;reason=noresource")
	if a.State(da) != Terminated || b.State(db) != Terminated {
		t.Errorf("it goes on: %d %d", a.State(da), b.State(db))
	}
	n.empty()

	// The NOTIFY without an id overtakes the 202.
	n, a, b, da, _, notify = start()
	n.drop = func(_ int, s []byte) bool { return strings.HasPrefix(string(s), "SIP/2.0 202") }
	a.request(da, "REFER", to)
	n.run(n.now + 20*ms)
	n.drop = nil
	notify("refer", "active;expires=60")
	n.run(n.now + 5*time.Second)
	count(1, "a NOTIFY first")
	a.request(da, "REFER", to)
	n.run(n.now + time.Second)
	count(2, "another one")
	notify("refer;id=2", "terminated;reason=noresource")
	count(1, "the first one, by its id")
	notify("refer", "terminated;reason=noresource")
	count(0, "the other one, as the oldest")
}

package dialog

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// talking returns two agents in a call, and its dialog at both.
func talking(t *testing.T, ca, cb Config, extra ...string) (n *network, a, b *agent, da, db Handle) {
	n = newNetwork(t)
	a, b = n.agent("alice", ca), n.agent("bob", cb)
	a.on = func(ev Event, m *codec.Message) {
		if ev.Task == TaskACK {
			da = ev.Dialog
			if err := a.Ack(da, nil, transaction.Addr{}, n.now); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.on = func(ev Event, m *codec.Message) {
		if ev.Kind == transaction.Request {
			db = b.reply(ev.Tx, 200)
		}
	}
	a.begin("INVITE", "t", b, extra...)
	n.run(n.now + time.Second)
	if a.State(da) != Confirmed || b.State(db) != Confirmed {
		t.Fatalf("no call: %q %q", a.events, b.events)
	}
	a.on, b.on = nil, nil
	n.log, a.events, b.events = nil, nil, nil
	return n, a, b, da, db
}

// send delivers a request of the test's own to an agent, and returns the
// responses.
func (n *network) inject(to *agent, s string) string {
	k := len(n.log)
	var m codec.Message
	if err := m.Parse([]byte(s)); err != nil {
		n.t.Fatal(err)
	}
	to.told(to.Receive(&m, transaction.Addr{IP: to.net.agents[0].addr, Transport: header.TransportUDP}, n.now), &m)
	return strings.Join(n.log[k:], ", ")
}

// within makes a request that the peer of a dialog could send.
func (a *agent) within(d Handle, method string, cseq int, extra ...string) string {
	var m codec.Message
	if err := m.Parse(a.Text(d)); err != nil {
		a.net.t.Fatal(err)
	}
	s := fmt.Sprintf("%s sip:x@192.0.2.9 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKw%s%d\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\n",
		method, method, cseq, m.Value(header.IDTo), m.Value(header.IDFrom), m.Value(header.IDCallID), cseq, method)
	for _, e := range extra {
		s += e + "\r\n"
	}
	return s + "\r\n"
}

// A forked INVITE makes a dialog for each of its branches. The first 2xx gives
// the others 64*T1; another 2xx is a dialog of its own, to be acknowledged and
// ended.
func TestForking(t *testing.T) {
	n := newNetwork(t)
	a, b, c, d := n.agent("alice", Config{}), n.agent("bob", Config{}), n.agent("carol", Config{}), n.agent("dave", Config{})
	proxy := transaction.Addr{IP: netip.MustParseAddrPort("192.0.2.99:5060"), Transport: header.TransportUDP}
	// The proxy sends what it gets to all three.
	n.stray = func(s []byte, to transaction.Addr) {
		for _, x := range n.agents[1:] {
			n.sent++
			n.flight = append(n.flight, packet{n.now, s, a.addr, x.addr})
		}
	}
	b.callee(2*time.Second, 200)
	c.callee(3*time.Second, 200)
	d.callee(time.Hour, 200)
	a.caller(10 * time.Second)
	if _, err := a.Layer.Send(a.out("INVITE", "f", b), proxy, 77, n.now); err != nil {
		t.Fatal(err)
	}
	n.run(n.now + time.Second)
	if got := a.Stats().Dialogs; got != 3 || fmt.Sprint(a.events) != "[180 new 180 new 180 new]" {
		t.Fatalf("%d early dialogs, %q", got, a.events)
	}
	n.run(n.now + 9*time.Second)
	if got := a.Stats().Dialogs; got != 3 {
		t.Fatalf("%d dialogs behind two 2xx", got)
	}
	acks := strings.Count(strings.Join(n.log, ","), "alice ACK")
	if acks != 2 {
		t.Errorf("%d ACKs for two 2xx", acks)
	}
	n.run(n.now + time.Minute)
	if got := a.Stats().Dialogs; got != 0 || !slices.Contains(a.events, "None ended") {
		t.Errorf("%d dialogs are left, %q", got, a.events)
	}
	if s := strings.Join(b.events, ","); !strings.HasSuffix(s, "BYE ended") {
		t.Errorf("bob: %s", s)
	}
	for _, x := range []*agent{b, c} {
		if x.Stats().Dialogs != 0 {
			t.Errorf("%s still talks", x.name)
		}
	}
	// A forked INVITE that is rejected ends all of its early dialogs.
	n = newNetwork(t)
	a, b, c = n.agent("alice", Config{}), n.agent("bob", Config{}), n.agent("carol", Config{})
	n.stray = func(s []byte, to transaction.Addr) {
		for _, x := range n.agents[1:] {
			n.sent++
			n.flight = append(n.flight, packet{n.now, s, a.addr, x.addr})
		}
	}
	b.callee(time.Second, 603)
	c.callee(time.Hour, 200)
	if _, err := a.Layer.Send(a.out("INVITE", "f", b), proxy, 77, n.now); err != nil {
		t.Fatal(err)
	}
	n.run(n.now + 5*time.Second)
	if got := a.Stats().Dialogs; got != 0 || fmt.Sprint(a.events) != "[180 new 180 new 603 ended]" {
		t.Errorf("%d dialogs behind a 603, %q", got, a.events)
	}
}

// One INVITE at a time (RFC 3261, 14): of two that cross, both get a 491, and
// who made the dialog waits longer.
func TestGlare(t *testing.T) {
	n, a, b, da, db := talking(t, Config{}, Config{})
	a.request(da, "INVITE")
	b.request(db, "INVITE")
	if _, err := a.Request(da, &compose.Request{Method: []byte("INVITE")}, transaction.Addr{}, n.now); err != sipwire.ErrState {
		t.Errorf("a second INVITE: %v", err)
	}
	start := n.now
	var at [2]time.Duration
	for k, x := range []*agent{a, b} {
		x.on = func(ev Event, m *codec.Message) {
			if ev.Task == TaskRetry {
				at[k] = n.now - start
			}
		}
	}
	n.run(n.now + 10*time.Second)
	if got := strings.Join(n.log[:6], ", "); got != "alice INVITE, bob INVITE, bob 491 INVITE, alice 491 INVITE, bob ACK, alice ACK" && !strings.Contains(got, "bob 491 INVITE") {
		t.Errorf("%s", got)
	}
	if at[0] < 2100*ms || at[0] > 4050*ms || at[1] == 0 || at[1] > 2050*ms {
		t.Errorf("retries at %v and %v", at[0], at[1])
	}
	// While one that came is open, another one gets a 500 with Retry-After.
	if got := n.inject(b, b.within(db, "INVITE", 20)); got != "" {
		t.Fatalf("the first: %s", got)
	}
	if got := n.inject(b, b.within(db, "INVITE", 21)); got != "bob 500 INVITE" {
		t.Errorf("the second: %s", got)
	}
	if a.Stats().Glare != 1 || b.Stats().Glare != 2 {
		t.Errorf("%d and %d counted", a.Stats().Glare, b.Stats().Glare)
	}
}

// Requests that fit no dialog, or not its sequence, are answered here.
func TestOutOfOrder(t *testing.T) {
	n, _, b, _, db := talking(t, Config{}, Config{})
	if got := n.inject(b, b.within(db, "INFO", 7)); got != "" {
		t.Errorf("INFO 7: %s", got)
	}
	if got := n.inject(b, b.within(db, "INFO", 6)); got != "bob 500 INFO" {
		t.Errorf("INFO 6: %s", got)
	}
	if got := n.inject(b, strings.Replace(b.within(db, "INFO", 8), "tag=alicet", "tag=other", 1)); got != "bob 481 INFO" {
		t.Errorf("another tag: %s", got)
	}
	if s := b.Stats(); s.OldCSeq != 1 || s.NoDialog != 1 {
		t.Errorf("%+v", s)
	}
	if _, remote := b.CSeq(db); remote != 7 {
		t.Errorf("remote CSeq %d", remote)
	}
	if got := fmt.Sprint(b.events); got != "[INFO]" {
		t.Errorf("told %s", got)
	}
}

// Route set and remote target: RFC 3261, 12.2.1.1 and 12.2.2.
func TestTarget(t *testing.T) {
	route := "Record-Route: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>"
	n, a, b, da, db := talking(t, Config{}, Config{}, route)
	last := func() string {
		return string(n.flight[len(n.flight)-1].b)
	}
	a.request(da, "INFO")
	if s := last(); !strings.HasPrefix(s, "INFO sip:bob@192.0.2.2:5060 SIP/2.0\r\n") ||
		!strings.Contains(s, "Route: <sip:p2.example.com;lr>\r\nRoute: <sip:p1.example.com;lr>\r\n") || !strings.Contains(s, "CSeq: 2 INFO\r\n") {
		t.Errorf("alice sends\n%s", s)
	}
	b.request(db, "INFO")
	if s := last(); !strings.HasPrefix(s, "INFO sip:alice@192.0.2.1:5060 SIP/2.0\r\n") ||
		!strings.Contains(s, "Route: <sip:p1.example.com;lr>\r\nRoute: <sip:p2.example.com;lr>\r\n") || !strings.Contains(s, "CSeq: 1 INFO\r\n") ||
		!strings.Contains(s, "To: alice <sip:alice@example.com>;tag=alicet\r\n") {
		t.Errorf("bob sends\n%s", s)
	}
	for h, x := range map[Handle]*agent{da: a, db: b} {
		if hop, err := x.NextHop(h); err != nil || !strings.HasPrefix(string(hop.Bytes()), "sip:p") {
			t.Errorf("%s: next hop %s %v", x.name, hop.Bytes(), err)
		}
		_ = h
	}
	// An UPDATE moves the target, INFO does not.
	n.inject(b, b.within(db, "INFO", 30, "Contact: <sip:alice@198.51.100.1>"))
	b.request(db, "INFO")
	if s := last(); !strings.HasPrefix(s, "INFO sip:alice@192.0.2.1:5060 ") {
		t.Errorf("INFO has moved the target:\n%s", s)
	}
	n.inject(b, b.within(db, "UPDATE", 31, "Contact: <sip:alice@198.51.100.1>"))
	b.request(db, "INFO")
	if s := last(); !strings.HasPrefix(s, "INFO sip:alice@198.51.100.1 ") || !strings.Contains(s, "Route: <sip:p1.example.com;lr>\r\nRoute: <sip:p2.example.com;lr>\r\n") {
		t.Errorf("UPDATE has not moved the target:\n%s", s)
	}
}

// 481, 408 and no response end a dialog (RFC 3261, 12.2.1.2).
func TestEnds(t *testing.T) {
	for _, status := range []int{481, 408, 0, 500} {
		n, a, b, da, _ := talking(t, Config{}, Config{})
		b.on = func(ev Event, m *codec.Message) {
			if ev.Kind == transaction.Request {
				// Not by the rule for 408, which only a proxy of old sends.
				s := strings.Replace(string(m.Bytes()), "INFO sip:bob@192.0.2.2:5060 SIP/2.0", fmt.Sprintf("SIP/2.0 %d X", status), 1)
				n.flight = append(n.flight, packet{n.now, []byte(s), b.addr, a.addr})
				n.sent++
			}
		}
		if status == 0 {
			n.drop = func(int, []byte) bool { return true }
		}
		a.request(da, "INFO")
		n.run(n.now + time.Minute)
		if got := a.State(da); (got == Terminated) != (status != 500) {
			t.Errorf("%d: state %d, %q", status, got, a.events)
		}
		if status != 500 {
			if _, err := a.Request(da, &compose.Request{Method: []byte("INFO")}, transaction.Addr{}, n.now); err != sipwire.ErrStale {
				t.Errorf("behind the end: %v", err)
			}
		}
	}
}

// Without an ACK the callee gives up after 64*T1 (RFC 3261, 13.3.1.4).
func TestNoACK(t *testing.T) {
	n := newNetwork(t)
	a, b := n.agent("alice", Config{}), n.agent("bob", Config{})
	b.callee(100*ms, 200)
	a.begin("INVITE", "x", b) // the caller's user sleeps
	n.run(n.now + 40*time.Second)
	answers := strings.Count(strings.Join(n.log, ","), "bob 200 INVITE")
	// At 0, 0.5, 1.5, 3.5, 7.5 and every 4 s until 31.5.
	if answers != 11 || !slices.Contains(b.events, "None do Bye") {
		t.Errorf("%d answers, %q", answers, b.events)
	}
}

// Limits: no dialog beyond them, and an error instead of an answer.
func TestLimits(t *testing.T) {
	n := newNetwork(t)
	a, b := n.agent("alice", Config{}), n.agent("bob", Config{MaxDialogs: 2})
	refused := 0
	b.on = func(ev Event, m *codec.Message) {
		if ev.Kind != transaction.Request {
			return
		}
		if _, err := b.Reply(ev.Tx, m, &compose.Reply{Status: 180}, n.now); err == sipwire.ErrLimit {
			refused++
			b.reply(ev.Tx, 503)
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 5 {
		a.begin("INVITE", fmt.Sprint("l", i), b)
	}
	n.run(n.now + time.Second)
	if refused != 3 || b.Stats().Dialogs != 2 || b.Stats().Refused != 3 {
		t.Errorf("%d refused, %+v", refused, b.Stats())
	}
	// A request that no dialog can be made of is not answered with a 2xx.
	s := strings.Replace(string(a.out("INVITE", "z", b)), "Contact:", "X-Contact:", 1)
	c := n.agent("carol", Config{})
	c.on = func(ev Event, m *codec.Message) {
		if _, err := c.Reply(ev.Tx, m, &compose.Reply{Status: 200}, n.now); err != sipwire.ErrMissing {
			t.Errorf("without Contact: %v", err)
		}
	}
	n.inject(c, s)
	if got := c.Stats(); got.Dialogs != 0 || got.Bytes != 0 || len(n.log) == 0 {
		t.Errorf("%+v", got)
	}
}

// An INVITE that its user forgets is answered, and its early dialog ends.
func TestAnswerTime(t *testing.T) {
	n := newNetwork(t)
	a, b := n.agent("alice", Config{}), n.agent("bob", Config{Transaction: transaction.Config{Answer: time.Minute}})
	b.on = func(ev Event, m *codec.Message) {
		if ev.Kind == transaction.Request {
			b.reply(ev.Tx, 180)
		}
	}
	a.begin("INVITE", "x", b)
	n.run(n.now + 2*time.Minute)
	if got := fmt.Sprint(a.events, b.events); got != "[180 new 480 ended] [INVITE TimeoutAnswer ended]" {
		t.Error(got)
	}
	n.empty()
}

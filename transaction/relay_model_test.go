package transaction

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// A proxy is two Layers that get the same: one passes on by Request and Respond, the
// other one by Forward and Relay, with NoMerge. Nobody can tell which is which, as long
// as no provisional response is reliable and no request comes by two ways.
type relays struct {
	t       *testing.T
	whole   *world // by Request and Respond
	short   *world // by Forward and Relay
	rnd     *rand.Rand
	calls   [3]relayed
	steps   []string
	handles []Handle
	done    map[string]int // what had no error, or an event
}

// relayed is a request that comes, and its copy that leaves.
type relayed struct {
	method         string
	request, copy  string
	from, to       Addr
	via            codec.ViaSpec
	server, client Handle
}

func newRelays(t *testing.T, seed uint64, done map[string]int) *relays {
	r := &relays{t: t, rnd: rand.New(rand.NewPCG(seed, 1)), done: done}
	c := Config{Ends: r.rnd.IntN(2) == 0, Keep487: r.rnd.IntN(4) > 0}
	if r.rnd.IntN(2) == 0 {
		c.TimerC, c.Answer = 20*time.Second, 30*time.Second
	}
	if r.rnd.IntN(4) == 0 {
		c.MaxTransactions, c.Refuse = 4, Silent // the tag of a 503 depends on NoMerge
	}
	r.whole = newWorld(t, c)
	c.NoMerge = true
	r.short = newWorld(t, c)
	for _, w := range []*world{r.whole, r.short} {
		w.random, w.tagKey = rand.NewChaCha8([32]byte{1}), [16]byte{1}
	}
	for k := range r.calls {
		r.calls[k] = r.newCall(k)
	}
	return r
}

func (r *relays) newCall(k int) relayed {
	c := relayed{method: []string{"INVITE", "INVITE", "OPTIONS"}[r.rnd.IntN(3)], from: udpPeer, to: udpPeer}
	branch := fmt.Sprint([]string{"z9hG4bK", "old"}[r.rnd.IntN(2)], k)
	c.request = msg(c.method+" sip:bob@example.com SIP/2.0", branch, "1 "+c.method)
	c.request = strings.Replace(c.request, "Call-ID: c1", fmt.Sprint("Call-ID: c", k), 1)
	if r.rnd.IntN(2) == 0 {
		c.from = tcpPeer
		c.request = strings.Replace(c.request, "SIP/2.0/UDP", "SIP/2.0/TCP", 1)
	}
	c.via = codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("198.51.100.7"), Port: 5070, Branch: fmt.Append(nil, "z9hG4bKc", k)}
	if r.rnd.IntN(2) == 0 {
		c.to, c.via.Transport = tcpPeer, header.TransportTCP
	}
	via, err := c.via.AppendTo(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	c.copy = strings.Replace(c.request, "Via: ", fmt.Sprintf("Via: %s\r\nVia: ", via), 1)
	return c
}

// answer is a response to a request.
func answer(request string, status int) string {
	_, rest, _ := strings.Cut(request, "\r\n")
	return strings.Replace(fmt.Sprintf("SIP/2.0 %d X\r\n%s", status, rest), "To: <sip:bob@example.com>", "To: <sip:bob@example.com>;tag=b1", 1)
}

// as is a request with another method, in the transaction of the first one.
func as(request, method string) string {
	first, _, _ := strings.Cut(request, " ")
	s := strings.Replace(request, "CSeq: 1 "+first, "CSeq: 1 "+method, 1)
	return method + strings.TrimPrefix(s, first)
}

// same does a thing with both Layers, and holds what they say of it and what they send
// against each other.
func (r *relays) same(what string, do func(w *world) (any, bool)) {
	r.t.Helper()
	r.steps = append(r.steps, what)
	a, ok := do(r.whole)
	b, _ := do(r.short)
	if a != b {
		r.fail("%+v, by Forward and Relay %+v", a, b)
	}
	if ok {
		r.done[what]++
	}
	if !slices.EqualFunc(r.whole.raw, r.short.raw, slices.Equal) || !slices.Equal(r.whole.tos, r.short.tos) {
		r.fail("sent %q to %v\nby Forward and Relay %q to %v", r.whole.raw, r.whole.tos, r.short.raw, r.short.tos)
	}
	for _, w := range []*world{r.whole, r.short} {
		w.check()
		w.sent, w.raw, w.tos = w.sent[:0], w.raw[:0], w.tos[:0]
	}
	for _, h := range r.handles {
		if a, b := r.whole.State(h), r.short.State(h); a != b || r.whole.Status(h) != r.short.Status(h) {
			r.fail("%x is in %v, by Forward and Relay in %v", h, a, b)
		}
	}
	if r.rnd.IntN(2) == 0 { // to ask settles the fresh transaction
		a, okA := r.whole.Next()
		b, okB := r.short.Next()
		if a != b || okA != okB {
			r.fail("Next is %v %t, by Forward and Relay %v %t", a, okA, b, okB)
		}
	}
}

func (r *relays) fail(format string, args ...any) {
	r.t.Helper()
	r.t.Fatalf("%s: %s", strings.Join(r.steps, ", "), fmt.Sprintf(format, args...))
}

// receive gives both a message, and returns the event.
func (r *relays) receive(what, s string, from Addr) (ev Event) {
	r.t.Helper()
	r.same(what, func(w *world) (any, bool) {
		ev = w.receive(s, from)
		return ev, ev.Kind != None
	})
	if ev.Tx != 0 {
		r.handles = append(r.handles, ev.Tx)
	}
	return ev
}

// relay passes a response on to the client.
func (r *relays) relay(c *relayed, status int) {
	r.t.Helper()
	s := answer(c.request, status)
	r.same(fmt.Sprint("relay ", status/100, "xx ", c.method), func(w *world) (any, bool) {
		var err error
		if w == r.short {
			err = w.relay(c.server, s)
		} else {
			err = w.Respond(c.server, []byte(s), w.at)
		}
		return err, err == nil
	})
}

// forward passes the request on.
func (r *relays) forward(c *relayed) {
	r.t.Helper()
	var m codec.Message
	if err := m.Parse([]byte(c.request)); err != nil {
		r.t.Fatal(err)
	}
	r.same("forward "+c.method, func(w *world) (any, bool) {
		var h Handle
		var err error
		if w == r.short {
			h, err = w.Forward([]byte(c.copy), &m, &c.via, c.to, 99, w.at)
		} else {
			h, err = w.Request([]byte(c.copy), c.to, 99, w.at)
		}
		if err == nil {
			c.client = h
			r.handles = append(r.handles, h)
		}
		return [2]any{h, err}, err == nil
	})
}

// step does one thing.
func (r *relays) step() {
	r.t.Helper()
	c := &r.calls[r.rnd.IntN(len(r.calls))]
	status := []int{100, 180, 183, 200, 202, 302, 404, 408, 486, 487, 503, 603}[r.rnd.IntN(12)]
	switch r.rnd.IntN(12) {
	case 0, 1: // the first time, or again
		if ev := r.receive("receive "+c.method, c.request, c.from); ev.Kind == Request {
			c.server = ev.Tx
			r.forward(c)
		}
	case 2:
		r.forward(c)
	case 3, 4, 5:
		ev := r.receive(fmt.Sprint("receive ", status/100, "xx ", c.method), answer(c.copy, status), c.to)
		if ev.Kind == Response {
			r.relay(c, status)
		}
	case 6:
		r.relay(c, status)
	case 7:
		if ev := r.receive("receive CANCEL", as(c.request, "CANCEL"), c.from); ev.Kind == Cancelled {
			r.same("cancel", func(w *world) (any, bool) {
				err := w.Cancel(c.client, w.at)
				return err, err == nil
			})
		}
	case 8:
		tag := []string{"b1", "b1", "b2"}[r.rnd.IntN(3)]
		r.receive("receive ACK", strings.Replace(as(c.request, "ACK"), "bob@example.com>", "bob@example.com>;tag="+tag, 1), c.from)
	case 9:
		r.same("reply", func(w *world) (any, bool) {
			err := w.reply(c.server, status)
			return err, err == nil
		})
	case 10:
		h := []Handle{c.server, c.client}[r.rnd.IntN(2)]
		r.same("transport error", func(w *world) (any, bool) {
			ev := w.TransportError(h, w.at)
			return ev, ev.Kind != None
		})
	case 11:
		r.pass([]time.Duration{ms, 100 * ms, 600 * ms, 3 * time.Second, 10 * time.Second, 40 * time.Second}[r.rnd.IntN(6)])
	}
}

// pass lets time pass.
func (r *relays) pass(d time.Duration) {
	r.t.Helper()
	r.same(fmt.Sprint("+", d), func(w *world) (any, bool) {
		events := w.run(d)
		return fmt.Sprintf("%+v", events), len(events) > 0
	})
}

// TestRelaysAgree: what is passed on by Forward and Relay goes as by Request and
// Respond, in random orders.
func TestRelaysAgree(t *testing.T) {
	done := map[string]int{}
	for seed := range uint64(500) {
		r := newRelays(t, seed, done)
		for range 25 {
			r.step()
		}
		for k := range r.calls { // an INVITE does not end by itself
			c := &r.calls[k]
			r.relay(c, 480)
			r.receive("receive 480", answer(c.copy, 480), c.to)
		}
		r.pass(10 * time.Minute)
		r.pass(10 * time.Minute)
		if a, b := r.whole.Stats(), r.short.Stats(); a.Transactions+b.Transactions != 0 || a.Repeats != b.Repeats || a.Late != b.Late || a.Duplicates != b.Duplicates {
			r.fail("%+v\nby Forward and Relay %+v", a, b)
		}
	}
	for _, what := range []string{"receive INVITE", "receive OPTIONS", "forward INVITE", "forward OPTIONS", "relay 1xx INVITE", "relay 2xx INVITE",
		"relay 4xx INVITE", "relay 2xx OPTIONS", "relay 6xx OPTIONS", "receive CANCEL", "receive ACK", "cancel", "reply", "transport error", "+40s"} {
		if done[what] < 20 {
			t.Errorf("%s: done %d times", what, done[what])
		}
	}
}

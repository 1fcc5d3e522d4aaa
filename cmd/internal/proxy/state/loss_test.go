package state

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// A network carries datagrams between user agents and the proxy, each in a
// millisecond, and loses one.
type network struct {
	*world
	agents map[string]*agent
	flying []flight
	later  []task
	lose   int // counted from 0
	count  int
	trace  []string
}

type flight struct {
	at       time.Duration
	from, to string
	b        []byte
}

// task is something that an agent does at its time.
type task struct {
	at time.Duration
	do func()
}

// An agent is a user agent: its transactions, and what it has seen.
type agent struct {
	n      *network
	name   string
	layer  *transaction.Layer
	m      codec.Message
	status int // with which it answers an INVITE; 0: it waits for a CANCEL
	invite transaction.Handle
	acked  bool
	seen   []string // final responses, by method
	byed   bool
}

var proxyAddr = transaction.Addr{IP: ownAddrs[0], Transport: header.TransportUDP}

func newNetwork(t testing.TB, lose int, answers map[string]int) *network {
	n := &network{world: newWorld(t, nextHops(nil), withRegistrar), agents: map[string]*agent{}, lose: -1}
	names := []string{"alice"}
	for name := range answers {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		a := &agent{n: n, name: name, status: answers[name]}
		a.layer = transaction.New(a, transaction.Config{})
		n.agents[name] = a
		if name != "alice" {
			n.bind(name)
		}
	}
	n.p.out = n
	n.lose = lose
	return n
}

// Send implements Sender, for the proxy.
func (n *network) Send(_ transaction.Handle, _ int, to *forward.Peer, b []byte) {
	n.carry("proxy", nameOf(to), b)
}

// Send implements transaction.Transport, for an agent.
func (a *agent) Send(_ transaction.Handle, _ transaction.Addr, b []byte) {
	a.n.carry(a.name, "proxy", b)
}

func (n *network) carry(from, to string, b []byte) {
	line, _, _ := strings.Cut(string(b), "\r\n")
	lost := ""
	if n.count == n.lose {
		lost = " lost"
	} else {
		n.flying = append(n.flying, flight{n.now + time.Millisecond, from, to, slices.Clone(b)})
	}
	n.trace = append(n.trace, fmt.Sprintf("%v %s>%s %s%s", n.now, from, to, line, lost))
	n.count++
}

func (n *network) after(d time.Duration, do func()) {
	n.later = append(n.later, task{n.now + d, do})
}

// play lets time pass, a millisecond at a time while something happens.
func (n *network) play(d time.Duration) {
	for end := n.now + d; n.now < end; {
		next := end
		see := func(at time.Duration, ok bool) {
			if ok {
				next = min(next, max(at, n.now+time.Millisecond))
			}
		}
		see(n.p.Next())
		for _, a := range n.agents {
			see(a.layer.Next())
		}
		for _, f := range n.flying {
			see(f.at, true)
		}
		for _, t := range n.later {
			see(t.at, true)
		}
		n.now = next
		n.p.Advance(n.now)
		for _, a := range n.agents {
			for ev, ok := a.layer.Advance(n.now); ok; ev, ok = a.layer.Advance(n.now) {
				a.event(ev)
			}
		}
		due := n.flying
		n.flying = nil
		for _, f := range due {
			switch {
			case f.at > n.now:
				n.flying = append(n.flying, f)
			case f.to == "proxy":
				err := n.m.Parse(f.b)
				var r forward.Result
				n.p.Receive(&r, nil, &n.m, err, elements[f.from], n.now)
				n.got++
				n.kinds[r.Kind]++
				if r.Data != nil {
					n.carry("proxy", nameOf(&r.To), r.Data)
				}
			default:
				a := n.agents[f.to]
				_ = a.m.Parse(f.b)
				a.event(a.layer.Receive(&a.m, proxyAddr, n.now))
			}
		}
		tasks := n.later
		n.later = nil
		for _, t := range tasks {
			if t.at > n.now {
				n.later = append(n.later, t)
			} else {
				t.do()
			}
		}
	}
}

// event is what an agent does about an event of its transactions.
func (a *agent) event(ev transaction.Event) {
	reply := func(status int) {
		contact := compose.HeaderField{ID: header.IDContact, Value: []byte("<sip:bob@" + elements[a.name].Addr.String() + ">")}
		_ = a.layer.Reply(ev.Tx, nil, &compose.Reply{Status: status, Fields: []compose.HeaderField{contact}}, a.n.now)
	}
	switch {
	case ev.Kind == transaction.Request && ev.Method == header.MethodINVITE:
		a.invite = ev.Tx
		a.n.after(20*time.Millisecond, func() { reply(180) })
		if a.status != 0 {
			a.n.after(300*time.Millisecond, func() {
				reply(a.status)
				if a.status == 200 {
					a.repeat(500 * time.Millisecond)
				}
			})
		}
	case ev.Kind == transaction.Request:
		a.byed = true
		reply(200)
	case ev.Kind == transaction.Ack:
		a.acked = true
	case ev.Kind == transaction.Response && ev.Status >= 200:
		a.final(ev)
	case ev.Kind == transaction.Timeout:
		a.seen = append(a.seen, "timeout")
	}
}

// repeat repeats a 2xx until its ACK comes (13.3.1.4).
func (a *agent) repeat(d time.Duration) {
	a.n.after(d, func() {
		if !a.acked {
			_ = a.layer.Repeat(a.invite, a.n.now)
			a.repeat(min(2*d, 4*time.Second))
		}
	})
}

// final is a final response that the caller has got: a.m.
func (a *agent) final(ev transaction.Event) {
	what := fmt.Sprint(ev.Method, " ", ev.Status)
	repeated := slices.Contains(a.seen, what)
	if !repeated {
		a.seen = append(a.seen, what)
	}
	if ev.Method != header.MethodINVITE || ev.Status >= 300 {
		return
	}
	a.n.carry(a.name, "proxy", a.within("ACK", 1))
	if !repeated {
		bye := a.within("BYE", 2)
		a.n.after(100*time.Millisecond, func() { _, _ = a.layer.Request(bye, proxyAddr, 0, a.n.now) })
	}
}

// within returns a request within the dialog that a.m, a 2xx, has made.
func (a *agent) within(method string, cseq int) []byte {
	contact, err := a.m.Contact()
	if err != nil {
		a.n.t.Fatal(err)
	}
	return fmt.Appendf(nil, "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=%s\r\nRoute: %s\r\nMax-Forwards: 70\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %[1]s\r\nContent-Length: 0\r\n\r\n",
		method, contact.URIBytes(), elements[a.name].Addr, compose.AppendBranch(nil), a.m.Value(header.IDRecordRoute),
		a.m.Value(header.IDFrom), a.m.Value(header.IDTo), a.m.Value(header.IDCallID), cseq)
}

// TestLoss plays calls with each of their messages lost in turn: each ends as
// without loss, with nothing left in the proxy.
func TestLoss(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers map[string]int
		cancel  bool
		want    string
	}{
		{"answered", map[string]int{"b1": 200}, false, "INVITE 200 BYE 200"},
		{"busy", map[string]int{"b1": 486}, false, "INVITE 486"},
		{"cancelled", map[string]int{"b1": 0}, true, "INVITE 487"},
		{"forked, one answers", map[string]int{"b1": 486, "b2": 200, "b3": 0}, false, "INVITE 200 BYE 200"},
		{"forked, cancelled", map[string]int{"b1": 0, "b2": 0}, true, "INVITE 487"},
		{"forked, declined", map[string]int{"b1": 603, "b2": 0}, false, "INVITE 603"},
	} {
		t.Run(c.name, func(t *testing.T) {
			call := func(lose int) int {
				n := newNetwork(t, lose, c.answers)
				alice := n.agents["alice"]
				h, err := alice.layer.Request(n.request("alice", "INVITE sip:bob@b.example"), proxyAddr, 0, n.now)
				if err != nil {
					t.Fatal(err)
				}
				if c.cancel {
					n.after(700*time.Millisecond, func() { _ = alice.layer.Cancel(h, n.now) })
				}
				n.play(2 * time.Minute)
				if got := strings.Join(alice.seen, " "); got != c.want {
					t.Errorf("message %d lost: %q, want %q:\n%s", lose, got, c.want, strings.Join(n.trace, "\n"))
				}
				for name, status := range c.answers {
					if a := n.agents[name]; status == 200 && (!a.acked || !a.byed) {
						t.Errorf("message %d lost: %s: ACK %v, BYE %v:\n%s", lose, name, a.acked, a.byed, strings.Join(n.trace, "\n"))
					}
				}
				sent := n.count
				n.p.out = n.world
				n.end()
				return sent
			}
			all := call(-1)
			t.Log(all, "messages")
			for k := range all {
				call(k)
			}
		})
	}
}

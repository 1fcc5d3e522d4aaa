package dialog

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// The tests run user agents against each other in virtual time, over a network
// that loses what a test wants.

const ms = time.Millisecond

// A network carries messages in 10 ms.
type network struct {
	t      testing.TB
	now    time.Duration
	agents []*agent
	flight []packet // in the order of their time
	plans  plans
	sent   int
	lost   int
	got    int
	drop   func(n int, b []byte) bool // whether to lose the n-th message
	log    []string
	quiet  bool
	stray  func(b []byte, to transaction.Addr) // what goes to nobody
}

type packet struct {
	at       time.Duration
	b        []byte
	from, to netip.AddrPort
}

// A plan is what an agent does later; plans are a heap of them.
type plan struct {
	at time.Duration
	do func()
}

type plans []plan

func (p plans) Len() int           { return len(p) }
func (p plans) Less(i, j int) bool { return p[i].at < p[j].at }
func (p plans) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *plans) Push(x any)        { *p = append(*p, x.(plan)) }
func (p *plans) Pop() any {
	last := (*p)[len(*p)-1]
	*p = (*p)[:len(*p)-1]
	return last
}

// An agent is a user agent: a Layer, and what its user does.
type agent struct {
	*Layer
	net    *network
	name   string
	addr   netip.AddrPort
	m      codec.Message
	on     func(ev Event, m *codec.Message) // m is nil for timers
	events []string
}

func newNetwork(t testing.TB) *network {
	return &network{t: t, now: time.Second}
}

func (n *network) agent(name string, c Config) *agent {
	a := &agent{net: n, name: name, addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(len(n.agents) + 1)}), 5060)}
	c.Via = codec.ViaSpec{Host: []byte(a.addr.Addr().String()), Port: 5060}
	c.Contact = []byte("<sip:" + name + "@" + a.addr.String() + ">")
	a.Layer = New(a, c)
	n.agents = append(n.agents, a)
	return a
}

func (a *agent) to() transaction.Addr {
	return transaction.Addr{IP: a.addr, Transport: header.TransportUDP}
}

// Send is for the Layer.
func (a *agent) Send(_ transaction.Handle, to transaction.Addr, b []byte) {
	n := a.net
	n.sent++
	if !n.quiet {
		n.log = append(n.log, a.name+" "+firstWords(b))
	}
	if n.drop != nil && n.drop(n.sent-1, b) {
		n.lost++
		return
	}
	n.flight = append(n.flight, packet{n.now + 10*ms, append([]byte(nil), b...), a.addr, to.IP})
}

func firstWords(b []byte) string {
	line, _, _ := strings.Cut(string(b), "\r\n")
	if rest, ok := strings.CutPrefix(line, "SIP/2.0 "); ok {
		_, cseq, _ := strings.Cut(string(b), "\r\nCSeq: ")
		cseq, _, _ = strings.Cut(cseq, "\r\n")
		return rest[:3] + " " + cseq[strings.IndexByte(cseq, ' ')+1:]
	}
	word, _, _ := strings.Cut(line, " ")
	return word
}

func (n *network) later(d time.Duration, do func()) { heap.Push(&n.plans, plan{n.now + d, do}) }

// run goes on until nothing is left to do, or until the time.
func (n *network) run(until time.Duration) {
	for steps := 0; ; steps++ {
		next := until
		if len(n.flight) > 0 {
			next = min(next, n.flight[0].at)
		}
		if len(n.plans) > 0 {
			next = min(next, n.plans[0].at)
		}
		for _, a := range n.agents {
			if at, ok := a.Next(); ok {
				next = min(next, at)
			}
		}
		if next >= until {
			n.now = max(n.now, until)
			return
		}
		n.now = max(n.now, next)
		n.step()
	}
}

// step does what is due now.
func (n *network) step() {
	for len(n.flight) > 0 && n.flight[0].at <= n.now {
		p := n.flight[0]
		n.flight = n.flight[1:]
		n.deliver(p)
	}
	for _, a := range n.agents {
		for {
			ev, ok := a.Advance(n.now)
			if !ok {
				break
			}
			a.told(ev, nil)
		}
	}
	for len(n.plans) > 0 && n.plans[0].at <= n.now {
		heap.Pop(&n.plans).(plan).do()
	}
}

func (n *network) deliver(p packet) {
	for _, a := range n.agents {
		if a.addr != p.to {
			continue
		}
		n.got++
		if err := a.m.Parse(p.b); err != nil {
			n.t.Fatalf("%s got what does not parse: %v\n%s", a.name, a.m.Fault(), p.b)
		}
		ev := a.Receive(&a.m, transaction.Addr{IP: p.from, Transport: header.TransportUDP}, n.now)
		a.told(ev, &a.m)
		return
	}
	n.got++
	if n.stray != nil {
		n.stray(p.b, transaction.Addr{IP: p.to})
	}
}

func (a *agent) told(ev Event, m *codec.Message) {
	if ev.None() {
		return
	}
	if !a.net.quiet {
		s := ev.Kind.String()
		if ev.Status != 0 {
			s = fmt.Sprint(ev.Status)
		} else if ev.Kind == transaction.Request {
			s = ev.Method.String()
		} else if ev.Kind == transaction.Timeout {
			s += ev.Timer.String()
		}
		if ev.New {
			s += " new"
		}
		if ev.Task != TaskNone {
			s += " do " + ev.Task.String()
		}
		if ev.Ended {
			s += " ended"
		}
		a.events = append(a.events, s)
	}
	if a.on != nil {
		a.on(ev, m)
	}
	if !a.net.quiet {
		if err := invariants(a.Layer); err != nil {
			a.net.t.Fatal(err)
		}
	}
}

// out makes a request outside of a dialog. Identifiers are those of the test.
func (a *agent) out(method, id string, to *agent, extra ...string) []byte {
	s := method + " sip:" + to.name + "@example.com SIP/2.0\r\nVia: SIP/2.0/UDP " + a.addr.String() + ";branch=z9hG4bK" + id + "\r\nMax-Forwards: 70\r\n" +
		"From: " + a.name + " <sip:" + a.name + "@example.com>;tag=" + a.name + id + "\r\nTo: <sip:" + to.name + "@example.com>\r\n" +
		"Call-ID: " + id + "@" + a.name + "\r\nCSeq: 1 " + method + "\r\nContact: <sip:" + a.name + "@" + a.addr.String() + ">\r\n"
	for _, e := range extra {
		s += e + "\r\n"
	}
	return []byte(s + "Content-Length: 0\r\n\r\n")
}

func (a *agent) begin(method, id string, to *agent, extra ...string) transaction.Handle {
	h, err := a.Layer.Send(a.out(method, id, to, extra...), to.to(), 77, a.net.now)
	if err != nil {
		a.net.t.Fatal(err)
	}
	return h
}

func (a *agent) request(d Handle, method string, fields ...compose.HeaderField) {
	if _, err := a.Request(d, &compose.Request{Method: []byte(method), Fields: fields}, transaction.Addr{}, a.net.now); err != nil {
		a.net.t.Helper()
		a.net.t.Fatalf("%s: %s: %v", a.name, method, err)
	}
}

func (a *agent) reply(tx transaction.Handle, status int, fields ...compose.HeaderField) Handle {
	d, err := a.Reply(tx, nil, &compose.Reply{Status: status, Fields: fields}, a.net.now)
	if err != nil {
		a.net.t.Helper()
		a.net.t.Fatalf("%s: %d: %v", a.name, status, err)
	}
	return d
}

// caller is a user who acknowledges, talks for a while and hangs up.
func (a *agent) caller(talk time.Duration) {
	a.on = func(ev Event, m *codec.Message) {
		switch ev.Task {
		case TaskACK:
			if err := a.Ack(ev.Dialog, nil, transaction.Addr{}, a.net.now); err != nil {
				a.net.t.Fatal(err)
			}
			d := ev.Dialog
			a.net.later(talk, func() {
				if a.State(d) == Confirmed {
					a.request(d, "BYE")
				}
			})
		case TaskPRACK:
			if _, err := a.Prack(ev.Dialog, m, nil, transaction.Addr{}, a.net.now); err != nil {
				a.net.t.Fatal(err)
			}
		case TaskBye:
			if a.State(ev.Dialog) == Confirmed {
				a.request(ev.Dialog, "BYE")
			}
		}
		if ev.Kind == transaction.Request && ev.Tx != 0 && !ev.Ended && ev.Method != header.MethodBYE {
			a.reply(ev.Tx, 200)
		}
	}
}

// callee is a user who rings, then answers with a status, and says yes to all
// else.
func (a *agent) callee(ring time.Duration, status int, fields ...compose.HeaderField) {
	a.on = func(ev Event, m *codec.Message) {
		switch {
		case ev.Kind == transaction.Request && ev.Method == header.MethodINVITE && ev.Dialog == 0:
			a.reply(ev.Tx, 180)
			tx := ev.Tx
			a.net.later(ring, func() {
				if a.Transactions().State(tx) == transaction.Proceeding {
					a.reply(tx, status, fields...)
				}
			})
		case ev.Kind == transaction.Request && ev.Tx != 0 && ev.Method != header.MethodBYE:
			a.reply(ev.Tx, 200)
		case ev.Task == TaskBye:
			if a.State(ev.Dialog) == Confirmed {
				a.request(ev.Dialog, "BYE")
			}
		}
	}
}

// empty asks that nothing is left, an hour later.
func (n *network) empty() {
	n.t.Helper()
	n.run(n.now + time.Hour)
	for _, a := range n.agents {
		s, x := a.Stats(), a.Transactions().Stats()
		if s.Dialogs != 0 || s.Usages != 0 || s.Bytes != 0 || x.Transactions != 0 || x.Bytes != 0 {
			n.t.Errorf("%s: %d dialogs, %d usages and %d transactions are left", a.name, s.Dialogs, s.Usages, x.Transactions)
		}
		if err := invariants(a.Layer); err != nil {
			n.t.Error(err)
		}
	}
	if n.sent != n.lost+n.got || len(n.flight) != 0 {
		n.t.Errorf("%d messages sent, %d lost, %d received", n.sent, n.lost, n.got)
	}
}

// lossy loses a share of all messages.
func (n *network) lossy(share float64, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 99))
	n.drop = func(int, []byte) bool { return r.Float64() < share }
}

// invariants says what is wrong with the tables of a Layer.
func invariants(l *Layer) error {
	live, timers, invites, usages, held := 0, 0, 0, 0, 0
	for i := range l.dialogs.Cap() {
		if !l.dialogs.InUse(i) {
			continue
		}
		live++
		d := l.dialogs.At(i)
		if _, set := l.wheel.At(i); set {
			timers++
		}
		if d.is(inInvite) {
			invites++
		}
		for u := d.usage; u != 0; u = l.usages.At(u - 1).next {
			usages++
		}
		held += int(d.keyLen) + int(d.textLen) + int(d.ackLen)
		if d.is(awaited) && d.early != 0 {
			continue
		}
		if d.state == Terminated || d.state != Ending && !d.is(hasSession) && d.usage == 0 {
			return fmt.Errorf("dialog %d in %d has no usage", i, d.state)
		}
	}
	switch {
	case live != l.dialogs.Len(), live != l.byKey.Len(), timers != l.wheel.Len(), invites != l.byInvite.Len(), usages != l.usages.Len():
		return fmt.Errorf("%d dialogs: slab %d, keys %d, timers %d of %d, INVITEs %d of %d, usages %d of %d", live, l.dialogs.Len(),
			l.byKey.Len(), timers, l.wheel.Len(), invites, l.byInvite.Len(), usages, l.usages.Len())
	case held > l.mem.Used(), live == 0 && l.mem.Used() != 0:
		return fmt.Errorf("%d bytes in %d of %d dialogs", held, l.mem.Used(), live)
	}
	return nil
}

package dialog

import (
	"net/netip"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// loop carries messages between two Layers without allocating.
type loop struct {
	l    [2]*Layer
	buf  [8][4096]byte
	n    [8]int
	to   [8]int
	used int
	m    codec.Message
	now  time.Duration
	last Handle
}

type end struct {
	*loop
	side int
}

func (e *end) Send(_ transaction.Handle, _ transaction.Addr, b []byte) {
	if e.used < len(e.buf) {
		e.n[e.used] = copy(e.buf[e.used][:], b)
		e.to[e.used] = 1 - e.side
		e.used++
	}
}

func (p *loop) run() {
	for k := 0; k < p.used; k++ {
		if p.m.Parse(p.buf[k][:p.n[k]]) != nil {
			panic("it does not parse")
		}
		from := transaction.Addr{IP: loopAddr, Transport: header.TransportUDP}
		ev := p.l[p.to[k]].Receive(&p.m, from, p.now)
		switch {
		case ev.Task == TaskACK:
			p.last = ev.Dialog
			if p.l[0].Ack(ev.Dialog, nil, transaction.Addr{}, p.now) != nil {
				panic("no ACK")
			}
		case ev.Kind == transaction.Request && ev.Method != header.MethodBYE:
			if _, err := p.l[1].Reply(ev.Tx, &p.m, &okReply, p.now); err != nil {
				panic(err)
			}
		}
	}
	p.used = 0
}

func (p *loop) drain(d time.Duration) {
	p.now += d
	for _, l := range p.l {
		for {
			if _, ok := l.Advance(p.now); !ok {
				break
			}
		}
	}
	p.used = 0
}

var (
	loopAddr = netip.MustParseAddrPort("192.0.2.1:5060")
	okReply  = compose.Reply{Status: 200}
)

func newLoop() *loop {
	p := &loop{now: time.Second}
	for k := range p.l {
		p.l[k] = New(&end{p, k}, Config{Via: codec.ViaSpec{Host: []byte("192.0.2.1")}, Contact: []byte("<sip:x@192.0.2.1>")})
	}
	return p
}

func TestAllocs(t *testing.T) {
	a := &agent{net: newNetwork(t), name: "alice", addr: loopAddr}
	invite := a.out("INVITE", "q", &agent{name: "bob"}, "Supported: timer", "Session-Expires: 200")
	subscribe := a.out("SUBSCRIBE", "q", &agent{name: "bob"}, "Event: presence", "Expires: 60")
	to := transaction.Addr{IP: loopAddr, Transport: header.TransportUDP}
	p := newLoop()
	request := func(r *compose.Request) {
		if _, err := p.l[0].Request(p.last, r, transaction.Addr{}, p.now); err != nil {
			t.Fatal(err)
		}
		p.run()
	}
	bye, info, reinvite := compose.Request{Method: []byte("BYE")}, compose.Request{Method: []byte("INFO")}, compose.Request{Method: []byte("INVITE")}
	for name, f := range map[string]func(){
		"call": func() {
			_, _ = p.l[0].Send(invite, to, 1, p.now)
			p.run()
			p.drain(time.Second)
			request(&info)
			request(&reinvite)
			request(&bye)
		},
		"call, forgotten": func() {
			_, _ = p.l[0].Send(invite, to, 1, p.now)
			p.run()
			p.drain(300 * time.Second)
			request(&bye)
		},
		"subscription": func() {
			_, _ = p.l[0].Send(subscribe, to, 1, p.now)
			p.run()
		},
	} {
		if n := testing.AllocsPerRun(100, func() {
			f()
			p.drain(time.Hour)
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
		for k, l := range p.l {
			if l.Stats().Dialogs != 0 {
				t.Errorf("%s: %d dialogs are left at side %d", name, l.Stats().Dialogs, k)
			}
		}
	}
}

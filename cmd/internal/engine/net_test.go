package engine

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
	"github.com/sipwire/sipwire/codec"
)

// A network joins two engines in virtual time.
type network struct {
	t        *testing.T
	client   *Engine
	server   *Engine
	now      int64
	delay    int64
	lose     func(from *Engine, data []byte) bool
	inFlight []packet
	m        codec.Message
	log      []string // start lines, as they were sent
}

type packet struct {
	at   int64
	to   *Engine
	data []byte
}

const (
	millisecond = int64(time.Millisecond)
	second      = int64(time.Second)
)

// compile compiles a scenario of a test: the body of a <scenario>, or the name
// of a built-in one.
func compile(t testing.TB, text string) *scenario.Program {
	t.Helper()
	data, ok := scenario.Builtin(text)
	if !ok {
		data = []byte("<scenario name=\"test\">" + text + "</scenario>")
	}
	p, err := scenario.Compile("test.xml", data, scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func words(port int) Words {
	return Words{
		Service: "service", RemoteHost: "127.0.0.1", RemoteIP: "127.0.0.1", RemotePort: 5060, Transport: "UDP",
		LocalIP: "127.0.0.1", MediaIP: "127.0.0.1", LocalPort: port, MediaPort: 6000, PID: 7, Version: "test",
		AuthUser: "joe", AuthPassword: "secret",
	}
}

var anywhere = netip.MustParseAddrPort("127.0.0.1:5060")

func newNetwork(t *testing.T, client, server string, change func(c, s *Config)) *network {
	n := &network{t: t, delay: 5 * millisecond}
	cc, sc := Defaults(compile(t, client)), Defaults(compile(t, server))
	cc.Words, sc.Words = words(5061), words(5060)
	cc.Target, cc.Seed, sc.Seed = anywhere, 1, 2
	if change != nil {
		change(&cc, &sc)
	}
	n.client, n.server = New(cc, NewShared()), New(sc, NewShared())
	return n
}

// carry takes what the engines have sent.
func (n *network) carry() {
	for _, e := range []*Engine{n.client, n.server} {
		to := n.server
		if e == n.server {
			to = n.client
		}
		for i := range e.Out() {
			data := slices.Clone(e.Data(&e.Out()[i]))
			if n.lose != nil && n.lose(e, data) {
				continue
			}
			if n.m.Parse(data) != nil {
				n.t.Fatalf("sent: %v\n%s", n.m.Err(), data)
			}
			side := "> "
			if e == n.server {
				side = "< "
			}
			n.log = append(n.log, side+string(n.m.StartLine()))
			n.inFlight = append(n.inFlight, packet{n.now + n.delay, to, data})
		}
		e.Flushed()
	}
}

// run lets time pass until nothing is left to happen, or until end.
func (n *network) run(end int64) {
	for {
		n.carry()
		next := end
		for _, p := range n.inFlight {
			next = min(next, p.at)
		}
		for _, e := range []*Engine{n.client, n.server} {
			if at, ok := e.Next(); ok {
				next = min(next, at)
			}
		}
		if next >= end {
			return
		}
		n.now = max(n.now, next)
		for i := 0; i < len(n.inFlight); i++ {
			p := n.inFlight[i]
			if p.at > n.now {
				continue
			}
			n.inFlight = slices.Delete(n.inFlight, i, i+1)
			i--
			if err := n.m.Parse(p.data); err != nil {
				n.t.Fatal(err)
			}
			p.to.Receive(n.now, n.now, &n.m, anywhere, 0)
		}
		n.client.Advance(n.now)
		n.server.Advance(n.now)
	}
}

func (n *network) start(calls int) {
	for range calls {
		n.client.Start(n.now, n.now, 0)
	}
}

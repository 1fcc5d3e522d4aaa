package serve

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/admission"
	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/udp"
)

// slowNames finds every name at addr, once a look-up is let through.
type slowNames struct {
	addr  netip.AddrPort
	let   chan struct{}
	known atomic.Bool
}

func (n *slowNames) Find(*codec.Destination, []byte) (forward.Target, forward.Finding) {
	if !n.known.Load() {
		return forward.Target{}, forward.Pending
	}
	return forward.Target{Transport: header.TransportUDP, Addr: n.addr}, forward.Found
}

func (n *slowNames) Waiting(ctx context.Context) forward.Names { return waitingNames{n, ctx} }

type waitingNames struct {
	*slowNames
	ctx context.Context
}

func (w waitingNames) Find(d *codec.Destination, key []byte) (forward.Target, forward.Finding) {
	select {
	case <-w.let:
		w.known.Store(true)
		return w.slowNames.Find(d, key)
	case <-w.ctx.Done():
		return forward.Target{}, forward.Unknown
	}
}

// toName is a request that goes to a name, over a transport.
func toName(transport string) string {
	return strings.Replace(message("MESSAGE", transport, "127.0.0.1:9"), "Max-Forwards", "Route: <sip:name.example;lr>\r\nMax-Forwards", 1)
}

// TestLookup: a message for a name waits for DNS, and no other one does.
func TestLookup(t *testing.T) {
	for _, transport := range []string{"UDP", "TCP"} {
		server, addr := listenUDP(t)
		names := &slowNames{addr: addr, let: make(chan struct{})}
		s := start(t, forward.Target{Transport: header.TransportUDP, Addr: addr}, func(c *Config) { c.Names = names })
		local := map[string]int{"UDP": 0, "TCP": 1}[transport]
		c := dial(t, strings.ToLower(transport), s.Locals()[local])
		fmt.Fprint(c, toName(transport))
		fmt.Fprint(c, message("OPTIONS", transport, "127.0.0.1:9"))
		read := func(method string) {
			t.Helper()
			b := make([]byte, 4096)
			_ = server.SetReadDeadline(time.Now().Add(10 * time.Second))
			if n, err := server.Read(b); err != nil || !strings.HasPrefix(string(b[:n]), method) {
				t.Fatalf("%v, %.20q, want %s", err, b[:n], method)
			}
		}
		read("OPTIONS")
		close(names.let)
		read("MESSAGE")
		end(t, s, counts(2))
	}
}

// TestLookupEnds: what waits for DNS when the proxy ends is accounted for.
func TestLookupEnds(t *testing.T) {
	_, addr := listenUDP(t)
	s := start(t, forward.Target{Addr: addr}, func(c *Config) { c.Names = &slowNames{let: make(chan struct{})} })
	c := dial(t, "udp", s.Locals()[0])
	const n = lookupWorkers + 20
	for range n {
		fmt.Fprint(c, toName("UDP"))
	}
	await(t, func() bool { return s.Counts().Received == n })
	s.Shutdown(50 * time.Millisecond)
	if got := s.Counts(); got.Received != n || got.Sum() != n || got.Kinds[forward.Answered] != n {
		t.Errorf("%+v", got)
	}
}

// TestLookupTooOld: what has waited for longer than its client is dropped.
func TestLookupTooOld(t *testing.T) {
	for _, change := range []func(*Config){func(*Config) {}, stateful} {
		server, addr := listenUDP(t)
		names := &slowNames{addr: addr, let: make(chan struct{})}
		s := start(t, forward.Target{Transport: header.TransportUDP, Addr: addr}, func(c *Config) { c.Names = names; change(c) })
		close(names.let)
		put := func(method string, age time.Duration) {
			b := strings.Replace(toName("UDP"), "MESSAGE", method, 2)
			s.lookups.queue <- lookup{[]byte(b), forward.Source{Addr: netip.MustParseAddrPort("127.0.0.1:9")}, time.Now().Add(-age)}
		}
		put("MESSAGE", maxWait+time.Second)
		await(t, func() bool { return s.Counts().Dropped[forward.Unresolved] == 1 })
		put("OPTIONS", 0)
		b := make([]byte, 4096)
		_ = server.SetReadDeadline(time.Now().Add(20 * time.Second))
		if n, err := server.Read(b); err != nil || !strings.HasPrefix(string(b[:n]), "OPTIONS") {
			t.Errorf("%v, %.20q", err, b[:n])
		}
		s.Shutdown(50 * time.Millisecond)
	}
}

// TestNoTCP: a request that is too long for a datagram goes over UDP where
// nobody takes a connection, and the next one at once.
func TestNoTCP(t *testing.T) {
	server, addr := listenUDP(t)
	s := start(t, forward.Target{Addr: addr}, nil)
	c := dial(t, "udp", s.Locals()[0])
	long := strings.Replace(message("MESSAGE", "UDP", "h.example"), "Max-Forwards", "Subject: "+strings.Repeat("x", 1300)+"\r\nMax-Forwards", 1)
	for range 2 {
		fmt.Fprint(c, long)
		b := make([]byte, 4096)
		_ = server.SetReadDeadline(time.Now().Add(10 * time.Second))
		n, err := server.Read(b)
		if err != nil || !strings.Contains(string(b[:n]), "Via: SIP/2.0/UDP 127.0.0.1:") {
			t.Fatalf("%v, %q", err, b[:n])
		}
	}
	end(t, s, counts(2))
}

// TestLongOverTCP: and over TCP where somebody does.
func TestLongOverTCP(t *testing.T) {
	l, at := listenTCP(t)
	s := start(t, forward.Target{Addr: at}, nil)
	c := dial(t, "udp", s.Locals()[0])
	fmt.Fprint(c, strings.Replace(message("MESSAGE", "UDP", "127.0.0.1"), "Max-Forwards", "Subject: "+strings.Repeat("x", 1300)+"\r\nMax-Forwards", 1))
	answerStream(t, l)
	expect200(t, c)
	end(t, s, counts(2))
}

// TestTrace: the messages of one Call-ID are seen, and one in so many is logged.
func TestTrace(t *testing.T) {
	_, addr := listenUDP(t)
	logged := make(chan Event, 100)
	s := start(t, forward.Target{Addr: addr}, func(c *Config) { c.LogEvery, c.Log = 3, func(e *Event) { logged <- *e } })
	events, stop, ok := s.Trace("c1")
	if !ok {
		t.Fatal("no trace")
	}
	if _, _, ok := s.Trace("c1"); ok {
		t.Error("one Call-ID is traced twice")
	}
	c := dial(t, "udp", s.Locals()[0])
	other := strings.Replace(message("MESSAGE", "UDP", "h.example"), "c1", "c2", 1)
	for _, m := range []string{other, message("MESSAGE", "UDP", "h.example"), other, strings.Replace(message("INFO", "UDP", "h.example"), "Forwards: 70", "Forwards: 0", 1), other, other} {
		fmt.Fprint(c, m)
	}
	await(t, func() bool { n := s.Counts(); return n.Sum() == 6 })
	stop()
	fmt.Fprint(c, message("BYE", "UDP", "h.example"))
	await(t, func() bool { n := s.Counts(); return n.Sum() == 7 })
	end(t, s, Counts{Received: 7, Kinds: [forward.Kinds]uint64{forward.Forwarded: 6, forward.Answered: 1}})
	first, second := <-events, <-events
	if first.Kind != forward.Forwarded || first.To.Addr != addr || !strings.HasPrefix(string(first.Sent), "MESSAGE") || first.Line != "MESSAGE sip:b@b.example SIP/2.0" ||
		second.Status != 483 || second.Source.String() != c.LocalAddr().String() || !strings.HasPrefix(string(second.Data), "INFO") || len(events) != 0 {
		t.Errorf("%+v, %+v and %d more", first, second, len(events))
	}
	if len(logged) != 2 {
		t.Errorf("%d of 7 logged, want one in three", len(logged))
	}
	if s.tracing.Load() != nil {
		t.Error("tracing goes on")
	}
}

// TestSourceLimit: over both transports, and accounted for.
func TestSourceLimit(t *testing.T) {
	_, addr := listenUDP(t)
	s := start(t, forward.Target{Transport: header.TransportUDP, Addr: addr}, func(c *Config) {
		c.Admission.Sources = admission.NewSources(1, 5, nil, time.Now())
	})
	for i, network := range []string{"udp", "tcp"} {
		c := dial(t, network, s.Locals()[i])
		for range 10 {
			fmt.Fprint(c, message("MESSAGE", strings.ToUpper(network), "h.example"))
		}
	}
	await(t, func() bool { n := s.Counts(); return n.Sum() == 20 })
	s.Shutdown(50 * time.Millisecond)
	// A slow machine takes seconds, in which some more may come.
	if n := s.Counts(); n.Received != 20 || n.Sum() != 20 || n.Kinds[forward.Forwarded] < 5 || n.Dropped[forward.SourceLimit] != 20-n.Kinds[forward.Forwarded] {
		t.Errorf("%+v", n)
	}
}

// TestLeaving: while the proxy ends, balancers are told so, and calls go on.
func TestLeaving(t *testing.T) {
	server, addr := listenUDP(t)
	s := start(t, forward.Target{Addr: addr}, nil)
	c := dial(t, "udp", s.Locals()[0])
	ping := strings.Replace(message("OPTIONS", "UDP", "h.example"), "sip:b@b.example SIP", "sip:"+s.Locals()[0].Addr.String()+" SIP", 1)
	ask := func() string {
		fmt.Fprint(c, ping)
		b := make([]byte, 4096)
		_ = c.SetDeadline(time.Now().Add(10 * time.Second))
		if _, err := c.Read(b); err != nil {
			t.Fatal(err)
		}
		return string(b[8:11])
	}
	if got := ask(); got != "200" {
		t.Fatal(got)
	}
	s.leaving.Store(true)
	if got := ask(); got != "503" {
		t.Fatal(got)
	}
	fmt.Fprint(c, message("MESSAGE", "UDP", "h.example"))
	answerUDP(t, server)
	expect200(t, c)
	s.leaving.Store(false)
	s.Shutdown(time.Millisecond)
	if !s.leaving.Load() {
		t.Error("an end that nobody is told about")
	}
}

// TestShare: two processes listen at one address when both are told to.
func TestShare(t *testing.T) {
	_, addr := listenUDP(t)
	share := func(c *Config) { c.Share = true }
	one := start(t, forward.Target{Addr: addr}, share)
	two := Config{Forward: one.config.Forward}
	two.Forward.Locals = one.Locals()
	if _, err := Start(t.Context(), two); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("without sharing: %v", err)
	}
	two.Share = true
	s, err := Start(t.Context(), two)
	if err != nil {
		t.Fatal(err)
	}
	s.Shutdown(time.Millisecond)
	one.Shutdown(time.Millisecond)
}

// TestMeter: the delay is what waits by what is read in a time.
func TestMeter(t *testing.T) {
	g := admission.New(admission.Config{Delay: 10 * time.Millisecond}, time.Now)
	m := meter{gate: g, buffer: 1 << 20, count: 100, bytes: 60000} // packets of 600 bytes, which cost 1280
	for waiting, want := range map[int]time.Duration{0: 0, 10 * 1280: 20 * time.Millisecond, 100 * 1280: 200 * time.Millisecond} {
		if got := m.delay(waiting, 0, 200*time.Millisecond, 0, false); got != want {
			t.Errorf("%d bytes: %v, want %v", waiting, got, want)
		}
	}
	m.count, m.bytes = 100000, 60000000
	for waiting, want := range map[int]time.Duration{1 << 18: 5500 * time.Microsecond, 1 << 19: 11 * time.Millisecond, 1 << 20: 22 * time.Millisecond} {
		if got := m.delay(waiting, 0, 200*time.Millisecond, 0, false); got != want {
			t.Errorf("%d bytes of a buffer of %d: %v, want %v", waiting, m.buffer, got, want)
		}
	}
}

// TestMeterAge: where the system says when the last packet came that was read, that is
// the delay, with what is left of the batch before it.
func TestMeterAge(t *testing.T) {
	g := admission.New(admission.Config{Delay: 10 * time.Millisecond}, time.Now)
	m := meter{gate: g, buffer: 1 << 20, count: 100, bytes: 60000}
	for left, want := range map[int]time.Duration{0: 7 * time.Millisecond, 10: 27 * time.Millisecond} {
		if got := m.delay(1280, left, 200*time.Millisecond, 7*time.Millisecond, true); got != want {
			t.Errorf("%d packets left of the batch: %v, want %v", left, got, want)
		}
	}
	if got := m.delay(1<<20, 0, 200*time.Millisecond, 7*time.Millisecond, true); got != 22*time.Millisecond {
		t.Errorf("a full buffer: %v", got)
	}
}

// TestMeterIdle: the first packet after a pause is not refused for what was before
// the pause.
func TestMeterIdle(t *testing.T) {
	g := admission.New(admission.Config{}, time.Now)
	m := meter{gate: g}
	m.begin(make([]udp.Packet, 1), true)
	m.note(make([]udp.Packet, 1), 0) // nothing is refused: nothing to look for
	if m.begin(nil, true); !m.quiet.IsZero() {
		t.Error("it takes the time")
	}
	g.Observe(time.Now().Add(-time.Hour), time.Hour)
	level := g.Level()
	if m.begin(nil, true); g.Level() != level {
		t.Errorf("the level falls from %v to %v", level, g.Level())
	}
	if m.note(make([]udp.Packet, 20), 0); m.quiet.IsZero() {
		t.Fatal("a pause has no beginning")
	}
	m.quiet = m.quiet.Add(-time.Minute)
	if m.begin(nil, true); g.Level() != 0 || !m.quiet.IsZero() {
		t.Errorf("level %v after a minute without packets", g.Level())
	}
}

// TestTraceKeepAlive: a keep-alive behind a message is not taken for that.
func TestTraceKeepAlive(t *testing.T) {
	_, addr := listenUDP(t)
	s := start(t, forward.Target{Addr: addr}, nil)
	events, stop, _ := s.Trace("c1")
	c := dial(t, "udp", s.Locals()[0])
	fmt.Fprint(c, message("MESSAGE", "UDP", "h.example"))
	fmt.Fprint(c, "\r\n\r\n")
	await(t, func() bool { n := s.Counts(); return n.Sum() == 2 })
	stop()
	s.Shutdown(time.Millisecond) // whatever was seen is in events
	if len(events) != 1 {
		t.Errorf("%d messages of one", len(events))
	}
}

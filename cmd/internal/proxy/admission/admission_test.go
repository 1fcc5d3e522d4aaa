package admission

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
)

func request(t testing.TB, line, callID string, more ...string) *codec.Message {
	t.Helper()
	text := line + " SIP/2.0\r\nCall-ID: " + callID + "\r\nFrom: <sip:a@a>;tag=1\r\n"
	for _, l := range more {
		text += l + "\r\n"
	}
	m := new(codec.Message)
	if err := m.Parse([]byte(text + "\r\n")); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestClass(t *testing.T) {
	const to, tagged = "To: <sip:b@b>", "To: <sip:b@b>;tag=2"
	for _, c := range []struct {
		line, to, more string
		want           Class
	}{
		{"INVITE sip:b@b", to, "X: 1", Initial},
		{"REGISTER sip:b", to, "Priority: urgent", Initial},
		{"MESSAGE sip:b@b", to, "Resource-Priority: q735.0", Initial},
		{"INVITE sip:b@b", tagged, "X: 1", InDialog},
		{"INFO sip:b@b", tagged, "X: 1", InDialog},
		{"ACK sip:b@b", to, "X: 1", Ending},
		{"CANCEL sip:b@b", to, "X: 1", Ending},
		{"BYE sip:b@b", tagged, "X: 1", Ending},
		{"INVITE urn:service:sos", to, "X: 1", Emergency},
		{"INVITE URN:service:sos.police", to, "X: 1", Emergency},
		{"INVITE sip:b@b", to, "Priority: Emergency", Emergency},
		{"INVITE sip:b@b", to, "Resource-Priority: dsn.flash, esnet.1", Emergency},
		{"INVITE sip:b@b", to, "Resource-Priority: WPS.0", Emergency},
	} {
		if got := ClassOf(request(t, c.line, "c", c.to, c.more)); got != c.want {
			t.Errorf("%s, %s, %s: %d, want %d", c.line, c.to, c.more, got, c.want)
		}
	}
}

// share returns how many of 1000 requests are admitted.
func share(t testing.TB, g *Gate, line, to string) (n int) {
	for i := range 1000 {
		if v, _ := g.Admit(request(t, line, fmt.Sprint("call-", i), to), forward.Source{}); v == forward.Admit {
			n++
		}
	}
	return n
}

// TestGate: the longer packets wait, the more is refused, in the order of the
// classes, and all of it comes back.
func TestGate(t *testing.T) {
	const to, tagged = "To: <sip:b@b>", "To: <sip:b@b>;tag=2"
	g := New(Config{Delay: 10 * time.Millisecond, RetryAfter: 4 * time.Second}, time.Now)
	now := time.Now()
	observe := func(n int, delay time.Duration) {
		for range n {
			now = now.Add(step)
			g.Observe(now, delay)
		}
	}
	observe(100, 9*time.Millisecond)
	if n := share(t, g, "INVITE sip:b", to); n != 1000 {
		t.Fatalf("%d admitted without a delay", n)
	}
	observe(10, 20*time.Millisecond)
	some := share(t, g, "MESSAGE sip:b", to)
	if some < 200 || some > 400 {
		t.Errorf("%d admitted after 100 ms", some)
	}
	if n := share(t, g, "INFO sip:b", tagged); n != 1000 {
		t.Errorf("%d in dialogs admitted", n)
	}
	// The level goes up and down: what was admitted once is admitted again.
	if n := share(t, g, "MESSAGE sip:b", to); n != some {
		t.Errorf("%d admitted, and then %d", some, n)
	}
	observe(3, 20*time.Millisecond)
	if n := share(t, g, "MESSAGE sip:b", to); n < some*9/10 {
		t.Errorf("%d of %d that were admitted are when they are sent again", n, some)
	}
	observe(45, 200*time.Millisecond)
	if n := share(t, g, "INFO sip:b", tagged); n != 1000 || share(t, g, "PUBLISH sip:b", to) > 20 {
		t.Errorf("%d in dialogs admitted after half a second in which nearly all else is refused", n)
	}
	observe(300, 200*time.Millisecond)
	for line, want := range map[string]int{"OPTIONS sip:b": 0, "BYE sip:b": 1000, "ACK sip:b": 1000, "INVITE urn:service:sos": 1000} {
		if n := share(t, g, line, to); n != want {
			t.Errorf("%s: %d admitted when nothing helps", line, n)
		}
	}
	if n := share(t, g, "UPDATE sip:b", tagged); n != 0 {
		t.Errorf("%d in dialogs admitted when nothing helps", n)
	}
	for i := range 800 {
		if v, retry := g.Admit(request(t, "SUBSCRIBE sip:b", fmt.Sprint(i), to), forward.Source{}); v != forward.Refuse || retry < 4 || retry > 7 {
			t.Fatalf("verdict %d, Retry-After %d", v, retry)
		}
	}
	observe(300, 0)
	if n := share(t, g, "INVITE sip:b", to); n != 1000 || g.Level() != 0 {
		t.Errorf("%d admitted afterwards, level %v", n, g.Level())
	}
	// While no packets come, too, but not in a short pause.
	for idle, want := range map[time.Duration]float64{99 * time.Millisecond: 2, 100 * time.Millisecond: 1.5, time.Hour: 0} {
		observe(300, 200*time.Millisecond)
		g.Idle(idle)
		if got := g.Level(); got < want-0.02 || got > want+0.02 {
			t.Errorf("level %v after %v without packets, want %v", got, idle, want)
		}
	}
}

// TestGateBeginsLate: how long a gate has had nothing to do says nothing of the first
// packets that wait for too long.
func TestGateBeginsLate(t *testing.T) {
	const delay = 10 * time.Millisecond
	for _, quiet := range []time.Duration{0, time.Hour, 24 * 365 * time.Hour} {
		now := time.Now()
		g := New(Config{Delay: delay}, time.Now)
		if quiet > 0 {
			g.Observe(now, 0)
		}
		now = now.Add(quiet)
		for range 100 {
			now = now.Add(step)
			g.Observe(now, 9*delay)
		}
		if g.Level() <= 1 {
			t.Errorf("%v: a second of nine times the delay makes the level %v", quiet, g.Level())
		}
	}
}

// TestGateAgain: of requests with one Call-ID only the one that was admitted is
// when it is sent again, and which Call-IDs pass is another thing with each seed.
func TestGateAgain(t *testing.T) {
	const to = "To: <sip:b@b>"
	invite := func(g *Gate, cseq int) forward.Verdict {
		v, _ := g.Admit(request(t, "INVITE sip:b", "c", to, fmt.Sprintf("CSeq: %d INVITE", cseq)), forward.Source{})
		return v
	}
	g := New(Config{}, time.Now)
	if v := invite(g, 1); v != forward.Admit {
		t.Fatalf("verdict %d without load", v)
	}
	g.level.Store(full)
	for _, c := range []struct {
		cseq int
		want forward.Verdict
	}{{1, forward.Admit}, {2, forward.Refuse}, {1, forward.Admit}} {
		if v := invite(g, c.cseq); v != c.want {
			t.Errorf("CSeq %d: verdict %d, want %d", c.cseq, v, c.want)
		}
	}
	var passed [2][100]bool
	for seed := range passed {
		g, s := New(Config{Seed: uint64(seed)}, time.Now), &Streams{Config: Config{Seed: uint64(seed)}}
		s.Gates = []*Gate{g}
		g.level.Store(full / 2)
		for i := range passed[seed] {
			m := request(t, "INVITE sip:b", fmt.Sprint(i), to, "CSeq: 1 INVITE")
			v, _ := s.Admit(m, forward.Source{})
			if w, _ := g.Admit(m, forward.Source{}); v != w {
				t.Errorf("verdicts %d and %d", v, w)
			}
			passed[seed][i] = v == forward.Admit
		}
	}
	if passed[0] == passed[1] {
		t.Error("the seed does not matter")
	}
}

func TestOff(t *testing.T) {
	g := New(Config{Off: true}, time.Now)
	g.Observe(time.Now(), time.Hour)
	if n := share(t, g, "INVITE sip:b", "To: <sip:b>"); n != 1000 {
		t.Errorf("%d admitted", n)
	}
}

func TestSources(t *testing.T) {
	now := time.Unix(0, 0)
	s := NewSources(10, 5, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, now)
	g := New(Config{Sources: s}, func() time.Time { return now })
	a, free := netip.MustParseAddrPort("192.0.2.1:5060"), netip.MustParseAddrPort("[::ffff:10.1.1.1]:5060")
	admit := func(n int, from netip.AddrPort, line string) (passed int) {
		for range n {
			if v, _ := g.Admit(request(t, line, "c", "To: <sip:b>"), forward.Source{Addr: from}); v == forward.Admit {
				passed++
			} else if v != forward.Limit {
				t.Errorf("verdict %d", v)
			}
		}
		return passed
	}
	if n := admit(20, a, "INVITE sip:b"); n != 5 {
		t.Errorf("a burst of %d", n)
	}
	if n := admit(20, netip.AddrPortFrom(a.Addr(), 9), "INVITE sip:b"); n != 0 {
		t.Errorf("%d from another port", n)
	}
	if n := admit(20, a, "INVITE urn:service:sos"); n != 20 {
		t.Errorf("%d emergency calls", n)
	}
	if n := admit(50, free, "INVITE sip:b"); n != 50 {
		t.Errorf("%d from an address that is exempt", n)
	}
	now = now.Add(200 * time.Millisecond)
	if n := admit(20, a, "INVITE sip:b"); n != 2 {
		t.Errorf("%d after 200 ms at 10 a second", n)
	}
	now = now.Add(time.Hour)
	if n := admit(20, a, "INVITE sip:b"); n != 5 {
		t.Errorf("%d after an hour", n)
	}
}

func TestAllocs(t *testing.T) {
	now := time.Now()
	g := New(Config{Sources: NewSources(1e6, 1e6, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, now)}, func() time.Time { return now })
	g.level.Store(full / 2)
	m, src := request(t, "INVITE sip:b", "c", "To: <sip:b>", "Resource-Priority: a.b"), forward.Source{Addr: netip.MustParseAddrPort("192.0.2.1:5060")}
	if n := testing.AllocsPerRun(100, func() { g.Admit(m, src); g.Observe(now, time.Second) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

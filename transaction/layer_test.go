package transaction

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// The ACK for a failure has the values that 17.1.1.3 asks for, and goes where
// the INVITE went.
func TestFailureACK(t *testing.T) {
	w := newWorld(t, Config{})
	w.request(req("INVITE", "Route: <sip:p1.example.com;lr>", "Route: <sip:p2.example.com;lr>"), udpPeer)
	w.receive(resp(486, "INVITE"), Addr{IP: netip.MustParseAddrPort("198.51.100.9:99"), Transport: header.TransportUDP})
	ack := string(w.raw[1])
	for _, want := range []string{"ACK sip:bob@example.com SIP/2.0\r\n", "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n",
		"From: <sip:alice@example.com>;tag=a1\r\n", "To: <sip:bob@example.com>;tag=b1\r\n", "Call-ID: c1\r\n", "CSeq: 1 ACK\r\n",
		"Route: <sip:p1.example.com;lr>\r\n", "Route: <sip:p2.example.com;lr>\r\n"} {
		if !strings.Contains(ack, want) {
			t.Errorf("no %q in\n%s", want, ack)
		}
	}
	if w.tos[1] != udpPeer {
		t.Errorf("the ACK went to %v", w.tos[1])
	}
}

// Where responses go: RFC 3261, 18.2.2, and RFC 3581, 4.
func TestReplyAddress(t *testing.T) {
	src := netip.MustParseAddrPort("203.0.113.5:40000")
	v6 := netip.MustParseAddrPort("[fe80::1%eth0]:40000")
	for _, tt := range []struct {
		via  string
		from Addr
		want string
	}{
		{"SIP/2.0/UDP pc33.example.com;branch=z9hG4bK7", Addr{IP: src, Transport: header.TransportUDP}, "203.0.113.5:5060"},
		{"SIP/2.0/UDP pc33.example.com:5080;branch=z9hG4bK7", Addr{IP: src, Transport: header.TransportUDP}, "203.0.113.5:5080"},
		{"SIP/2.0/UDP pc33.example.com:5080;rport;branch=z9hG4bK7", Addr{IP: src, Transport: header.TransportUDP}, "203.0.113.5:40000"},
		{"SIP/2.0/UDP pc33.example.com;maddr=239.1.2.3;branch=z9hG4bK7", Addr{IP: src, Transport: header.TransportUDP}, "239.1.2.3:5060"},
		{"SIP/2.0/UDP pc33.example.com;maddr=[ff02::1];branch=z9hG4bK7", Addr{IP: src, Transport: header.TransportUDP}, "[ff02::1]:5060"},
		{"SIP/2.0/UDP pc33.example.com;maddr=192.0.2.66;branch=z9hG4bK7", Addr{IP: src, Transport: header.TransportUDP}, "203.0.113.5:5060"},
		{"SIP/2.0/TCP pc33.example.com:5080;branch=z9hG4bK7", Addr{IP: src, Transport: header.TransportTCP, Flow: 3}, "203.0.113.5:40000"},
		{"SIP/2.0/UDP pc33.example.com:5080;rport;branch=z9hG4bK7", Addr{IP: v6, Transport: header.TransportUDP}, "[fe80::1%eth0]:40000"},
	} {
		w := newWorld(t, Config{})
		s := strings.Replace(req("OPTIONS"), "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1", tt.via, 1)
		h := w.receive(s, tt.from).Tx
		if err := w.reply(h, 200); err != nil {
			t.Fatal(err)
		}
		to := w.tos[0]
		if to.IP.String() != tt.want || to.Flow != tt.from.Flow || to.Transport != tt.from.Transport {
			t.Errorf("%s from %v: to %+v, want %s", tt.via, tt.from, to, tt.want)
		}
		if src, _ := w.Source(h); src != tt.from {
			t.Errorf("source %+v, want %+v", src, tt.from)
		}
	}
}

// A CANCEL is sent only behind a provisional response (RFC 3261, 9.1), has its
// own transaction, and ends the wait for the INVITE after 64*T1.
func TestCancelClient(t *testing.T) {
	w := newWorld(t, testTimes)
	h := w.request(req("INVITE"), udpPeer)
	if err := w.Cancel(h, w.at); err != nil || w.take() != "INVITE" {
		t.Fatalf("Cancel: %v", err)
	}
	if ev := w.receive(resp(100, "INVITE"), udpPeer); ev.Kind != Response || w.take() != "CANCEL" {
		t.Fatalf("behind a 100 there is %+v and no CANCEL", ev)
	}
	cancel := string(w.raw[len(w.raw)-1])
	if !strings.Contains(cancel, "CSeq: 1 CANCEL\r\n") || !strings.Contains(cancel, "branch=z9hG4bK1\r\n") {
		t.Errorf("the CANCEL is\n%s", cancel)
	}
	if w.Cancel(h, w.at) != nil || w.take() != "" {
		t.Error("a second CANCEL")
	}
	if w.run(100 * ms); w.take() != "CANCEL" {
		t.Error("the CANCEL is not repeated")
	}
	if ev := w.receive(resp(200, "CANCEL"), udpPeer); ev.Kind != None {
		t.Errorf("its response goes up: %+v", ev)
	}
	events := w.run(t64)
	if len(events) != 1 || events[0].Timer != TimerCancel || events[0].Tx != h || w.State(h) != Terminated {
		t.Errorf("an INVITE that stays unanswered: %+v", events)
	}
	// With a final response first there is nothing to cancel.
	w = newWorld(t, testTimes)
	h = w.request(req("INVITE"), udpPeer)
	w.Cancel(h, w.at)
	w.receive(resp(200, "INVITE"), udpPeer)
	if got := w.take(); got != "INVITE" {
		t.Errorf("sent %q", got)
	}
	if err := w.Cancel(h, w.at); err != sipwire.ErrState {
		t.Errorf("Cancel of an accepted INVITE: %v", err)
	}
	if o := w.request(strings.Replace(req("OPTIONS"), "bK1", "bK9", 1), udpPeer); w.Cancel(o, w.at) != sipwire.ErrState {
		t.Error("OPTIONS was cancelled")
	}
}

// The responses to a CANCEL and to its INVITE have one To tag (9.2), also when
// the caller makes its own. The caller may answer itself.
func TestCancelServer(t *testing.T) {
	w := newWorld(t, Config{})
	h := w.receive(req("INVITE"), udpPeer).Tx
	if err := w.Respond(h, []byte(resp(180, "INVITE")), w.at); err != nil {
		t.Fatal(err)
	}
	ev := w.receive(req("CANCEL"), udpPeer)
	if ev.Kind != Cancelled || ev.Tx != h || w.take() != "180 200 487" {
		t.Fatalf("%+v", ev)
	}
	for _, b := range w.raw[1:] {
		if !strings.Contains(string(b), "To: <sip:bob@example.com>;tag=b1\r\n") {
			t.Errorf("another To tag in\n%s", b)
		}
	}
	if ev := w.receive(req("CANCEL"), udpPeer); ev.Kind != None || w.take() != "200" {
		t.Errorf("the repeat of a CANCEL: %+v", ev)
	}

	w = newWorld(t, Config{Keep487: true})
	h = w.receive(req("INVITE"), udpPeer).Tx
	if ev := w.receive(req("CANCEL"), udpPeer); ev.Kind != Cancelled || w.take() != "200" || w.State(h) != Proceeding {
		t.Errorf("with Keep487: %+v", ev)
	}
	// One that cancels nothing is for the caller.
	w = newWorld(t, Config{})
	ev = w.receive(req("CANCEL"), udpPeer)
	if ev.Kind != Request || ev.Method != header.MethodCANCEL || w.reply(ev.Tx, 481) != nil || w.take() != "481" {
		t.Errorf("a CANCEL of nothing: %+v", ev)
	}
}

// The same request by another way is merged (8.2.2.2); within a dialog it is
// not, nor is the next one.
func TestMerged(t *testing.T) {
	w := newWorld(t, Config{})
	other := func(s string) string { return strings.Replace(s, "z9hG4bK1", "z9hG4bK2", 1) }
	w.receive(req("INVITE"), udpPeer)
	if ev := w.receive(other(req("INVITE")), udpPeer); ev.Kind != Request || !ev.Merged || w.reply(ev.Tx, 482) != nil {
		t.Errorf("%+v", ev)
	}
	next := strings.Replace(other(req("INVITE")), "CSeq: 1", "CSeq: 2", 1)
	if ev := w.receive(strings.Replace(next, "bK2", "bK3", 1), udpPeer); ev.Kind != Request || ev.Merged {
		t.Errorf("the next request: %+v", ev)
	}
	w.receive(req("INFO", "To: <sip:bob@example.com>;tag=b1"), udpPeer)
	if ev := w.receive(other(req("INFO", "To: <sip:bob@example.com>;tag=b1")), udpPeer); ev.Kind != Request || ev.Merged {
		t.Errorf("a request within a dialog: %+v", ev)
	}
	if w.Stats().Merged != 1 {
		t.Errorf("%+v", w.Stats())
	}
}

// Peers of RFC 2543 have no magic cookie: 17.2.3.
func TestOldPeer(t *testing.T) {
	old := func(s string) string { return strings.Replace(s, "z9hG4bK1", "1", 1) }
	w := newWorld(t, testTimes)
	h := w.receive(old(req("INVITE")), udpPeer).Tx
	if ev := w.receive(old(req("INVITE")), udpPeer); ev.Kind != None {
		t.Fatalf("the repeat: %+v", ev)
	}
	w.Respond(h, []byte(old(resp(486, "INVITE"))), w.at)
	if ev := w.receive(old(req("ACK", "To: <sip:bob@example.com>;tag=other")), udpPeer); ev.Kind != Ack || w.State(h) != Completed {
		t.Errorf("the ACK for another response: %+v, %v", ev, w.State(h))
	}
	if ev := w.receive(old(req("ACK", "To: <sip:bob@example.com>;tag=b1")), udpPeer); ev.Kind != None || w.State(h) != Confirmed {
		t.Errorf("the ACK: %+v, %v", ev, w.State(h))
	}
}

// What is beyond the limits is refused, by the policy, and leaves nothing.
func TestLimits(t *testing.T) {
	for _, c := range []Config{{MaxTransactions: 3}, {MaxSource: 3}, {MaxBytes: 1}, {MaxTransactions: 3, Refuse: Silent}} {
		w := newWorld(t, c)
		refused := 0
		for i := range 400 {
			s := strings.NewReplacer("z9hG4bK1", fmt.Sprint("z9hG4bKx", i), "Call-ID: c1", fmt.Sprint("Call-ID: ", i)).Replace(req("OPTIONS"))
			if ev := w.receive(s, udpPeer); ev.Kind == Refused && ev.Code == sipwire.ErrLimit {
				refused++
			} else if ev.Kind != Request {
				t.Fatalf("%+v", ev)
			}
		}
		got := w.take()
		if refused == 0 || c.MaxBytes == 0 && refused != 397 || w.Stats().Refused != uint64(refused) {
			t.Errorf("%+v: %d refused", c, refused)
		}
		if c.Refuse == Silent && got != "" || c.Refuse == Busy && got != repeat("503", refused) {
			t.Errorf("%+v: sent %q", c, got)
		}
		if c.Refuse == Busy && !strings.Contains(string(w.raw[0]), "Retry-After: 5\r\n") {
			t.Errorf("the 503 is\n%s", w.raw[0])
		}
		if _, err := w.Request([]byte(req("INFO")), udpPeer, 0, w.at); (err == sipwire.ErrLimit) != (c.MaxSource == 0) {
			t.Errorf("%+v: a request: %v", c, err)
		}
		w.run(time.Hour)
		if w.Stats().Transactions != 0 || w.bySource.Len() != 0 {
			t.Errorf("%+v: %+v are left", c, w.Stats())
		}
	}
	// One source does not take the place of others.
	w := newWorld(t, Config{MaxSource: 1})
	w.receive(req("OPTIONS"), udpPeer)
	far := Addr{IP: netip.MustParseAddrPort("198.51.100.1:5060"), Transport: header.TransportUDP}
	if ev := w.receive(strings.Replace(req("OPTIONS"), "bK1", "bK2", 1), far); ev.Kind != Request {
		t.Errorf("another source: %+v", ev)
	}
}

// What belongs to nothing changes nothing.
func TestStray(t *testing.T) {
	w := newWorld(t, Config{})
	for _, tt := range []struct {
		s    string
		want Event
	}{
		{resp(200, "INVITE"), Event{Kind: Stray, Status: 200, Method: header.MethodINVITE}},
		{resp(180, "OPTIONS"), Event{Kind: Stray, Status: 180, Method: header.MethodOPTIONS}},
		{req("ACK"), Event{Kind: Ack, Method: header.MethodACK}},
		{"INVITE\r\n\r\n", Event{Kind: Malformed, Code: sipwire.ErrStartLine}},
		{strings.Replace(req("OPTIONS"), "1 OPTIONS", "1 INFO", 1), Event{Kind: Malformed, Code: sipwire.ErrMethod, Method: header.MethodOPTIONS}},
		{strings.Replace(req("OPTIONS"), "Via: SIP/2.0/UDP", "Vi: ", 1), Event{Kind: Malformed, Code: sipwire.ErrMissing, Method: header.MethodOPTIONS}},
		{strings.Replace(req("OPTIONS"), "From: <", "From: \"<", 1), Event{Kind: Malformed, Code: sipwire.ErrQuote, Method: header.MethodOPTIONS}},
	} {
		got := w.receive(tt.s, udpPeer)
		if got.Kind == Malformed && tt.want.Kind == Malformed {
			tt.want.Code = got.Code // which code is codec's to say
			if got.Code == 0 {
				t.Errorf("%q: no code", tt.s)
			}
		}
		if got != tt.want {
			t.Errorf("%q: %+v, want %+v", tt.s, got, tt.want)
		}
	}
	if s := w.Stats(); s.Transactions != 0 || s.Malformed != 4 || s.StrayResponses != 2 || s.StrayACKs != 1 || w.take() != "" {
		t.Errorf("%+v", s)
	}
}

// TestUnanswerable: a request that no response can be made of has no transaction,
// which nothing would end.
func TestUnanswerable(t *testing.T) {
	const cookie = "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1"
	inDialog := func(method string) string { return req(method, "To: <sip:bob@example.com>;tag=b1") }
	for _, without := range []bool{false, true} {
		for _, s := range []string{req("INVITE"), inDialog("INVITE"), req("OPTIONS"), inDialog("BYE"), req("CANCEL")} {
			for _, c := range []struct {
				old, new string
				kind     Kind
				code     sipwire.Code
			}{
				{"From:", "X:", Malformed, sipwire.ErrMissing},
				{"To:", "X:", Malformed, sipwire.ErrMissing},
				{"Call-ID:", "X:", Malformed, sipwire.ErrMissing},
				{"Call-ID: c1", "Call-ID: ", Malformed, sipwire.ErrEmpty},
				{"From: <", "From: \"<", Malformed, sipwire.ErrQuote},
				{"To: <", "To: \"<", Malformed, sipwire.ErrQuote},
				{cookie, cookie + ";=", Malformed, sipwire.ErrParam},
				{"Call-ID: c1", "Call-ID: c 1", Request, 0}, // it can be compared
			} {
				w := newWorld(t, Config{NoMerge: without})
				ev := w.receive(strings.Replace(s, c.old, c.new, 1), udpPeer)
				if ev.Kind != c.kind || ev.Code != c.code || (w.Stats().Transactions == 1) != (c.kind == Request) {
					t.Errorf("NoMerge %t, %q for %q in %.8q: %+v, %+v", without, c.new, c.old, s, ev, w.Stats())
				}
				if c.kind == Request && w.reply(ev.Tx, 400) != nil {
					t.Errorf("%q for %q in %.8q cannot be answered", c.new, c.old, s)
				}
			}
		}
		w := newWorld(t, Config{NoMerge: without})
		w.receive(req("INVITE"), udpPeer)
		ack := strings.NewReplacer("From:", "X:", "To:", "X:", "Call-ID:", "X:").Replace(req("ACK"))
		if ev := w.receive(ack, udpPeer); ev.Kind != None || w.Stats().Late != 1 {
			t.Errorf("an ACK is known by its branch: %+v", ev)
		}
		if ev := w.receive(strings.Replace(req("CANCEL"), "To:", "X:", 1), udpPeer); ev.Kind != Malformed || w.take() != "" {
			t.Errorf("a CANCEL without To cancels: %+v", ev)
		}
	}
}

// A handle is stale when its transaction has ended, and stays so.
func TestStale(t *testing.T) {
	w := newWorld(t, Config{Ends: true})
	h := w.receive(req("OPTIONS"), tcpPeer).Tx
	w.SetUser(h, 5)
	w.reply(h, 200)
	events := w.run(0)
	if len(events) != 1 || events[0] != (Event{Kind: Ended, Tx: h, User: 5, Method: header.MethodOPTIONS}) {
		t.Errorf("%+v", events)
	}
	again := w.receive(req("OPTIONS"), tcpPeer).Tx // in the same place
	if again == h {
		t.Fatal("a handle twice")
	}
	for _, h := range []Handle{h, 0, 1 << 40} {
		if w.reply(h, 200) != sipwire.ErrStale || w.Respond(h, []byte(resp(200, "OPTIONS")), w.at) != sipwire.ErrStale ||
			w.Cancel(h, w.at) != sipwire.ErrStale || w.Repeat(h, w.at) != sipwire.ErrStale ||
			w.TransportError(h, w.at) != (Event{}) || w.State(h) != Terminated || w.RequestBytes(h) != nil || w.ResponseBytes(h) != nil {
			t.Errorf("the stale handle %x does something", h)
		}
	}
	// Ended comes behind a Timeout and a transport error too.
	c := w.request(strings.Replace(req("OPTIONS"), "bK1", "bK2", 1), udpPeer)
	if ev := w.TransportError(c, w.at); ev.Kind != TransportError {
		t.Errorf("%+v", ev)
	}
	if ev := w.receive(strings.Replace(resp(200, "OPTIONS"), "bK1", "bK2", 1), udpPeer); ev.Kind != None {
		t.Errorf("a response behind the end: %+v", ev)
	}
	if events = w.run(0); len(events) != 1 || events[0].Kind != Ended || events[0].Tx != c {
		t.Errorf("%+v", events)
	}
	w.request(strings.Replace(req("OPTIONS"), "bK1", "bK3", 1), udpPeer)
	if events = w.run(time.Hour); len(events) != 4 || events[2].Timer != TimerF || events[3].Kind != Ended {
		t.Errorf("%+v", events)
	}
}

// What Request refuses.
func TestRequestErrors(t *testing.T) {
	w := newWorld(t, Config{})
	w.request(req("OPTIONS"), udpPeer)
	for _, tt := range []struct {
		s    string
		want sipwire.Code
	}{
		{req("OPTIONS"), sipwire.ErrState}, // the same branch
		{req("ACK"), sipwire.ErrState},
		{resp(200, "OPTIONS"), sipwire.ErrState},
		{strings.Replace(req("INFO"), "z9hG4bK1", "x", 1), sipwire.ErrParam},
		{"INFO", sipwire.ErrIncomplete},
	} {
		if _, err := w.Request([]byte(tt.s), udpPeer, 0, w.at); err != tt.want {
			t.Errorf("%.20q: %v, want %v", tt.s, err, tt.want)
		}
	}
	h := w.receive(strings.Replace(req("OPTIONS"), "bK1", "bK2", 1), udpPeer).Tx
	for _, b := range []string{"", "SIP/2.0 2", "SIP/2.0 099 X", "SIP/2.0 700 X", "SIP/2.0 x00", req("INFO")} {
		if err := w.Respond(h, []byte(b), w.at); err != sipwire.ErrStatus {
			t.Errorf("Respond(%.20q): %v", b, err)
		}
	}
}

// Timer C asks, and goes on (RFC 3261, 16.6, step 11, and 16.7, step 2).
func TestTimerC(t *testing.T) {
	w := newWorld(t, Config{TimerC: 181 * time.Second})
	h := w.request(req("INVITE"), udpPeer)
	w.receive(resp(180, "INVITE"), udpPeer)
	w.run(180 * time.Second)
	w.receive(resp(183, "INVITE"), udpPeer)
	if ev := w.run(180 * time.Second); len(ev) != 0 {
		t.Fatalf("%+v", ev)
	}
	for range 2 {
		if ev := w.run(181 * time.Second); len(ev) != 1 || ev[0].Timer != TimerC || w.State(h) != Proceeding {
			t.Fatalf("%+v", ev)
		}
	}
}

// TestSent: a request, or what an ICMP error quotes of it, leads to the
// transaction that has sent it.
func TestSent(t *testing.T) {
	l := New(new(null), Config{})
	h, err := l.Request([]byte(req("OPTIONS")), udpPeer, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	parse := func(s string) *codec.Message {
		m := new(codec.Message)
		_ = m.Parse([]byte(s))
		return m
	}
	sent := func(s string) Handle { return l.Sent(parse(s)) }
	whole := req("OPTIONS")
	cut := whole[:strings.Index(whole, "Call-ID")] + "\r\n"
	for s, want := range map[string]Handle{whole: h, cut: h, req("MESSAGE"): 0, resp(200, "OPTIONS"): 0, "": 0, "OPTIONS sip:a SIP/2.0\r\n\r\n": 0} {
		if got := sent(s); got != want {
			t.Errorf("%d, want %d, for %q", got, want, s)
		}
	}
	if l.Receive(parse(whole), udpPeer, 0); sent(whole) != h {
		t.Error("a server transaction of the same request hides it")
	}
	if l.Forget(h); sent(whole) != 0 {
		t.Error("it has ended")
	}
}

// TestForget: what is forgotten has no event and sends nothing, and the same
// request is a new one.
func TestForget(t *testing.T) {
	for _, method := range []string{"INVITE", "OPTIONS"} {
		w := newWorld(t, Config{Ends: true, MaxSource: 1})
		h := w.receive(req(method), udpPeer).Tx
		if w.Forget(h); w.Stats().Transactions != 0 {
			t.Errorf("%s is not forgotten", method)
		}
		w.check()
		w.Forget(h) // a stale one
		if ev := w.receive(req(method), udpPeer); ev.Kind != Request || ev.Tx == h {
			t.Errorf("the same %s: %+v", method, ev)
		}
		w.Forget(w.receive(req(method), udpPeer).Tx) // a repeat has none
		if w.Stats().Transactions != 1 {
			t.Errorf("%s is not there", method)
		}
	}
	w := newWorld(t, Config{Ends: true})
	w.Forget(w.receive(req("OPTIONS"), udpPeer).Tx)
	if events := w.run(time.Minute); len(events) != 0 || w.take() != "" {
		t.Errorf("events %v", events)
	}
}

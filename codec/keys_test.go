package codec

import (
	"errors"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
)

const prackMsg = "PRACK sip:bob@biloxi.example.com SIP/2.0\r\nVia: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bK74b76\r\n" +
	"From: <sip:alice@atlanta.example.com>;tag=1\r\nTo: <sip:bob@biloxi.example.com>;tag=314159\r\nCall-ID: a84b4c76e66710\r\n" +
	"CSeq: 2 PRACK\r\nRAck: 776656 1 INVITE\r\nContent-Length: 0\r\n\r\n"

const reliableMsg = "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bK74b74\r\n" +
	"From: <sip:alice@atlanta.example.com>;tag=1\r\nTo: <sip:bob@biloxi.example.com>;tag=314159\r\nCall-ID: a84b4c76e66710\r\n" +
	"CSeq: 1 INVITE\r\nRequire: 100rel\r\nRSeq: 776656\r\nContent-Length: 0\r\n\r\n"

// request returns an in-dialog request with the given start line and headers
// that take the place of the usual ones.
func request(t testing.TB, start string, lines ...string) *Message {
	t.Helper()
	all := []string{start}
	for _, usual := range []string{
		"Via: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bK776asdhds",
		"From: Alice <sip:alice@atlanta.example.com>;tag=1928301774",
		"To: Bob <sip:bob@biloxi.example.com>",
		"Call-ID: a84b4c76e66710",
		"CSeq: 314159 " + start[:strings.IndexByte(start, ' ')],
	} {
		name := usual[:strings.IndexByte(usual, ':')+1]
		replaced := false
		for _, l := range lines {
			replaced = replaced || strings.HasPrefix(l, name)
		}
		if !replaced {
			all = append(all, usual)
		}
	}
	return parsed(t, append(all, lines...)...)
}

func transactionKey(t *testing.T, m *Message) string {
	t.Helper()
	b, err := m.AppendTransactionKey([]byte("x"))
	if err != nil || b[0] != 'x' {
		t.Fatalf("%q: %v", m.Bytes(), err)
	}
	return string(b[1:])
}

const (
	inviteBob = "INVITE sip:bob@biloxi.example.com SIP/2.0"
	ackBob    = "ACK sip:bob@biloxi.example.com SIP/2.0"
	cancelBob = "CANCEL sip:bob@biloxi.example.com SIP/2.0"
	byeBob    = "BYE sip:bob@biloxi.example.com SIP/2.0"
	oldVia    = "Via: SIP/2.0/UDP pc33.atlanta.example.com;branch=1"
	emptyVia  = "Via: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bK"
)

// TestTransactionKey has pairs of messages that are of one transaction, or
// not; hashes must agree with keys.
func TestTransactionKey(t *testing.T) {
	invite := request(t, inviteBob)
	old := request(t, inviteBob, oldVia)
	for _, c := range []struct {
		why  string
		a, b *Message
		same bool
	}{
		{"a retransmission", invite, request(t, inviteBob), true},
		{"an ACK for a 486", invite, request(t, ackBob, "CSeq: 314159 ACK", "To: <sip:bob@biloxi.example.com>;tag=1"), true},
		{"nothing behind the cookie (RFC 4475, 3.2.1)", request(t, inviteBob, emptyVia), request(t, inviteBob, emptyVia, "Call-ID: another"), false},
		{"nothing behind the cookie, a retransmission", request(t, inviteBob, emptyVia), request(t, inviteBob, emptyVia), true},
		{"a CANCEL has its own", invite, request(t, cancelBob), false},
		{"a response", invite, request(t, "SIP/2.0 180 Ringing", "CSeq: 314159   INVITE", "To: <sip:x@y>;tag=9"), true},
		{"its received and rport", invite, request(t, "SIP/2.0 200 OK", "CSeq: 314159 INVITE",
			"Via: SIP/2.0/UDP pc33.atlanta.example.com;received=192.0.2.1;rport=9;branch = z9hG4bK776asdhds"), true},
		{"the response to a CANCEL", invite, request(t, "SIP/2.0 200 OK", "CSeq: 314159 CANCEL"), false},
		{"a response to a CANCEL and it", request(t, cancelBob), request(t, "SIP/2.0 200 OK", "CSeq: 314159 CANCEL"), true},
		{"the case of the host", invite, request(t, inviteBob, "Via: SIP/2.0/UDP PC33.Atlanta.example.COM;branch=z9hG4bK776asdhds"), true},
		{"the default port", invite, request(t, inviteBob, "Via: SIP/2.0/UDP pc33.atlanta.example.com:5060;branch=z9hG4bK776asdhds"), true},
		{"another port", invite, request(t, inviteBob, "Via: SIP/2.0/UDP pc33.atlanta.example.com:5061;branch=z9hG4bK776asdhds"), false},
		{"another host", invite, request(t, inviteBob, "Via: SIP/2.0/UDP pc34.atlanta.example.com;branch=z9hG4bK776asdhds"), false},
		{"the case of the branch", invite, request(t, inviteBob, "Via: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bK776ASDHDS"), false},
		{"a spiral", invite, request(t, "INVITE sip:carol@chicago.example.com SIP/2.0"), true},
		{"a list of Vias", invite, request(t, inviteBob,
			"Via: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bK776asdhds, SIP/2.0/UDP b"), true},
		{"other methods", request(t, "FOO sip:a SIP/2.0"), request(t, "FOX sip:a SIP/2.0"), false},
		{"old: a retransmission", old, request(t, inviteBob, oldVia), true},
		{"old: an ACK", old, request(t, ackBob, oldVia, "To: <sip:bob@biloxi.example.com>;tag=1"), true},
		{"old: another CSeq", old, request(t, inviteBob, oldVia, "CSeq: 2 INVITE"), false},
		{"old: another Request-URI", old, request(t, "INVITE sip:x SIP/2.0", oldVia), false},
		{"old: another Call-ID", old, request(t, inviteBob, oldVia, "Call-ID: A84b4c76e66710"), false},
		{"old: another From tag", old, request(t, inviteBob, oldVia, "From: <sip:a>;tag=2"), false},
		{"old: another Via", old, request(t, inviteBob, "Via: SIP/2.0/UDP pc33.atlanta.example.com"), false},
		{"old: a To tag counts in others", request(t, byeBob, oldVia), request(t, byeBob, oldVia, "To: <sip:b>;tag=1"), false},
		{"old: a CANCEL has its own", old, request(t, cancelBob, oldVia), false},
		{"old and new", old, invite, false},
	} {
		ka, kb := transactionKey(t, c.a), transactionKey(t, c.b)
		if ka == kb != c.same {
			t.Errorf("%s: %v, want %v", c.why, ka == kb, c.same)
		}
		ha, err1 := c.a.TransactionHash(7)
		hb, err2 := c.b.TransactionHash(7)
		if err1 != nil || err2 != nil || ha == hb != c.same {
			t.Errorf("%s: hashes %x %x, %v %v", c.why, ha, hb, err1, err2)
		}
		if other, _ := c.a.TransactionHash(8); other == ha {
			t.Errorf("%s: the seed does not count", c.why)
		}
	}
	for _, via := range []string{"Via: SIP/2.0/UDP a;branch=z9hG4bK1", oldVia} {
		cancel, err := request(t, cancelBob, via).AppendCanceledKey(nil)
		if err != nil || string(cancel) != transactionKey(t, request(t, inviteBob, via)) {
			t.Errorf("%s: a CANCEL does not find its INVITE: %v", via, err)
		}
		h1, _ := request(t, cancelBob, via).CanceledHash(1)
		if h2, _ := request(t, inviteBob, via).TransactionHash(1); h1 != h2 {
			t.Errorf("%s: a CANCEL does not find its INVITE by hash", via)
		}
	}
}

func TestKeyErrors(t *testing.T) {
	for _, c := range []struct {
		m    *Message
		code sipwire.Code
		rest string
	}{
		{request(t, inviteBob, "Via: SIP/2.0/UDP"), sipwire.ErrProtocol, "\r\n\r\n"},
		{request(t, "SIP/2.0 200 OK", "CSeq: 1 INVITE", "Via: SIP/2.0/UDP a"), sipwire.ErrMissing, "SIP/2.0/UDP a"},
		{request(t, "SIP/2.0 200 OK", "CSeq: INVITE"), sipwire.ErrNumber, "INVITE"},
		{request(t, inviteBob, oldVia, "From: <"), sipwire.ErrAngle, "<\r\n"},
		{request(t, inviteBob, oldVia, "To: <"), sipwire.ErrAngle, "<\r\n"},
		{request(t, inviteBob, oldVia, "CSeq: x"), sipwire.ErrNumber, "x\r\n"},
		{parsed(t, reqLine, oldVia, "From: <sip:a>", "To: <sip:a>", "CSeq: 1 OPTIONS"), sipwire.ErrMissing, ""},
	} {
		dst := []byte("kept")
		got, err := c.m.AppendTransactionKey(dst)
		if string(got) != "kept" {
			t.Errorf("dst is %q", got)
		}
		at(t, c.m, err, c.code, c.rest)
	}
	if _, err := new(Message).TransactionHash(0); !errors.Is(err, sipwire.ErrNotParsed) {
		t.Errorf("hash of nothing: %v", err)
	}
	m := parsed(t, reqLine, "From: <sip:a>", "To: <sip:b>")
	_, err := m.AppendDialogID(nil, UAC)
	at(t, m, err, sipwire.ErrMissing, "")
	if _, err := m.DialogHash(0, Either); !errors.Is(err, sipwire.ErrMissing) {
		t.Errorf("a dialog without Call-ID: %v", err)
	}
}

func dialogID(t *testing.T, m *Message, side Side) string {
	t.Helper()
	b, err := m.AppendDialogID(nil, side)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestDialogID follows a dialog through requests of both sides.
func TestDialogID(t *testing.T) {
	toTag := "To: Bob <sip:bob@biloxi.example.com>;tag = a6c85cf"
	ok := request(t, "SIP/2.0 200 OK", "CSeq: 1 INVITE", toTag)
	back := request(t, "BYE sip:alice@pc33.atlanta.example.com SIP/2.0",
		"From: Bob <sip:bob@biloxi.example.com>;tag=a6c85cf", "To: Alice <sip:alice@atlanta.example.com>;tag=1928301774")
	alice := dialogID(t, ok, UAC)
	bob := dialogID(t, ok, UAS)
	if alice == bob {
		t.Error("both sides have one ID")
	}
	if dialogID(t, back, UAS) != alice || dialogID(t, back, UAC) != bob {
		t.Error("the ID changes with the direction of the request")
	}
	if dialogID(t, back, Either) != dialogID(t, ok, Either) {
		t.Error("the ID between the sides changes with the direction")
	}
	h1, _ := ok.DialogHash(3, Either)
	h2, _ := back.DialogHash(3, Either)
	h3, _ := back.DialogHash(3, UAS)
	h4, _ := ok.DialogHash(3, UAC)
	if h1 != h2 || h3 != h4 {
		t.Error("hashes do not follow the IDs")
	}
	for _, other := range []*Message{
		request(t, "SIP/2.0 200 OK", "CSeq: 1 INVITE", "To: Bob <sip:bob@biloxi.example.com>;tag=A6c85cf"),
		request(t, "SIP/2.0 200 OK", "CSeq: 1 INVITE", toTag, "Call-ID: b"),
		request(t, "SIP/2.0 200 OK", "CSeq: 1 INVITE"),
	} {
		if dialogID(t, other, UAC) == alice {
			t.Errorf("%q is of another dialog", other.Bytes())
		}
	}
	// Lengths keep "ab"+"c" apart from "a"+"bc".
	x := request(t, byeBob, "From: <sip:a>;tag=ab", "To: <sip:b>;tag=c")
	y := request(t, byeBob, "From: <sip:a>;tag=a", "To: <sip:b>;tag=bc")
	if dialogID(t, x, UAC) == dialogID(t, y, UAC) {
		t.Error("tags run into each other")
	}
	for _, c := range []struct {
		m    *Message
		want bool
	}{
		{request(t, inviteBob), false}, {request(t, inviteBob, toTag), true}, {request(t, inviteBob, "To: <sip:b;tag=1>"), false},
		{request(t, inviteBob, "To: <sip:b>;tag="), false}, {request(t, byeBob, toTag), false}, {ok, false},
	} {
		if c.m.IsReinvite() != c.want {
			t.Errorf("%q: re-INVITE %v", c.m.Bytes(), !c.want)
		}
	}
}

// TestKeyWriter has parts that run into each other unless their lengths count.
func TestKeyWriter(t *testing.T) {
	for _, c := range [][2][2]string{
		{{"ab", "c"}, {"a", "bc"}},
		{{"a", "\x00\x00\x00\x00"}, {"a\x00\x00\x00\x00", ""}},
		{{"a", ""}, {"a\x00", ""}},
		{{"12345678", ""}, {"", "12345678"}},
	} {
		var keys [2]string
		var hashes [2]uint64
		for i, parts := range c {
			k, h := keyWriter{}, keyWriter{hashing: true}
			for _, p := range parts {
				k.part([]byte(p))
				h.part([]byte(p))
			}
			keys[i], hashes[i] = string(k.dst), h.sum()
		}
		if keys[0] == keys[1] || hashes[0] == hashes[1] {
			t.Errorf("%q and %q are one", c[0], c[1])
		}
	}
}

func TestLoopHash(t *testing.T) {
	base := request(t, inviteBob).LoopHash(1)
	for _, same := range []*Message{
		request(t, inviteBob, "Via: SIP/2.0/UDP other;branch=z9hG4bK9", "Max-Forwards: 3"),
		request(t, ackBob, "CSeq: 314159 ACK"),
		request(t, inviteBob, "CSeq: 314159\t INVITE"),
	} {
		if same.LoopHash(1) != base {
			t.Errorf("%q is no loop", same.Bytes())
		}
	}
	for _, other := range []*Message{
		request(t, "INVITE sip:carol@chicago.example.com SIP/2.0"), request(t, inviteBob, "To: <sip:b>;tag=1"),
		request(t, inviteBob, "From: <sip:b>;tag=1"), request(t, inviteBob, "Call-ID: 1"), request(t, inviteBob, "CSeq: 1 INVITE"),
		request(t, inviteBob, "Route: <sip:a;lr>"), request(t, inviteBob, "Proxy-Require: a"),
		request(t, inviteBob, "Proxy-Authorization: Digest a=b"), request(t, inviteBob, "Proxy-Require: <sip:a;lr>"),
		request(t, inviteBob, "CSeq: x"), request(t, inviteBob, "From: <"),
	} {
		if other.LoopHash(1) == base {
			t.Errorf("%q is no spiral", other.Bytes())
		}
	}
	if request(t, inviteBob, "Proxy-Require: <sip:a;lr>").LoopHash(1) == request(t, inviteBob, "Route: <sip:a;lr>").LoopHash(1) {
		t.Error("a Route is as good as a Proxy-Require")
	}
}

func TestIsSentBy(t *testing.T) {
	for _, c := range []struct {
		via, host string
		port      uint16
		want      bool
	}{
		{"SIP/2.0/UDP Proxy.example.COM", "proxy.example.com", 0, true},
		{"SIP/2.0/UDP proxy.example.com", "proxy.example.com", 5060, true},
		{"SIP/2.0/TLS proxy.example.com", "proxy.example.com", 5061, true},
		{"SIP/2.0/TLS proxy.example.com", "proxy.example.com", 5060, false},
		{"SIP/2.0/UDP proxy.example.com : 5070", "proxy.example.com", 5070, true},
		{"SIP/2.0/UDP proxy.example.com:5070", "proxy.example.com", 0, false},
		{"SIP/2.0/UDP proxy.example.com", "proxy.example.org", 0, false},
		{"SIP/2.0/UDP [2001:db8::1]", "2001:DB8:0:0:0:0:0:1", 0, true},
		{"SIP/2.0/UDP [2001:db8::1]", "[2001:db8::1]", 0, true},
		{"SIP/2.0/UDP [2001:db8::1]", "[2001:db8::2]", 0, false},
		{"SIP/2.0/UDP [2001:db8::1]", strings.Repeat("0", 99), 0, false},
		{"SIP/2.0/UDP", "", 0, false},
	} {
		if got := request(t, "SIP/2.0 200 OK", "Via: "+c.via).IsSentBy(c.host, c.port); got != c.want {
			t.Errorf("%s by %s %d: %v", c.via, c.host, c.port, got)
		}
	}
}

func TestPRACK(t *testing.T) {
	fresh := func(s, old, new string) *Message {
		if !strings.Contains(s, old) {
			t.Fatalf("%q is not there", old)
		}
		m := whole(t, strings.Replace(s, old, new, 1))
		return m
	}
	prack, ringing := whole(t, prackMsg), whole(t, reliableMsg)
	if !prack.Acknowledges(ringing) {
		t.Error("the PRACK of RFC 3262 matches nothing")
	}
	if b, err := ringing.AppendRAck([]byte("RAck: ")); err != nil || string(b) != "RAck: 776656 1 INVITE" {
		t.Errorf("%q %v", b, err)
	}
	for _, c := range [][2]string{
		{"RAck: 776656 1 INVITE", "RAck: 776657 1 INVITE"}, {"RAck: 776656 1 INVITE", "RAck: 776656 2 INVITE"},
		{"RAck: 776656 1 INVITE", "RAck: 776656 1 invite"}, {"RAck: 776656 1 INVITE", "RAck: 776656 INVITE"},
		{"PRACK sip", "INFO sip"}, {"tag=1\r", "tag=2\r"}, {"tag=314159", "tag=31415"}, {"Call-ID: a", "Call-ID: A"}, {"RAck", "X"},
	} {
		if fresh(prackMsg, c[0], c[1]).Acknowledges(ringing) {
			t.Errorf("matches with %s", c[1])
		}
	}
	for _, c := range [][2]string{{"100rel", "timer"}, {"RSeq", "X"}, {"180", "200"}, {"180", "100"}, {"RSeq: 7", "RSeq: x7"}} {
		m := fresh(reliableMsg, c[0], c[1])
		if prack.Acknowledges(m) {
			t.Errorf("matches a response with %s", c[1])
		}
		if c[1] == "RSeq: x7" {
			_, err := m.AppendRAck(nil)
			at(t, m, err, sipwire.ErrNumber, "x7")
		}
	}
	if !fresh(prackMsg, "RAck: 776656 1 INVITE", "RAck: 776656 \t1   INVITE").Acknowledges(ringing) {
		t.Error("whitespace counts")
	}
	if !fresh(reliableMsg, "Require: 100rel", "Require: foo\r\nRequire: bar , 100REL").IsReliable() {
		t.Error("100rel in a list is not found")
	}
	_, err := whole(t, prackMsg).AppendRAck(nil)
	if !errors.Is(err, sipwire.ErrMissing) {
		t.Errorf("RAck for a message without RSeq: %v", err)
	}
}

// whole parses a whole message.
func whole(t *testing.T, s string) *Message {
	t.Helper()
	m := new(Message)
	if err := m.Parse([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return m
}

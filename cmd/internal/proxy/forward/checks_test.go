package forward

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// TestChecks has a request for every check of RFC 3261, 16.3.
func TestChecks(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     string // the status line, or the cause of a drop
		has      string
	}{
		{"no defect", request(inviteLine), "forwarded", ""},
		{"Via", request(inviteLine, "Via: SIP/2.0/UDP ;branch=z9hG4bKa"), "malformed", ""},
		{"From", request(inviteLine, "From: <sip:a"), "SIP/2.0 400 Bad From", ""},
		{"To", request(inviteLine, "To: <sip:a"), "SIP/2.0 400 Bad To", ""},
		{"no To", request(inviteLine, "To:"), "malformed", ""},
		{"CSeq", request(inviteLine, "CSeq: x INVITE"), "SIP/2.0 400 Bad CSeq", ""},
		{"CSeq method", request(inviteLine, "CSeq: 1 BYE"), "SIP/2.0 400 CSeq Method Differs", ""},
		{"Route", request(inviteLine, "Route: <sip:"), "SIP/2.0 400 Bad Route", ""},
		{"Max-Forwards", request(inviteLine, "Max-Forwards: x"), "SIP/2.0 400 Bad Max-Forwards", ""},
		{"what the proxy does not use", request(inviteLine, "Contact: <sip:", "Date: never"), "forwarded", ""},
		{"version", strings.Replace(request(inviteLine), " SIP/2.0\r\n", " SIP/3.0\r\n", 1), "SIP/2.0 505 Version Not Supported", ""},
		{"scheme", request("INVITE http://b.example/"), "SIP/2.0 416 Unsupported URI Scheme", ""},
		{"hops", request(inviteLine, "Max-Forwards: 0"), "SIP/2.0 483 Too Many Hops", ""},
		{"last hop", request(inviteLine, "Max-Forwards: 1"), "forwarded", ""},
		{"OPTIONS, no hop left", request("OPTIONS sip:b@b.example", "Max-Forwards: 0"), "SIP/2.0 200 OK", ""},
		{"OPTIONS for the proxy", request("OPTIONS sip:10.0.0.1"), "SIP/2.0 200 OK", ""},
		{"OPTIONS for another", request("OPTIONS sip:b@10.0.0.1"), "forwarded", ""},
		{"Request-URI", request("INVITE sip:b@[2001:db8::1"), "SIP/2.0 400 Bad Request-URI", ""},
		{"host of the Request-URI", request("INVITE sip:b@2001:db8::1"), "SIP/2.0 400 Bad Request-URI", ""},
		{"From twice", request(inviteLine, "f: <sip:a@a.example>;tag=1"), "SIP/2.0 400 More Than One From", ""},
		{"To twice", request(inviteLine, "t: <sip:c@b.example>"), "SIP/2.0 400 More Than One To", ""},
		{"Call-ID twice", request(inviteLine, "i: c2"), "SIP/2.0 400 More Than One Call-ID", ""},
		{"CSeq twice", request(inviteLine, "CSEQ: 2 INVITE"), "SIP/2.0 400 More Than One CSeq", ""},
		{"Max-Forwards twice", request(inviteLine, "max-forwards: 0"), "SIP/2.0 400 More Than One Max-Forwards", ""},
		{"twice what the proxy does not use", request(inviteLine, "Date: x", "date: y"), "forwarded", ""},
		{"a Route to this machine", request(inviteLine, "Route: <sip:0.0.0.0:5090;lr>"), "SIP/2.0 500 No Address For The Next Hop", ""},
		{"a Route to all of a network", request(inviteLine, "Route: <sip:255.255.255.255;lr>"), "SIP/2.0 500 No Address For The Next Hop", ""},
		{"a Route to a group", request(inviteLine, "Route: <sip:b.example;lr;maddr=224.0.1.75>"), "SIP/2.0 500 No Address For The Next Hop", ""},
		{"extension", request(inviteLine, "Proxy-Require: foo, bar"), "SIP/2.0 420 Bad Extension", "\r\nUnsupported: foo, bar\r\n"},
		{"no extension", request(inviteLine, "Proxy-Require:  ,"), "forwarded", ""},
		{"extension, CANCEL", request("CANCEL sip:b@b.example", "Proxy-Require: foo"), "forwarded", ""},
		{"ACK with a defect", request("ACK sip:b@b.example", "Max-Forwards: 0"), "bad-ack", ""},
		{"a name to look up", request(inviteLine, "Route: <sip:c.example;lr>"), "SIP/2.0 500 No Address For The Next Hop", ""},
		{"keep-alive", "\r\n\r\n", "absorbed", ""},
		{"noise", "\x01\x02\x03\x04\x05\x06", "malformed", ""},
		{"response of others", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x.example;branch=z9hG4bKq\r\n\r\n", "not-ours", ""},
		{"response that ends here", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKq\r\n\r\n", "no-via", ""},
		{"response to all of a network (RFC 4475, 3.3.10)", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKq,SIP/2.0/UDP 255.255.255.255\r\n\r\n", "unresolved", ""},
		{"response to all of a network, IPv6", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKq,SIP/2.0/UDP [::ffff:255.255.255.255]\r\n\r\n", "unresolved", ""},
		{"response to a group", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKq,SIP/2.0/UDP x;received=224.0.0.1\r\n\r\n", "unresolved", ""},
		{"response to this machine", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKq,SIP/2.0/UDP 0.0.0.0\r\n\r\n", "unresolved", ""},
		{"response to a name", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKq,SIP/2.0/UDP x.example\r\n\r\n", "unresolved", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := testForwarder(t, nil).Datagram(nil, []byte(c.in), udpSide)
			got := r.Cause.String()
			switch r.Kind {
			case Forwarded:
				got = "forwarded"
			case Absorbed:
				got = "absorbed"
			case Answered:
				got, _, _ = strings.Cut(string(r.Data), "\r\n")
				if r.To.Addr != client || !strings.Contains(got, " "+string(rune('0'+r.Status/100))) {
					t.Errorf("to %v, status %d", r.To.Addr, r.Status)
				}
			}
			if got != c.want || !bytes.Contains(r.Data, []byte(c.has)) {
				t.Errorf("got %q, want %q, in %q", got, c.want, r.Data)
			}
		})
	}
}

// TestBranch holds the branch to RFC 3261, 16.11: a copy, the CANCEL and the
// ACK of an INVITE have its branch and its target, and another INVITE has not.
func TestBranch(t *testing.T) {
	branch := func(in string) string {
		r := testForwarder(t, nil).Datagram(nil, []byte(in), udpSide)
		if r.Kind != Forwarded {
			t.Fatalf("kind %d, %v, %s", r.Kind, r.Cause, r.Data)
		}
		return branchOf(t, r.Data)
	}
	want := branch(request(inviteLine))
	for name, in := range map[string]string{
		"copy":   request(inviteLine),
		"CANCEL": request("CANCEL sip:b@b.example"),
		"ACK":    request("ACK sip:b@b.example", "To: <sip:b@b.example>;tag=2"),
	} {
		if got := branch(in); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if branch(request(inviteLine, "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKb")) == want {
		t.Error("another transaction has the same branch")
	}
	// A branch that is the cookie alone identifies nothing (RFC 4475, 3.2.1).
	const empty = "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK"
	if one := branch(request(inviteLine, empty)); one == branch(request(inviteLine, empty, "Call-ID: c2")) || one != branch(request(inviteLine, empty)) {
		t.Error("two requests without a transaction identifier have the same branch, or a copy another one")
	}
}

// TestLoop sends a request that comes back as it left, and one that came back
// changed (RFC 3261, 16.3, step 4).
func TestLoop(t *testing.T) {
	f := testForwarder(t, nil)
	first := f.Datagram(nil, []byte(request(inviteLine)), udpSide)
	again := f.Datagram(nil, first.Data, udpSide)
	if again.Status != 482 {
		t.Errorf("a loop: kind %d, %s", again.Kind, again.Data)
	}
	changed := bytes.Replace(first.Data, []byte(inviteLine), []byte("INVITE sip:c@b.example"), 1)
	if r := f.Datagram(nil, changed, udpSide); r.Kind != Forwarded {
		t.Errorf("a spiral: kind %d, %s", r.Kind, r.Data)
	}
	first = f.Datagram(nil, []byte(request(inviteLine)), udpSide)
	for _, part := range [][2]string{
		{"Max-Forwards", "Route: <sip:192.0.2.77;lr>\r\nMax-Forwards"}, {"Call-ID: ", "Call-ID: x"}, {"CSeq: ", "CSeq: 7"}, {";tag=", ";tag=x"},
	} {
		other := bytes.Replace(first.Data, []byte(part[0]), []byte(part[1]), 1)
		if bytes.Equal(other, first.Data) {
			t.Fatalf("no %s in %s", part[0], other)
		}
		if r := f.Datagram(nil, other, udpSide); r.Kind != Forwarded {
			t.Errorf("with %s: kind %d, %s", part[1], r.Kind, r.Data)
		}
	}
}

// TestOwnACK: the ACK of an answer of the proxy ends here.
func TestOwnACK(t *testing.T) {
	f := testForwarder(t, nil)
	r := f.Datagram(nil, []byte(request(inviteLine, "Proxy-Require: x")), udpSide)
	m := new(codec.Message)
	if err := m.Parse(r.Data); err != nil {
		t.Fatal(err)
	}
	to := "To: " + string(m.Value(header.IDTo))
	if r := f.Datagram(nil, []byte(request("ACK sip:b@b.example", to)), udpSide); r.Kind != Absorbed {
		t.Errorf("kind %d, %s", r.Kind, r.Data)
	}
}

// TestResponse sends responses back by their Via values.
func TestResponse(t *testing.T) {
	const top = "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx\r\n"
	for _, c := range []struct {
		via  string
		want Peer
	}{
		{"SIP/2.0/UDP 192.0.2.1", Peer{Transport: header.TransportUDP, Addr: client}},
		{"SIP/2.0/UDP h.example:5099;received=192.0.2.1", Peer{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("192.0.2.1:5099")}},
		{"SIP/2.0/UDP h.example;received=192.0.2.1;rport=5099", Peer{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("192.0.2.1:5099")}},
		{"SIP/2.0/TCP h.example;received=192.0.2.1;rport=5099", Peer{Transport: header.TransportTCP, Addr: client, Flow: netip.MustParseAddrPort("192.0.2.1:5099")}},
	} {
		in := "SIP/2.0 180 Ringing\r\n" + top + "Via: " + c.via + ";branch=z9hG4bKa\r\nContent-Length: 0\r\n\r\n"
		r := testForwarder(t, nil).Datagram(nil, []byte(in), udpSide)
		if r.Kind != Forwarded || r.To != c.want || string(r.Data) != strings.Replace(in, top, "", 1) {
			t.Errorf("%s: kind %d, cause %v, to %+v\n%s", c.via, r.Kind, r.Cause, r.To, r.Data)
		}
	}
}

// TestAllocs lists what must not allocate.
func TestAllocs(t *testing.T) {
	f, buf := testForwarder(t, nil), make([]byte, 0, 4096)
	edge := edgeForwarder(t)
	token := string(edge.appendToken(nil, bobFlow))
	for name, in := range map[string]string{
		"REGISTER": request("REGISTER sip:b.example", `Contact: <sip:bob@192.168.0.2>;+sip.instance="<urn:uuid:1>";reg-id=1`),
		"incoming": request("INVITE sip:bob@192.168.0.2", "Route: <sip:"+token+"@10.0.0.1:5060;lr;ob>"),
		"outgoing": request(inviteLine, "Contact: <sip:bob@192.168.0.2;ob>"),
		"forged":   request("INVITE sip:bob@192.168.0.2", "Route: <sip:a"+token+"@10.0.0.1:5060;lr;ob>"),
	} {
		b := []byte(in)
		if n := testing.AllocsPerRun(100, func() { edge.Datagram(buf, b, udpSide) }); n != 0 {
			t.Errorf("outbound, %s: %v allocations", name, n)
		}
	}
	for name, in := range map[string]string{
		"request":    request(inviteLine),
		"routed":     request("BYE sip:b@192.0.2.7:5090", "Route: <sip:10.0.0.1;lr>"),
		"response":   "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx\r\nVia: SIP/2.0/UDP 192.0.2.1\r\nContent-Length: 0\r\n\r\n",
		"answer":     request(inviteLine, "Max-Forwards: 0"),
		"malformed":  request(inviteLine, "CSeq: x INVITE"),
		"extensions": request(inviteLine, "Proxy-Require: a, b"),
		"dropped":    "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x.example;branch=z9hG4bKq\r\n\r\n",
	} {
		b := []byte(in)
		if n := testing.AllocsPerRun(100, func() { f.Datagram(buf, b, udpSide) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func FuzzDatagram(f *testing.F) {
	f.Add([]byte(request(inviteLine)))
	f.Add([]byte(request("BYE sip:10.0.0.1;lr", "Route: <sip:10.0.0.1;lr>,<sip:10.0.0.1;lr>,<sip:b@192.0.2.7>")))
	p, edge := testForwarder(f, nil), edgeForwarder(f)
	token := string(edge.appendToken(nil, bobFlow))
	f.Add([]byte(request("REGISTER sip:b.example", `Contact: <sip:bob@192.168.0.2>;+sip.instance="<urn:uuid:1>";reg-id=1`)))
	f.Add([]byte(request("INVITE sip:bob@192.168.0.2", "Route: <sip:"+token+"@10.0.0.1:5060;lr;ob>, <sip:10.0.0.1;lr;rr>", "Contact: <sip:x@192.0.2.1;ob>")))
	f.Add([]byte(request("ACK sip:"+token+"@10.0.0.1;lr;rr", "Route: <sip:10.0.0.1;lr>,<sip:b@192.0.2.7>")))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, src := range []Source{udpSide, tcpSide} {
			for _, p := range []*Forwarder{p, edge} {
				r := p.Datagram(nil, b, src)
				if (r.Kind == Forwarded || r.Kind == Answered) != (len(r.Data) > 0) {
					t.Fatalf("kind %d with %d bytes", r.Kind, len(r.Data))
				}
				if r.Kind == Forwarded {
					branchOrNone(t, r.Data)
				}
			}
		}
	})
}

// branchOrNone parses what is forwarded.
func branchOrNone(t *testing.T, b []byte) {
	if err := new(codec.Message).Parse(b); err != nil {
		t.Fatalf("%v in %q", err, b)
	}
}

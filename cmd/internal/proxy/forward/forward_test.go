package forward

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// oneHop sends all to one target.
type oneHop Target

func (h oneHop) Route(*codec.Message, Source) (Target, bool) { return Target(h), h.Addr.IsValid() }

var (
	client  = netip.MustParseAddrPort("192.0.2.1:5060")
	nextHop = netip.MustParseAddrPort("192.0.2.9:5070")
	udpSide = Source{Local: 0, Addr: client}
	tcpSide = Source{Local: 1, Addr: client}
)

// testForwarder listens on UDP and TCP at 10.0.0.1:5060 and on TLS at 5061.
func testForwarder(t testing.TB, change func(*Config)) *Forwarder {
	t.Helper()
	c := Config{
		Locals: []Local{
			{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("10.0.0.1:5060")},
			{Transport: header.TransportTCP, Addr: netip.MustParseAddrPort("10.0.0.1:5060")},
			{Transport: header.TransportTLS, Addr: netip.MustParseAddrPort("10.0.0.1:5061"), Host: "p.example"},
		},
		Key:    compose.Key{1, 2, 3},
		Router: oneHop{Addr: nextHop},
	}
	if change != nil {
		change(&c)
	}
	f, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// request returns a request; a line of more that names a header field of it
// replaces that, and one with an empty value takes it away.
func request(line string, more ...string) string {
	method, _, _ := strings.Cut(line, " ")
	to := "To: <sip:b@b.example>"
	if method == "BYE" {
		to += ";tag=2"
	}
	lines := []string{
		"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa", "Max-Forwards: 70", "From: <sip:a@a.example>;tag=1",
		to, "Call-ID: c1", "CSeq: 1 " + method, "Content-Length: 0",
	}
	for _, m := range more {
		name, value, _ := strings.Cut(m, ":")
		found := false
		for i, l := range lines {
			if !found && strings.HasPrefix(l, name+":") {
				lines[i], found = m, true
				if value == "" {
					lines = append(lines[:i], lines[i+1:]...)
				}
				break
			}
		}
		if !found {
			lines = append(lines, m)
		}
	}
	return line + " SIP/2.0\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// branchOf returns the branch of the top Via of a message.
func branchOf(t testing.TB, b []byte) string {
	t.Helper()
	m := new(codec.Message)
	if err := m.Parse(b); err != nil {
		t.Fatalf("%v in %q", err, b)
	}
	via, err := m.TopVia()
	if err != nil {
		t.Fatal(err)
	}
	return string(via.Branch())
}

const inviteLine = "INVITE sip:b@b.example"

// TestForward goes through the steps of RFC 3261, 16.4 to 16.6, on bytes:
// every line that differs between what comes in and what goes out. B stands
// for the branch.
func TestForward(t *testing.T) {
	const own, ownTCP = "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=B", "Via: SIP/2.0/TCP 10.0.0.1:5060;branch=B"
	const record = "Record-Route: <sip:10.0.0.1:5060;lr;rr>"
	const recordTCP = "Record-Route: <sip:10.0.0.1:5060;transport=tcp;lr;rr>"
	less := []string{"-Max-Forwards: 70", "+Max-Forwards: 69"}
	for _, c := range []struct {
		name   string
		in     string
		src    Source
		change func(*Config)
		to     Peer
		diff   []string
	}{
		{"16.6 steps 2, 3, 4, 8", request(inviteLine), udpSide, nil, Peer{Transport: header.TransportUDP, Addr: nextHop},
			append([]string{"+" + own, "+" + record}, less...)},
		{"no Record-Route outside dialogs", request("MESSAGE sip:b@b.example"), udpSide, nil, Peer{Transport: header.TransportUDP, Addr: nextHop},
			append([]string{"+" + own}, less...)},
		{"no Record-Route wanted", request(inviteLine), udpSide, func(c *Config) { c.NoRecordRoute = true }, Peer{Transport: header.TransportUDP, Addr: nextHop},
			append([]string{"+" + own}, less...)},
		{"Max-Forwards added", request("MESSAGE sip:b@b.example", "Max-Forwards:"), udpSide, nil, Peer{Transport: header.TransportUDP, Addr: nextHop},
			[]string{"+" + own, "+Max-Forwards: 70"}},
		{"received", request("MESSAGE sip:b@b.example", "Via: SIP/2.0/UDP h.example;branch=z9hG4bKa"), udpSide, nil, Peer{Transport: header.TransportUDP, Addr: nextHop},
			append([]string{"+" + own, "-Via: SIP/2.0/UDP h.example;branch=z9hG4bKa", "+Via: SIP/2.0/UDP h.example;branch=z9hG4bKa;received=192.0.2.1"}, less...)},
		{"rport", request("MESSAGE sip:b@b.example", "Via: SIP/2.0/UDP h.example;rport;branch=z9hG4bKa"), udpSide, nil, Peer{Transport: header.TransportUDP, Addr: nextHop},
			append([]string{"+" + own, "-Via: SIP/2.0/UDP h.example;rport;branch=z9hG4bKa", "+Via: SIP/2.0/UDP h.example;rport=5060;branch=z9hG4bKa;received=192.0.2.1"}, less...)},
		{"16.4: Route of the proxy, then the Request-URI", request("BYE sip:b@192.0.2.7:5090", "Route: <sip:10.0.0.1;lr>"), udpSide, nil,
			Peer{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("192.0.2.7:5090")},
			append([]string{"+" + own, "-Route: <sip:10.0.0.1;lr>"}, less...)},
		{"a Route that the client was configured with, outside of a dialog: the rules", request("MESSAGE sip:b@192.0.2.7:5090", "Route: <sip:10.0.0.1;lr>"), udpSide, nil,
			Peer{Transport: header.TransportUDP, Addr: nextHop}, append([]string{"+" + own, "-Route: <sip:10.0.0.1;lr>"}, less...)},
		{"and without a rule the Request-URI", request("MESSAGE sip:b@192.0.2.7:5090", "Route: <sip:10.0.0.1;lr>"), udpSide, func(c *Config) { c.Router = oneHop{} },
			Peer{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("192.0.2.7:5090")}, append([]string{"+" + own, "-Route: <sip:10.0.0.1;lr>"}, less...)},
		{"16.6 step 7: loose route", request("BYE sip:b@192.0.2.7", "Route: <sip:10.0.0.1;lr>, <sip:192.0.2.8:5099;lr>"), udpSide, nil,
			Peer{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("192.0.2.8:5099")},
			append([]string{"+" + own, "-Route: <sip:10.0.0.1;lr>, <sip:192.0.2.8:5099;lr>", "+Route: <sip:192.0.2.8:5099;lr>"}, less...)},
		{"16.6 step 6: strict route", request("BYE sip:b@192.0.2.7", "Route: <sip:10.0.0.1;lr>, <sip:192.0.2.8:5099>"), udpSide, nil,
			Peer{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("192.0.2.8:5099")},
			append([]string{"-BYE sip:b@192.0.2.7 SIP/2.0", "+BYE sip:192.0.2.8:5099 SIP/2.0", "+" + own,
				"-Route: <sip:10.0.0.1;lr>, <sip:192.0.2.8:5099>", "+Route: <sip:b@192.0.2.7>"}, less...)},
		{"16.4: a strict router before", request("BYE sip:10.0.0.1:5060;lr", "Route: <sip:b@192.0.2.7:5090>"), udpSide, nil,
			Peer{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("192.0.2.7:5090")},
			append([]string{"-BYE sip:10.0.0.1:5060;lr SIP/2.0", "+BYE sip:b@192.0.2.7:5090 SIP/2.0", "+" + own, "-Route: <sip:b@192.0.2.7:5090>"}, less...)},
		{"two Routes of the proxy", request("BYE sip:b@192.0.2.7:5090", "Route: <sip:10.0.0.1;lr>,<sip:10.0.0.1;transport=tcp;lr>"), udpSide, nil,
			Peer{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("192.0.2.7:5090")},
			append([]string{"+" + own, "-Route: <sip:10.0.0.1;lr>,<sip:10.0.0.1;transport=tcp;lr>"}, less...)},
		{"two Routes of the proxy, then another", request("BYE sip:b@192.0.2.7:5090", "Route: <sip:10.0.0.1;lr>", "Route2: x", "Route: <sip:10.0.0.1;lr>,<sip:10.0.0.1;transport=tcp;lr>,<sip:192.0.2.8;lr>"), udpSide, nil,
			Peer{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("192.0.2.8:5060")},
			append([]string{"+" + own, "-Route: <sip:10.0.0.1;lr>,<sip:10.0.0.1;transport=tcp;lr>,<sip:192.0.2.8;lr>", "+Route: <sip:192.0.2.8;lr>"}, less...)},
		{"UDP to TCP: two Record-Routes", request(inviteLine), udpSide, func(c *Config) { c.Router = oneHop{Transport: header.TransportTCP, Addr: nextHop} },
			Peer{Transport: header.TransportTCP, Addr: nextHop},
			append([]string{"+" + ownTCP, "+" + recordTCP, "+" + record}, less...)},
		{"TCP: Content-Length and the connection's port", request("MESSAGE sip:b@b.example", "Content-Length:", "Via: SIP/2.0/TCP h.example;branch=z9hG4bKa"), tcpSide, nil,
			Peer{Transport: header.TransportTCP, Addr: nextHop},
			append([]string{"+" + ownTCP, "-Via: SIP/2.0/TCP h.example;branch=z9hG4bKa", "+Via: SIP/2.0/TCP h.example;branch=z9hG4bKa;received=192.0.2.1;rport=5060", "+Content-Length: 0"}, less...)},
		{"no headers in the Request-URI (RFC 4475, 3.1.2.11)", request("MESSAGE sip:b@b.example;x?Route=%3Csip:c%3E"), udpSide, nil,
			Peer{Transport: header.TransportUDP, Addr: nextHop},
			append([]string{"-MESSAGE sip:b@b.example;x?Route=%3Csip:c%3E SIP/2.0", "+MESSAGE sip:b@b.example;x SIP/2.0", "+" + own}, less...)},
		{"nor in one that a strict router has put into Route", request("BYE sip:10.0.0.1:5060;lr", "Route: <sip:b@192.0.2.7:5090?Subject=x>"), udpSide, nil,
			Peer{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("192.0.2.7:5090")},
			append([]string{"-BYE sip:10.0.0.1:5060;lr SIP/2.0", "+BYE sip:b@192.0.2.7:5090 SIP/2.0", "+" + own, "-Route: <sip:b@192.0.2.7:5090?Subject=x>"}, less...)},
		{"nor in one that is put behind a strict route", request("BYE sip:b@192.0.2.7?Subject=x", "Route: <sip:10.0.0.1;lr>, <sip:192.0.2.8:5099?Subject=y>"), udpSide, nil,
			Peer{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("192.0.2.8:5099")},
			append([]string{"-BYE sip:b@192.0.2.7?Subject=x SIP/2.0", "+BYE sip:192.0.2.8:5099 SIP/2.0", "+" + own,
				"-Route: <sip:10.0.0.1;lr>, <sip:192.0.2.8:5099?Subject=y>", "+Route: <sip:b@192.0.2.7>"}, less...)},
		{"a received and an rport that the client has made up, twice", request("MESSAGE sip:b@b.example", "Via: SIP/2.0/UDP h.example;received=192.0.2.66;rport=1;received=192.0.2.67;rport=2;branch=z9hG4bKa"), udpSide, nil,
			Peer{Transport: header.TransportUDP, Addr: nextHop},
			append([]string{"+" + own, "-Via: SIP/2.0/UDP h.example;received=192.0.2.66;rport=1;received=192.0.2.67;rport=2;branch=z9hG4bKa", "+Via: SIP/2.0/UDP h.example;received=192.0.2.1;rport=5060;branch=z9hG4bKa"}, less...)},
		{"tel", request("MESSAGE tel:+4912345"), udpSide, nil, Peer{Transport: header.TransportUDP, Addr: nextHop}, append([]string{"+" + own}, less...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := testForwarder(t, c.change).Datagram(nil, []byte(c.in), c.src)
			if r.Kind != Forwarded || r.To != c.to {
				t.Fatalf("kind %d, cause %v, to %+v: %s", r.Kind, r.Cause, r.To, r.Data)
			}
			out := strings.Replace(string(r.Data), branchOf(t, r.Data), "B", 1)
			if got, want := diff(c.in, out), strings.Join(c.diff, "\n"); !sameLines(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// diff returns the lines that one text has and the other has not.
func diff(a, b string) string {
	var all []string
	for l := range strings.SplitSeq(a, "\r\n") {
		if !strings.Contains("\r\n"+b+"\r\n", "\r\n"+l+"\r\n") {
			all = append(all, "-"+l)
		}
	}
	for l := range strings.SplitSeq(b, "\r\n") {
		if !strings.Contains("\r\n"+a+"\r\n", "\r\n"+l+"\r\n") {
			all = append(all, "+"+l)
		}
	}
	return strings.Join(all, "\n")
}

// sameLines reports whether two texts have the same lines in any order.
func sameLines(a, b string) bool {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	if len(as) != len(bs) {
		return false
	}
	for _, l := range as {
		if !strings.Contains("\n"+b+"\n", "\n"+l+"\n") {
			return false
		}
	}
	return true
}

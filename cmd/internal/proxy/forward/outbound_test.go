package forward

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// openFlows are the serials of the connections that are open.
type openFlows map[uint64]bool

func (o openFlows) IsOpen(_ header.Transport, _ netip.AddrPort, serial uint64) bool {
	return o[serial]
}

var (
	// the flows of two clients, and the proxy's other side
	bobFlow   = Source{Local: 1, Addr: netip.MustParseAddrPort("192.0.2.20:40000"), Serial: 7}
	carolFlow = Source{Local: 0, Addr: netip.MustParseAddrPort("198.51.100.30:50000")}
	network   = Source{Local: 0, Addr: nextHop}
)

func edgeForwarder(t testing.TB) *Forwarder {
	return testForwarder(t, func(c *Config) { c.Outbound, c.Flows = true, openFlows{7: true} })
}

// fields returns the values of a header in what was sent, from the top.
func fields(t *testing.T, b []byte, id header.ID) (all []string) {
	t.Helper()
	m := new(codec.Message)
	if err := m.Parse(b); err != nil {
		t.Fatalf("%v in %q", err, b)
	}
	for v := range m.Values(id) {
		all = append(all, string(v))
	}
	return all
}

// TestToken reads back the token of each kind of flow, and nothing that differs
// from one.
func TestToken(t *testing.T) {
	f := edgeForwarder(t)
	for _, flow := range []Source{
		bobFlow, carolFlow,
		{Local: 2, Addr: netip.MustParseAddrPort("[2001:db8::1]:40000"), Serial: 1<<63 + 1},
		{Local: 0, Addr: netip.MustParseAddrPort("[fe80::1%eth0]:1")},
	} {
		token := f.appendToken(nil, flow)
		if got, ok := f.readToken(token); !ok || got != flow {
			t.Errorf("%+v was %+v", got, flow)
		}
		for i := range token {
			for _, c := range []byte{token[i] ^ 1, 'A', '-', 0, 0xff} {
				forged := append([]byte(nil), token...)
				if forged[i] = c; c == token[i] {
					continue
				}
				if got, ok := f.readToken(forged); ok && got != flow { // the last character has bits that say nothing
					t.Errorf("%q is %+v", forged, got)
				}
			}
			if _, ok := f.readToken(token[:i]); ok {
				t.Errorf("%q is a token", token[:i])
			}
		}
		if _, ok := f.readToken(append(token, token...)); ok {
			t.Error("two tokens are one")
		}
		other := testForwarder(t, func(c *Config) { c.Key = compose.Key{1, 2, 4} })
		if _, ok := other.readToken(token); ok {
			t.Error("another key's token")
		}
	}
	if n := len(f.appendToken(nil, carolFlow)); n != 32 {
		t.Errorf("%d characters, want 32 as in RFC 5626, 5.2", n)
	}
	for _, text := range []string{"", "alice", "+49123", strings.Repeat("A", 10000)} {
		if _, ok := f.readToken([]byte(text)); ok {
			t.Errorf("%.20q is a token", text)
		}
	}
	// That of a proxy with the same key, which listens elsewhere.
	other := testForwarder(t, func(c *Config) { c.Locals[1].Addr = netip.MustParseAddrPort("10.0.0.2:5060") })
	if got, ok := other.readToken(f.appendToken(nil, bobFlow)); !ok || got.Local != -1 {
		t.Errorf("%+v, %v", got, ok)
	}
}

// TestOutbound goes through RFC 5626, 5.1 and 5.3: B and C in what comes stand for
// the tokens of the two flows, X for one that was changed.
func TestOutbound(t *testing.T) {
	f := edgeForwarder(t)
	b, c := string(f.appendToken(nil, bobFlow)), string(f.appendToken(nil, carolFlow))
	text := strings.NewReplacer("{B}", b, "{C}", c, "{X}", "A"+b)
	const (
		contact = `Contact: <sip:bob@192.168.0.2>;+sip.instance="<urn:uuid:1>";reg-id=1`
		twoVias = "Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKb, SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa"
		ob      = "Contact: <sip:bob@192.168.0.2;ob>"
		toBob   = "Route: <sip:{B}@10.0.0.1:5060;lr;ob>"
		udp     = "<sip:10.0.0.1:5060;lr;rr>"
		bobs    = "<sip:{B}@10.0.0.1:5060;transport=tcp;lr;rr>"
		carols  = "<sip:{C}@10.0.0.1:5060;lr;rr>"
	)
	toNext, toTarget := Peer{Transport: header.TransportUDP, Addr: nextHop}, Peer{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("192.0.2.7:5090")}
	bob := Peer{Transport: header.TransportTCP, Flow: bobFlow.Addr, Serial: 7}
	carol := Peer{Transport: header.TransportUDP, Addr: carolFlow.Addr}
	again := Source{Local: 1, Addr: netip.MustParseAddrPort("192.0.2.20:41000"), Serial: 9} // bob's next connection
	for _, c := range []struct {
		name   string
		in     string
		src    Source
		to     Peer
		status int    // of an answer
		paths  string // values of Path
		rr     string // of Record-Route
	}{
		{"REGISTER with a reg-id over UDP", request("REGISTER sip:b.example", contact), carolFlow, toNext, 0, "<sip:{C}@10.0.0.1:5060;lr;ob>", ""},
		{"over TCP: the Path is for the side of the registrar", request("REGISTER sip:b.example", contact), bobFlow, Peer{Transport: header.TransportTCP, Addr: nextHop}, 0, "<sip:{B}@10.0.0.1:5060;transport=tcp;lr;ob>", ""},
		{"sips", request("REGISTER sips:b.example", contact), carolFlow, toNext, 0, "<sips:{C}@10.0.0.1:5060;lr;ob>", ""},
		{"no reg-id", request("REGISTER sip:b.example", "Contact: <sip:bob@192.168.0.2>"), carolFlow, toNext, 0, "", ""},
		{"not the first hop", request("REGISTER sip:b.example", contact, twoVias), carolFlow, toNext, 0, "", ""},
		{"with a Path already", request("REGISTER sip:b.example", contact, "Path: <sip:192.0.2.5;lr>"), carolFlow, toNext, 0, "<sip:{C}@10.0.0.1:5060;lr;ob> <sip:192.0.2.5;lr>", ""},

		{"incoming, of the registration", request("INVITE sip:bob@192.168.0.2", toBob), network, bob, 0, "", bobs + " " + udp},
		{"incoming, outside of dialogs", request("MESSAGE sip:bob@192.168.0.2", toBob), network, bob, 0, "", ""},
		{"incoming, in a dialog", request("BYE sip:bob@192.168.0.2", "Route: "+udp+", "+bobs), network, bob, 0, "", ""},
		{"a strict router before it", request("BYE sip:{C}@10.0.0.1:5060;lr", "Route: <sip:bob@192.168.0.2>"), network, carol, 0, "", ""},
		{"a flow over UDP", request("BYE sip:carol@192.168.0.3", "Route: "+carols), network, carol, 0, "", ""},
		{"one that is too long for a datagram keeps its flow", request("MESSAGE sip:carol@192.168.0.3", "Route: "+carols, "Subject: "+strings.Repeat("x", 1500)), network, carol, 0, "", ""},
		{"from one client to the other", request("INVITE sip:bob@192.168.0.2", toBob, "Contact: <sip:carol@192.168.0.3;ob>"), carolFlow, bob, 0, "", bobs + " " + carols},
		{"and back in the dialog", request("BYE sip:carol@192.168.0.3", "Route: "+bobs+", "+carols), bobFlow, carol, 0, "", ""},
		{"through the proxy twice", request("BYE sip:carol@192.168.0.3", "Route: "+bobs+", "+udp+", "+udp+", "+carols), bobFlow, carol, 0, "", ""},

		{"outgoing, with ob in Contact", request("INVITE sip:x@b.example", ob), carolFlow, toNext, 0, "", udp + " " + carols},
		{"with ob in Route", request("INVITE sip:x@b.example", "Route: <sip:10.0.0.1:5060;lr;ob>"), carolFlow, toNext, 0, "", udp + " " + carols},
		{"without ob", request("INVITE sip:x@b.example", "Contact: <sip:bob@192.168.0.2>"), carolFlow, toNext, 0, "", udp},
		{"not the first hop of it", request("INVITE sip:x@b.example", ob, twoVias), carolFlow, toNext, 0, "", udp},
		{"outgoing, in a dialog", request("BYE sip:x@192.0.2.7:5090", "Route: "+bobs+", "+udp), bobFlow, toTarget, 0, "", ""},
		{"over a connection that was opened since", request("BYE sip:x@192.0.2.7:5090", "Route: "+bobs+", "+udp), again, toTarget, 0, "", ""},
		{"further Routes", request("BYE sip:x@192.0.2.7:5090", "Route: "+bobs+", "+udp+", <sip:192.0.2.9:5070;lr>"), bobFlow, toNext, 0, "", ""},

		{"a token that was changed", request("INVITE sip:bob@192.168.0.2", "Route: <sip:{X}@10.0.0.1:5060;lr;ob>"), network, Peer{}, 403, "", ""},
		{"in the second value", request("BYE sip:bob@192.168.0.2", "Route: "+udp+", <sip:{X}@10.0.0.1:5060;lr>"), network, Peer{}, 403, "", ""},
		{"a user that is no token", request("INVITE sip:bob@192.168.0.2", "Route: <sip:bob@10.0.0.1:5060;lr>"), network, Peer{}, 403, "", ""},
	} {
		r := f.Datagram(nil, []byte(text.Replace(c.in)), c.src)
		to := r.To
		if c.status != 0 {
			to = Peer{}
		}
		if r.Status != c.status || to != c.to {
			t.Errorf("%s: to %+v with %d, want %+v with %d", c.name, to, r.Status, c.to, c.status)
			continue
		}
		if r.Kind != Forwarded {
			continue
		}
		for id, want := range map[header.ID]string{header.IDPath: c.paths, header.IDRecordRoute: c.rr} {
			if got := strings.Join(fields(t, r.Data, id), " "); got != text.Replace(want) {
				t.Errorf("%s: %v %s, want %s", c.name, id, got, text.Replace(want))
			}
		}
		if got := fields(t, r.Data, header.IDRoute); len(got) != strings.Count(c.name, "further") {
			t.Errorf("%s: Route %q", c.name, got)
		}
	}
}

// TestFlowGone: the flow of a token that is gone, or another proxy's, is a 430, and
// an ACK for it is dropped.
func TestFlowGone(t *testing.T) {
	f := edgeForwarder(t)
	gone := bobFlow
	gone.Serial = 8
	other := testForwarder(t, func(c *Config) { c.Locals[1].Addr = netip.MustParseAddrPort("10.0.0.2:5060") })
	for _, token := range [][]byte{f.appendToken(nil, gone), other.appendToken(nil, bobFlow)} {
		route := "Route: <sip:" + string(token) + "@10.0.0.1:5060;lr;ob>"
		if r := f.Datagram(nil, []byte(request("INVITE sip:bob@192.168.0.2", route)), network); r.Status != 430 {
			t.Errorf("%+v", r)
		}
		if r := f.Datagram(nil, []byte(request("ACK sip:bob@192.168.0.2", route)), network); r.Kind != Dropped || r.Cause != NoConnect {
			t.Errorf("%+v", r)
		}
	}
}

// TestNoOutbound: a proxy that is no edge proxy writes no token and reads none.
func TestNoOutbound(t *testing.T) {
	f := testForwarder(t, nil)
	token := string(f.appendToken(nil, bobFlow))
	for _, in := range []string{
		request("REGISTER sip:b.example", `Contact: <sip:bob@192.168.0.2>;+sip.instance="<urn:uuid:1>";reg-id=1`),
		request("INVITE sip:x@b.example", "Contact: <sip:bob@192.168.0.2;ob>"),
		request("MESSAGE sip:x@b.example", "Route: <sip:"+token+"@10.0.0.1:5060;lr;ob>"),
		request("MESSAGE sip:x@b.example", "Route: <sip:bob@10.0.0.1:5060;lr>"),
	} {
		r := f.Datagram(nil, []byte(in), udpSide)
		if r.Kind != Forwarded || r.To.Addr != nextHop || strings.Contains(string(r.Data), "Path:") || strings.Contains(string(r.Data), token) {
			t.Errorf("%+v: %s", r.To, r.Data)
		}
	}
}

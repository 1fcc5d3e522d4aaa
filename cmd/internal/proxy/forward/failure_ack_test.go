package forward

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/header"
)

// TestFailureACK: where the INVITE had a Route of the proxy, the ACK for its failure
// goes where that went, with the same branch, and the ACK for its 2xx to the address
// of the other side (RFC 3261, 16.11 and 17.1.1.3).
func TestFailureACK(t *testing.T) {
	const to, preloaded = "To: <sip:b@b.example>;tag=2", "Route: <sip:10.0.0.1:5060;lr>"
	const recorded = "Route: <sip:10.0.0.1:5060;lr;rr>"
	byRule := Peer{Transport: header.TransportUDP, Addr: nextHop}
	byURI := Peer{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("192.0.2.7:5090")}
	f := testForwarder(t, nil)
	invite := f.Datagram(nil, []byte(request(inviteLine, preloaded)), udpSide)
	branch := branchOf(t, invite.Data)
	if r := invite; r.Kind != Forwarded || r.To != byRule || !strings.Contains(string(r.Data), "Record-Route: <sip:10.0.0.1:5060;lr;rr>\r\n") {
		t.Fatalf("%+v: %s", r.To, r.Data)
	}
	const line = "ACK sip:b@192.0.2.7:5090"
	for _, c := range []struct {
		name, in string
		to       Peer
		change   func(*Config)
	}{
		{"for a failure", request("ACK sip:b@b.example", to, preloaded), byRule, nil},
		{"to an address", request(line, to, preloaded), byRule, nil},
		{"with two Routes of the proxy", request(line, to, preloaded+", <sip:10.0.0.1:5060;transport=tcp;lr>"), byRule, nil},
		{"for a 2xx", request(line, to, recorded), byURI, nil},
		{"for a 2xx, of a client that puts its own Route on top", request(line, to, preloaded, recorded), byURI, nil},
		{"behind a strict router", request("ACK sip:10.0.0.1:5060;lr;rr", to, "Route: <sip:b@192.0.2.7:5090>"), byURI, nil},
		{"that has a Route behind", request("ACK sip:b@b.example", to, preloaded+", <sip:192.0.2.7:5090;lr>"), byURI, nil},
		{"BYE of a client that puts in no other Route", request("BYE sip:b@192.0.2.7:5090", preloaded), byURI, nil},
		{"where nothing is recorded", request(line, to, preloaded), byURI, func(c *Config) { c.NoRecordRoute = true }},
	} {
		f := testForwarder(t, c.change)
		r := f.Datagram(nil, []byte(c.in), udpSide)
		if r.Kind != Forwarded || r.To != c.to {
			t.Errorf("%s: kind %d to %+v, want %+v", c.name, r.Kind, r.To, c.to)
		}
		// The same Request-URI and Route give the same branch; see appendLoop.
		if got := branchOf(t, r.Data); c.name == "for a failure" && got != branch {
			t.Errorf("%s: branch %s, that of the INVITE %s", c.name, got, branch)
		}
	}
}

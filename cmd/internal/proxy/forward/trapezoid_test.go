package forward

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// at is the proxy with the address 10.0.0.n, between u1, 10.0.1.1, and u2,
// 10.0.1.2.
func at(t *testing.T, n int, next string) *Forwarder {
	return testForwarder(t, func(c *Config) {
		c.Locals = []Local{{Transport: header.TransportUDP, Addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(n)}), 5060)}}
		c.Key[0] = byte(n)
		c.Router = oneHop{Addr: netip.MustParseAddrPort(next + ":5060")}
	})
}

// a leg is where a request goes, and what of it decides where it goes next.
type leg struct{ to, uri, routes string }

func (l leg) String() string { return fmt.Sprintf("to %s: %s, Route %s", l.to, l.uri, l.routes) }

// next sends a request through a proxy.
func next(t *testing.T, f *Forwarder, in []byte) (out []byte, l leg) {
	t.Helper()
	r := f.Datagram(nil, in, udpSide)
	if r.Kind != Forwarded {
		t.Fatalf("kind %d, cause %v: %s\n%s", r.Kind, r.Cause, r.Data, in)
	}
	m := new(codec.Message)
	if err := m.Parse(r.Data); err != nil {
		t.Fatal(err)
	}
	var routes []string
	for v := range m.Values(header.IDRoute) {
		routes = append(routes, string(v))
	}
	return r.Data, leg{r.To.Addr.Addr().String(), string(m.RequestURIBytes()), strings.Join(routes, ", ")}
}

// recorded returns the Record-Route values of a message, from the top.
func recorded(t *testing.T, b []byte) (all []string) {
	t.Helper()
	m := new(codec.Message)
	if err := m.Parse(b); err != nil {
		t.Fatal(err)
	}
	for v := range m.Values(header.IDRecordRoute) {
		all = append(all, string(v))
	}
	return all
}

// TestTrapezoid has the examples of RFC 3261, 16.12.1.
func TestTrapezoid(t *testing.T) {
	t.Run("16.12.1.1 basic SIP trapezoid", func(t *testing.T) {
		invite := []byte(request("INVITE sip:callee@domain.example", "Route: <sip:10.0.0.1;lr>", "Contact: <sip:caller@10.0.1.1>"))
		b, l := next(t, at(t, 1, "10.0.0.2"), invite)
		if want := (leg{"10.0.0.2", "sip:callee@domain.example", ""}); l != want {
			t.Fatalf("P1: %v, want %v", l, want)
		}
		b, l = next(t, at(t, 2, "10.0.1.2"), b)
		if want := (leg{"10.0.1.2", "sip:callee@domain.example", ""}); l != want {
			t.Fatalf("P2: %v, want %v", l, want)
		}
		set := recorded(t, b)
		if got := strings.Join(set, ", "); got != "<sip:10.0.0.2:5060;lr;rr>, <sip:10.0.0.1:5060;lr;rr>" {
			t.Fatalf("Record-Route %s", got)
		}
		// The BYE of the caller goes the same way, by the route set in reverse.
		bye := []byte(request("BYE sip:callee@10.0.1.2", "Route: "+set[1]+","+set[0]))
		b, l = next(t, at(t, 1, "10.0.9.9"), bye)
		if want := (leg{"10.0.0.2", "sip:callee@10.0.1.2", "<sip:10.0.0.2:5060;lr;rr>"}); l != want {
			t.Fatalf("P1, BYE: %v, want %v", l, want)
		}
		if _, l = next(t, at(t, 2, "10.0.9.9"), b); l != (leg{"10.0.1.2", "sip:callee@10.0.1.2", ""}) {
			t.Fatalf("P2, BYE: %v", l)
		}
	})
	t.Run("16.12.1.2 traversing a strict-routing proxy", func(t *testing.T) {
		bye := []byte(request("BYE sip:caller@10.0.1.1", "Route: <sip:10.0.0.4:5060;lr>, <sip:10.0.0.3:5060>, <sip:10.0.0.2:5060;lr>, <sip:10.0.0.1:5060;lr>"))
		_, l := next(t, at(t, 4, "10.0.9.9"), bye)
		if want := (leg{"10.0.0.3", "sip:10.0.0.3:5060", "<sip:10.0.0.2:5060;lr>, <sip:10.0.0.1:5060;lr>, <sip:caller@10.0.1.1>"}); l != want {
			t.Fatalf("P4: %v, want %v", l, want)
		}
		// P3 is one of RFC 2543: it makes the first Route the Request-URI.
		strict := []byte(request("BYE sip:10.0.0.2:5060;lr", "Route: <sip:10.0.0.1:5060;lr>, <sip:caller@10.0.1.1>"))
		b, l := next(t, at(t, 2, "10.0.9.9"), strict)
		if want := (leg{"10.0.0.1", "sip:caller@10.0.1.1", "<sip:10.0.0.1:5060;lr>"}); l != want {
			t.Fatalf("P2: %v, want %v", l, want)
		}
		if _, l = next(t, at(t, 1, "10.0.9.9"), b); l != (leg{"10.0.1.1", "sip:caller@10.0.1.1", ""}) {
			t.Fatalf("P1: %v", l)
		}
	})
	t.Run("16.12.1.3 two address spaces", func(t *testing.T) {
		// The RFC's proxy rewrites its Record-Route; this one puts two in.
		f := testForwarder(t, func(c *Config) {
			c.Locals = []Local{
				{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("10.0.0.1:5060")},
				{Transport: header.TransportTCP, Addr: netip.MustParseAddrPort("198.51.100.1:5060")},
			}
			c.Router = oneHop{Transport: header.TransportTCP, Addr: netip.MustParseAddrPort("198.51.100.9:5060")}
		})
		b, _ := next(t, f, []byte(request("INVITE sip:callee@right.example")))
		set := recorded(t, b)
		if got := strings.Join(set, ", "); got != "<sip:198.51.100.1:5060;transport=tcp;lr;rr>, <sip:10.0.0.1:5060;lr;rr>" {
			t.Fatalf("Record-Route %s", got)
		}
		if _, l := next(t, f, []byte(request("BYE sip:callee@198.51.100.9;transport=tcp", "Route: "+set[1]+","+set[0]))); l != (leg{"198.51.100.9", "sip:callee@198.51.100.9;transport=tcp", ""}) {
			t.Errorf("BYE of the left side: %v", l)
		}
		r := f.Datagram(nil, []byte(request("BYE sip:caller@10.0.1.1", "Route: "+set[0]+","+set[1])), Source{Local: 1, Addr: client})
		if r.Kind != Forwarded || r.To.Addr.String() != "10.0.1.1:5060" || r.Local != 0 {
			t.Errorf("BYE of the right side: %+v", r)
		}
	})
}

// TestSecureRoute is the rest of 16.6, step 4: a sips request is recorded with a
// sips URI, whatever the transport.
func TestSecureRoute(t *testing.T) {
	for _, c := range []struct {
		src  Source
		to   header.Transport
		want string
	}{
		{Source{Local: 2, Addr: client}, header.TransportTLS, "<sips:p.example:5061;lr;rr>"},
		{tcpSide, header.TransportTLS, "<sips:p.example:5061;lr;rr>, <sips:10.0.0.1:5060;transport=tcp;lr;rr>"},
	} {
		f := testForwarder(t, func(config *Config) { config.Router = oneHop{Transport: c.to, Addr: nextHop} })
		r := f.Datagram(nil, []byte(request("INVITE sips:b@b.example")), c.src)
		if got := strings.Join(recorded(t, r.Data), ", "); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

package codec

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/uri"
)

func (d Destination) text() string {
	s := fmt.Sprintf("%v %s %v %d", d.Transport, d.Host, d.Addr, d.Port)
	if d.Secure {
		s += " secure"
	}
	return s
}

// TestResponseDestination goes through the rules of RFC 3261, 18.2.2, RFC 3581,
// 4, and RFC 3263, 5.
func TestResponseDestination(t *testing.T) {
	const src = "192.0.2.9:1234"
	for _, c := range []struct{ via, src, want, maddr string }{
		{"SIP/2.0/UDP pc.example.org", src, "UDP pc.example.org 192.0.2.9 5060", ""},
		{"SIP/2.0/UDP pc.example.org:5080", src, "UDP pc.example.org 192.0.2.9 5080", ""},
		{"SIP/2.0/UDP pc.example.org:5080;rport", src, "UDP pc.example.org 192.0.2.9 1234", ""},
		{"SIP/2.0/UDP 192.0.2.9;rport", src, "UDP 192.0.2.9 192.0.2.9 1234", ""},
		// What the sender has forged does not count where the source is known.
		{"SIP/2.0/UDP a.example;received=203.0.113.1;rport=9", src, "UDP a.example 192.0.2.9 1234", ""},
		{"SIP/2.0/UDP a.example;received=203.0.113.1", src, "UDP a.example 192.0.2.9 5060", ""},
		{"SIP/2.0/TCP a.example;rport", src, "TCP a.example 192.0.2.9 5060", ""},
		{"SIP/2.0/TLS a.example:6061", src, "TLS a.example 192.0.2.9 6061 secure", ""},
		{"SIP/2.0/WSS a.invalid", src, "WSS a.invalid 192.0.2.9 443 secure", ""},
		{"SIP/2.0/UDP a.example", "[2001:db8::9]:1", "UDP a.example 2001:db8::9 5060", ""},
		{"SIP/2.0/UDP a.example", "[::ffff:192.0.2.9]:1", "UDP a.example 192.0.2.9 5060", ""},
		{"SIP/2.0/UDP a.example;maddr=239.1.1.1", src, "UDP a.example 192.0.2.9 5060", "UDP 239.1.1.1 239.1.1.1 5060"},
		{"SIP/2.0/TCP a.example;maddr=239.1.1.1", src, "TCP a.example 192.0.2.9 5060", "TCP a.example 192.0.2.9 5060"},
		// A response on its way back: the Via says it all.
		{"SIP/2.0/UDP a.example;received=192.0.2.7;rport=4000", "", "UDP a.example 192.0.2.7 4000", ""},
		{"SIP/2.0/UDP a.example:5070;received=192.0.2.7", "", "UDP a.example 192.0.2.7 5070", ""},
		{"SIP/2.0/UDP a.example;received=2001:db8::7;rport=4000", "", "UDP a.example 2001:db8::7 4000", ""},
		{"SIP/2.0/TCP a.example;received=192.0.2.7;rport=4000", "", "TCP a.example 192.0.2.7 5060", ""},
		{"SIP/2.0/UDP a.example", "", "UDP a.example invalid IP 0", ""},
		{"SIP/2.0/UDP a.example:5070", "", "UDP a.example invalid IP 5070", ""},
		{"SIP/2.0/UDP 192.0.2.4", "", "UDP 192.0.2.4 192.0.2.4 5060", ""},
		{"SIP/2.0/UDP [2001:db8::4]:5062", "", "UDP [2001:db8::4] 2001:db8::4 5062", ""},
	} {
		m := new(Message)
		if err := m.Parse([]byte(msg(reqLine, "Via: "+c.via))); err != nil {
			t.Fatal(err)
		}
		var from netip.AddrPort
		if c.src != "" {
			from = netip.MustParseAddrPort(c.src)
		}
		if d, err := m.ResponseDestination(from); err != nil || d.text() != c.want {
			t.Errorf("%s from %s: %s, %v, want %s", c.via, c.src, d.text(), err, c.want)
		}
		if c.maddr == "" {
			c.maddr = c.want
		}
		if d, err := m.ResponseDestinationMaddr(from); err != nil || d.text() != c.maddr {
			t.Errorf("%s from %s: %s, %v, want %s with maddr", c.via, c.src, d.text(), err, c.maddr)
		}
	}
	m := new(Message)
	if err := m.Parse([]byte(msg(reqLine))); err != nil {
		t.Fatal(err)
	}
	if _, err := m.ResponseDestination(netip.AddrPort{}); !errors.Is(err, sipwire.ErrMissing) {
		t.Errorf("without a Via: %v", err)
	}
}

// TestRequestDestination goes through RFC 3263, 4.1 and 4.2.
func TestRequestDestination(t *testing.T) {
	for in, want := range map[string]string{
		"sip:a@example.org":                           " example.org invalid IP 0",
		"sips:a@example.org":                          " example.org invalid IP 0 secure",
		"sip:a@example.org:5070":                      "UDP example.org invalid IP 5070",
		"sips:a@example.org:5071":                     "TLS example.org invalid IP 5071 secure",
		"sip:a@192.0.2.1":                             "UDP 192.0.2.1 192.0.2.1 5060",
		"sips:a@192.0.2.1":                            "TLS 192.0.2.1 192.0.2.1 5061 secure",
		"sip:a@[2001:db8::1]:5062":                    "UDP [2001:db8::1] 2001:db8::1 5062",
		"sip:a@example.org;transport=TCP":             "TCP example.org invalid IP 0",
		"sip:a@192.0.2.1;transport=tcp":               "TCP 192.0.2.1 192.0.2.1 5060",
		"sip:a@192.0.2.1;transport=tls":               "TLS 192.0.2.1 192.0.2.1 5061 secure",
		"sips:a@192.0.2.1;transport=tcp":              "TLS 192.0.2.1 192.0.2.1 5061 secure",
		"sips:a@192.0.2.1;transport=ws":               "WSS 192.0.2.1 192.0.2.1 443 secure",
		"sip:a@example.org;maddr=192.0.2.5":           "UDP 192.0.2.5 192.0.2.5 5060",
		"sip:a@example.org:5070;maddr=192.0.2.5":      "UDP 192.0.2.5 192.0.2.5 5070",
		"sip:a@example.org;maddr=proxy.example.net":   " proxy.example.net invalid IP 0",
		"sip:a@example.org;transport=quic":            " example.org invalid IP 0",
		"sip:a@example.org;transport=sctp;lr;ttl=100": "SCTP example.org invalid IP 0",
	} {
		u := uri.MustParse(in)
		if d, err := RequestDestination(u); err != nil || d.text() != want {
			t.Errorf("%s: %q, %v, want %q", in, d.text(), err, want)
		}
	}
	u := uri.MustParse("tel:+1-212-555-0100")
	if _, err := RequestDestination(u); !errors.Is(err, sipwire.ErrScheme) {
		t.Errorf("tel: %v", err)
	}
	u = uri.MustParse("sip:a@192.0.2.1")
	m := new(Message)
	if err := m.Parse([]byte(msg(reqLine, "Via: SIP/2.0/UDP a.example;rport"))); err != nil {
		t.Fatal(err)
	}
	src := netip.MustParseAddrPort("192.0.2.9:1234")
	if n := testing.AllocsPerRun(100, func() {
		_, _ = RequestDestination(u)
		_, _ = m.ResponseDestination(src)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	d, _ := m.ResponseDestination(src)
	if to, ok := d.AddrPort(); !ok || to != src {
		t.Errorf("the response goes to %v, %v", to, ok)
	}
}

package header

import (
	"net/netip"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/uri"
)

func TestVia(t *testing.T) {
	in := []byte(" SIP  /   2.0\r\n / udp\t\r\n first.example.com : 4000 ; ttl = 16\r\n ;MAddr=224.2.0.1 ;branch=z9hG4bKa7c6;RECEIVED=2001:db8::1;rport = 5061;hidden;x=\"a,b\" , next")
	var v Via
	n, err := v.ParseFrom(in, 0)
	if err != nil || in[n] != ',' {
		t.Fatal(n, err)
	}
	for _, c := range []struct {
		name      string
		got, want any
	}{
		{"Protocol", string(v.Protocol()), "SIP"},
		{"Version", string(v.Version()), "2.0"},
		{"Transport", v.Transport(), TransportUDP},
		{"TransportBytes", string(v.TransportBytes()), "udp"},
		{"SentBy", string(v.SentBy()), "first.example.com : 4000"},
		{"Host", string(v.Host()), "first.example.com"},
		{"HostKind", v.HostKind(), uri.HostName},
		{"Branch", string(v.Branch()), "z9hG4bKa7c6"},
		{"HasMagicCookie", v.HasMagicCookie(), true},
		{"Received", string(v.Received()), "2001:db8::1"},
		{"HasRPort", v.HasRPort(), true},
		{"Maddr", string(v.Maddr()), "224.2.0.1"},
		{"Hidden", v.Hidden(), true},
		{"IsValid", v.IsValid(), true},
		{"Bytes", string(v.Bytes()), string(in[1 : n-1])},
		{"AppendTo", string(v.AppendTo([]byte("Via: "))), "Via: " + string(in[1:n-1])},
		{"Params", string(v.Params().Bytes()[:10]), "; ttl = 16"},
	} {
		if c.got != c.want {
			t.Errorf("%s is %#v, want %#v", c.name, c.got, c.want)
		}
	}
	if p, ok := v.Port(); p != 4000 || !ok {
		t.Errorf("port %d, %t", p, ok)
	}
	if p, ok := v.RPort(); p != 5061 || !ok {
		t.Errorf("rport %d, %t", p, ok)
	}
	if n, ok := v.TTL(); n != 16 || !ok {
		t.Errorf("ttl %d, %t", n, ok)
	}
	if a, ok := v.ReceivedAddr(); !ok || a != netip.MustParseAddr("2001:db8::1") {
		t.Errorf("received %v, %t", a, ok)
	}
	if a, ok := v.HostAddr(); ok || a.IsValid() {
		t.Errorf("host address %v, %t", a, ok)
	}
	if _, err := v.ParseFrom(in, n+1); err != sipwire.ErrProtocol || v.IsValid() {
		t.Errorf("next: %v", err)
	}
}

// TestViaForms has the forms of sent-by and of the parameters with a value of
// their own.
func TestViaForms(t *testing.T) {
	for _, c := range []struct {
		in, host, addr string
		port, rport    int // -1: not ok
		ttl            int
		received       string
		cookie, flag   bool
	}{
		{"SIP/2.0/UDP h", "h", "", -1, -1, -1, "", false, false},
		{"SIP/2.0/UDP 192.0.2.1:5060;rport;branch=Z9HG4BKx", "192.0.2.1", "192.0.2.1", 5060, -1, -1, "", true, true},
		{"SIP/2.0/UDP [2001:DB8::1]:0;received=[2001:db8::2];rport=1", "[2001:DB8::1]", "2001:db8::1", 0, 1, -1, "2001:db8::2", false, true},
		{"SIP/2.0/UDP [::ffff:192.0.2.1];rport=65535;ttl=255", "[::ffff:192.0.2.1]", "::ffff:192.0.2.1", -1, 65535, 255, "", false, true},
		{"SIP/2.0/UDP h;rport=65536;ttl=256;received=h", "h", "", -1, -1, -1, "", false, true},
		{"SIP/2.0/UDP h;rport=A;ttl=-1;received=", "h", "", -1, -1, -1, "", false, true},
		{"SIP/2.0/UDP h;rport=;ttl=0000;branch=z9hG4b", "h", "", -1, -1, -1, "", false, true},
		{"SIP/2.0/UDP h;rport=1;rport=2;ttl=007;branch=;branch=z9hG4bK1", "h", "", -1, 1, 7, "", false, true},
		{"SIP/2.0/UDP host.;received=192.0.2.1;received=192.0.2.2;branch=z9hG4bK", "host.", "", -1, -1, -1, "192.0.2.1", false, false},
	} {
		var v Via
		if n, err := v.Parse([]byte(c.in)); err != nil || n != len(c.in) {
			t.Errorf("%s: %v at %d", c.in, err, n)
			continue
		}
		addr := func(a netip.Addr, ok bool) string {
			if ok {
				return a.String()
			}
			return ""
		}
		num := func(n uint16, ok bool) int {
			if ok {
				return int(n)
			}
			return -1
		}
		ttl, ok := v.TTL()
		if string(v.Host()) != c.host || addr(v.HostAddr()) != c.addr || num(v.Port()) != c.port || num(v.RPort()) != c.rport ||
			num(uint16(ttl), ok) != c.ttl || addr(v.ReceivedAddr()) != c.received || v.HasMagicCookie() != c.cookie || v.HasRPort() != c.flag {
			t.Errorf("%s: host %s (%s), port %d, rport %d (%t), ttl %d, received %s, cookie %t", c.in, v.Host(), addr(v.HostAddr()),
				num(v.Port()), num(v.RPort()), v.HasRPort(), num(uint16(ttl), ok), addr(v.ReceivedAddr()), v.HasMagicCookie())
		}
	}
}

func TestViaErrors(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		code sipwire.Code
	}{
		{"", 0, sipwire.ErrEmpty},
		{" \r\n ", 4, sipwire.ErrEmpty},
		{",", 0, sipwire.ErrList},
		{"SIP/2.0/UDP h,", 13, sipwire.ErrTrailing},
		{"SIP/2.0 h", 8, sipwire.ErrProtocol},
		{"SIP/2.0UDP h", 11, sipwire.ErrProtocol},
		{"SIP//UDP h", 4, sipwire.ErrProtocol},
		{"/2.0/UDP h", 0, sipwire.ErrProtocol},
		{"SIP/2.0/ h", 10, sipwire.ErrProtocol},
		{"SIP/2.0//UDP h", 8, sipwire.ErrProtocol},
		{"SIP/2.0/UDP", 11, sipwire.ErrProtocol},
		{"SIP/2.0/UDP ", 12, sipwire.ErrHost},
		{"SIP/2.0/UDP\r\nh", 11, sipwire.ErrProtocol},
		{"SIP/2.0/UDP ;branch=x", 12, sipwire.ErrHost},
		{"SIP/2.0/UDP h?", 13, sipwire.ErrHost},
		{"SIP/2.0/UDP h (c)", 14, sipwire.ErrHost},
		{"SIP/2.0/UDP []", 13, sipwire.ErrHost},
		{"SIP/2.0/UDP [", 13, sipwire.ErrHost},
		{"SIP/2.0/UDP [::1", 16, sipwire.ErrHost},
		{"SIP/2.0/UDP h:", 14, sipwire.ErrPort},
		{"SIP/2.0/UDP h:-1", 14, sipwire.ErrPort},
		{"SIP/2.0/UDP h:65536", 18, sipwire.ErrPort},
		{"SIP/2.0/UDP h:50 60", 17, sipwire.ErrParam},
		{"SIP/2.0/UDP h; ;", 15, sipwire.ErrParam},
		{"SIP/2.0/UDP h;;branch=x", 14, sipwire.ErrParam},
		{"SIP/2.0/UDP h;branch=x;,", 23, sipwire.ErrTrailing},
		{"SIP/2.0/UDP h;a=\"b", 16, sipwire.ErrQuote},
		{"SIP/2.0/UDP h;branch=x (Acme)", 23, sipwire.ErrParam},
		{"SIP/2.0/UDP h\x00", 13, sipwire.ErrHost},
	} {
		var v Via
		n, err := v.Parse([]byte(c.in))
		if n != c.n || err != c.code.Err() || v.IsValid() {
			t.Errorf("%q: %v at %d, want %v at %d", c.in, err, n, c.code.Err(), c.n)
		}
	}
	// The zero Via answers everything.
	var v Via
	if v.Protocol() != nil || v.Version() != nil || v.Host() != nil || v.HostKind() != 0 || v.HasMagicCookie() || v.Hidden() || !v.Params().IsEmpty() {
		t.Error("the zero Via has parts")
	}
	if _, ok := v.HostAddr(); ok {
		t.Error("the zero Via has an address")
	}
	if _, ok := v.ReceivedAddr(); ok {
		t.Error("the zero Via was received from somewhere")
	}
	if _, ok := v.RPort(); ok {
		t.Error("the zero Via has an rport")
	}
}

func TestTransport(t *testing.T) {
	for i := range transports {
		tr := Transport(i)
		name := tr.String()
		if got := LookupTransport([]byte(name)); got != tr {
			t.Errorf("%s is %v", name, got)
		}
		for k := range name { // another letter is another transport
			b := []byte(name)
			b[k] = '!'
			if got := LookupTransport(b); got != TransportOther {
				t.Errorf("%s is %v", b, got)
			}
		}
	}
	for name, want := range map[string]Transport{"tls-Sctp": TransportTLSSCTP, "wss": TransportWSS, "TIP": 0, "UD\x10": 0, "W\x13": 0, "": 0, "DTLS": 0} {
		if got := LookupTransport([]byte(name)); got != want {
			t.Errorf("%q is %v, want %v", name, got, want)
		}
	}
	if TransportUDP.IsReliable() || TransportOther.IsReliable() || !TransportWS.IsReliable() || !TransportSCTP.IsReliable() {
		t.Error("reliable transports")
	}
	if TransportTCP.DefaultPort() != 5060 || TransportTLS.DefaultPort() != 5061 || TransportWSS.DefaultPort() != 443 || Transport(200).DefaultPort() != 0 {
		t.Error("default ports")
	}
}

package uri

import (
	"net/netip"
	"testing"

	"github.com/sipwire/sipwire/internal/abnf"

	"github.com/sipwire/sipwire"
)

func TestHostAddr(t *testing.T) {
	for in, want := range map[string]string{
		"sip:192.0.2.4":               "192.0.2.4",
		"sip:a@255.255.255.255:1":     "255.255.255.255",
		"sip:[2001:DB8::10:5070]":     "2001:db8::10:5070",
		"sip:[::ffff:192.0.2.2]":      "::ffff:192.0.2.2",
		"sip:[2001:db8:::192.0.2.1]":  "2001:db8::c000:201",
		"sip:[1:2:3:4:5:6:1.2.3.4]":   "1:2:3:4:5:6:102:304",
		"sip:[::]":                    "::",
		"sip:[1::]":                   "1::",
		"sip:192.0.2.04":              "",
		"sip:192.0.2.256":             "",
		"sip:192.0.2.4.":              "",
		"sip:192.0.2":                 "",
		"sip:192.0.2.4x":              "",
		"sip:example.com":             "",
		"tel:+1":                      "",
		"http://192.0.2.4":            "",
		"sip:u@1.2.3.4;maddr=5.6.7.8": "1.2.3.4",
	} {
		u := MustParse(in)
		addr, ok := u.HostAddr()
		if ok != (want != "") || ok && addr != netip.MustParseAddr(want) {
			t.Errorf("%q: %v, %v, want %q", in, addr, ok, want)
		}
		if isAddr := u.HostKind() == HostIPv4 || u.HostKind() == HostIPv6; isAddr != ok {
			t.Errorf("%q: kind %d", in, u.HostKind())
		}
	}
	for _, in := range []string{"", "[", "[]", "]", "[::1", "::1]", "[[::1]]", "[1.2.3.4]", "1.2.3.4:5060", "1.2.3", ":", ":::"} {
		if addr, ok := ParseAddr([]byte(in)); ok {
			t.Errorf("%q: %v", in, addr)
		}
	}
	if addr, ok := ParseAddr([]byte("::1")); !ok || addr != netip.IPv6Loopback() {
		t.Errorf("%v, %v", addr, ok)
	}
}

func TestConsumeHost(t *testing.T) {
	// As a Via has it: what follows is the caller's.
	for _, tt := range []struct {
		in   string
		end  int
		kind HostKind
	}{
		{"..host ;x", 6, HostName},
		{"..1.2.3.4:5060", 9, HostIPv4},
		{"..1.2.3.4_:5060", 10, HostName},
		{"..[::1]:5060", 7, HostIPv6},
	} {
		if j, code := abnf.ConsumeHost([]byte(tt.in), 2); code != 0 || j != tt.end || KindOfHost([]byte(tt.in)[2:j]) != tt.kind {
			t.Errorf("%q: %d, %d, %v", tt.in, j, KindOfHost([]byte(tt.in)[2:j]), code)
		}
	}
	if j, code := abnf.ConsumeHost([]byte("ab"), 2); j != 2 || code != sipwire.ErrHost {
		t.Errorf("at the end: %v at %d", code, j)
	}
}

package wire

import (
	"math/rand/v2"
	"net/netip"
	"strconv"
	"testing"

	"github.com/sipwire/sipwire/header"
)

// TestAppendPort writes every port.
func TestAppendPort(t *testing.T) {
	for port := range 1 << 16 {
		if got, want := string(appendPort([]byte("x"), uint16(port))), "x"+strconv.Itoa(port); got != want {
			t.Fatalf("%q, want %q", got, want)
		}
	}
}

// TestAppendAddr writes every octet in every place.
func TestAppendAddr(t *testing.T) {
	for i := range 4 {
		for octet := range 256 {
			a := [4]byte{9, 99, 255, 0}
			a[i] = byte(octet)
			addr := netip.AddrFrom4(a)
			if got, want := string(appendAddr([]byte("x"), addr)), "x"+addr.String(); got != want {
				t.Fatalf("%q, want %q", got, want)
			}
		}
	}
	if got := string(appendAddr(nil, netip.MustParseAddr("2001:db8::1"))); got != "2001:db8::1" {
		t.Errorf("%q", got)
	}
}

// TestPutIPv6 writes addresses with every set of groups that are 0, and groups of every
// number of digits.
func TestPutIPv6(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 6))
	for zeros := range 1 << 8 {
		for range 50 {
			var a [16]byte
			for g := range 8 {
				if zeros>>g&1 == 0 {
					v := 1 + r.IntN(0xffff>>(4*r.IntN(4)))
					a[2*g], a[2*g+1] = byte(v>>8), byte(v)
				}
			}
			addr := netip.AddrFrom16(a)
			if addr.Is4In6() {
				continue
			}
			var b [48]byte
			if got := string(b[:putIPv6(&b, a)]); got != addr.String() {
				t.Fatalf("%q, want %q", got, addr)
			}
		}
	}
}

// TestSetReceived looks for what the Via becomes, in every order of its
// parameters, and that changes side by side are one.
func TestSetReceived(t *testing.T) {
	four, six := netip.MustParseAddrPort("192.0.2.3:5062"), netip.MustParseAddrPort("[::ffff:192.0.2.3]:5062")
	for _, c := range []struct {
		in    string
		force bool
		want  string
		n     int
	}{
		{"192.0.2.3", false, "", 0},
		{"[::ffff:192.0.2.3]", false, "", 0},
		{"192.0.2.30", false, ";received=192.0.2.3", 1},
		{"a", true, ";received=192.0.2.3;rport=5062", 1},
		{"a;rport", false, ";rport=5062;received=192.0.2.3", 1},
		{"a;rport;branch=1", false, ";rport=5062;branch=1;received=192.0.2.3", 2},
		{"a;received=9;rport=1", false, ";received=192.0.2.3;rport=5062", 2},
		{"a;rport=1;x;received", false, ";rport=5062;x;received=192.0.2.3", 2},
		{"a;received=9", true, ";received=192.0.2.3;rport=5062", 1},
		{"a;received=9;x", true, ";received=192.0.2.3;x;rport=5062", 2},
	} {
		for _, src := range []netip.AddrPort{four, six} {
			var via header.Via
			b := []byte("SIP/2.0/UDP " + c.in)
			if _, err := via.ParseFrom(b, 0); err != nil {
				t.Fatal(err)
			}
			var p ViaPatches
			text := p.SetReceived(nil, &via, src, c.force)
			all, ok := p.Sorted()
			got, at := "", len("SIP/2.0/UDP ")+len(via.SentBy())
			for _, patch := range all {
				got += string(b[at:patch.Lo]) + string(text[patch.From:patch.To])
				at = patch.Hi
			}
			got += string(b[at:])
			if !ok || got != c.want || len(all) != c.n {
				t.Errorf("%s from %s: %q by %d changes, want %q by %d", c.in, src, got, len(all), c.want, c.n)
			}
		}
	}
}

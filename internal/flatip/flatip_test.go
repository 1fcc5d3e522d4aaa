package flatip

import (
	"fmt"
	"net/netip"
	"testing"
)

func TestPack(t *testing.T) {
	var z Zones
	for _, s := range []string{"192.0.2.1:5060", "[2001:db8::1]:5061", "[::ffff:192.0.2.1]:1", "[fe80::1%eth0]:5060", "[fe80::1%eth1]:5060", "0.0.0.0:0"} {
		want := netip.MustParseAddrPort(s)
		p := IP{zone: 9} // of another address
		z.Pack(&p, want)
		if got := z.Unpack(&p); got != want {
			t.Errorf("%v is %v", want, got)
		}
	}
	var zero IP
	if z.Unpack(&zero).IsValid() || len(z) != 2 {
		t.Errorf("the zero IP, or %d zones", len(z))
	}
	for i := range 300 {
		z.Pack(new(IP), netip.MustParseAddrPort(fmt.Sprintf("[fe80::1%%x%d]:1", i)))
	}
	if len(z) != maxZones {
		t.Errorf("%d zones", len(z))
	}
}

func TestAllocs(t *testing.T) {
	var z Zones
	a := netip.MustParseAddrPort("[fe80::1%eth0]:5060")
	if n := testing.AllocsPerRun(100, func() {
		var p IP
		z.Pack(&p, a)
		if z.Unpack(&p) != a {
			t.Fatal("changed")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

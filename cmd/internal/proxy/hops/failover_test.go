package hops

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// TestRouteAfter: what was tried is not tried again, one that is down comes
// last, and a greater priority comes later.
func TestRouteAfter(t *testing.T) {
	targets := make([]*Target, 5)
	for i := range targets {
		addr := netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), 5060)
		targets[i] = NewTarget(forward.Target{Addr: addr}, fmt.Sprint(i), 1)
	}
	targets[1].Priority, targets[2].Priority = 1, 1
	targets[0].SetUp(false)
	var table Table
	table.Set([]Rule{{Targets: targets}})
	for n := range 50 {
		m := new(codec.Message)
		if err := m.Parse(fmt.Appendf(nil, "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@a>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: %d\r\nCSeq: 1 OPTIONS\r\n\r\n", n)); err != nil {
			t.Fatal(err)
		}
		first, ok := table.Route(m, forward.Source{})
		tried := []forward.Target{first}
		for ok {
			var next forward.Target
			if next, ok = table.RouteAfter(m, forward.Source{}, tried); ok {
				tried = append(tried, next)
			}
		}
		order := ""
		for _, one := range tried {
			order += fmt.Sprint(one.Addr.Addr().As4()[3])
		}
		if len(order) != 5 || order[4] != '0' || order[0] < '3' || order[1] < '3' || order[0] == order[1] || order[2] == order[3] {
			t.Fatalf("tried in the order %s", order)
		}
	}
}

// TestTableUnreachable: all targets at an address are down but those that are
// alone in their rule, and those over TCP.
func TestTableUnreachable(t *testing.T) {
	addr, other := netip.MustParseAddrPort("192.0.2.1:5060"), netip.MustParseAddrPort("192.0.2.1:5070")
	target := func(label string, transport header.Transport, addr netip.AddrPort) *Target {
		return NewTarget(forward.Target{Transport: transport, Addr: addr}, label, 1)
	}
	gone, stays, stream := target("a", header.TransportUDP, addr), target("b", header.TransportUDP, other), target("c", header.TransportTCP, addr)
	alone, same := target("d", header.TransportUDP, addr), target("e", header.TransportOther, addr)
	var table Table
	table.Set([]Rule{{Method: "INVITE", Targets: []*Target{alone}}, {User: "x", Targets: []*Target{gone, stays, stream}}, {Targets: []*Target{same, stays}}})
	table.Unreachable(addr)
	if gone.IsUp() || same.IsUp() || !stays.IsUp() || !stream.IsUp() || !alone.IsUp() {
		t.Error(gone.IsUp(), same.IsUp(), stays.IsUp(), stream.IsUp(), alone.IsUp())
	}
}

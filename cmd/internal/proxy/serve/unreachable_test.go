package serve

import (
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/hops"
	"github.com/sipwire/sipwire/codec"
)

// deadUDP returns an address that nobody listens at.
func deadUDP(t *testing.T) netip.AddrPort {
	t.Helper()
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(loopback))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort()
}

// TestUnreachable: a next hop over UDP that is gone is noticed by the ICMP error,
// not by a timer of 32 seconds: the next one gets the request, and the first is
// down. When all are gone, the client is told.
func TestUnreachable(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("NOT RUN: only Linux tells a socket that is not connected of ICMP errors")
		return
	}
	server, addr := listenUDP(t)
	dead := hops.NewTarget(forward.Target{Addr: deadUDP(t)}, "a", 1)
	alive := hops.NewTarget(forward.Target{Addr: addr}, "b", 1)
	dead.Priority, alive.Priority = 1, 2 // the dead one is always tried first
	table := new(hops.Table)
	table.Set([]hops.Rule{{Targets: []*hops.Target{dead, alive}}})
	s := start(t, forward.Target{}, func(c *Config) { c.Forward.Router, c.Stateful = table, new(Stateful) })
	c := dial(t, "udp", s.Locals()[0])
	// Long enough that no error quotes all of it.
	long := func(method, branch string) string {
		text := strings.Replace(message(method, "UDP", c.LocalAddr().String()), "z9hG4bKa", branch, 1)
		return strings.Replace(text, "From:", "Subject: "+strings.Repeat("x", 700)+"\r\nFrom:", 1)
	}
	for i, method := range []string{"MESSAGE", "INVITE"} {
		dead.SetUp(true)
		fmt.Fprint(c, long(method, fmt.Sprint("z9hG4bK", i)))
		answerUDP(t, server)
		for m := readMessage(t, c); m.Status() != 200; m = readMessage(t, c) {
			if m.Status() != 100 {
				t.Fatalf("%s: %s", method, m)
			}
		}
		await(t, func() bool { return !dead.IsUp() })
	}
	if !alive.IsUp() {
		t.Error("the next hop that works is down")
	}
	table.Set([]hops.Rule{{Targets: []*hops.Target{dead}}})
	fmt.Fprint(c, long("MESSAGE", "z9hG4bKlast"))
	if m := readMessage(t, c); m.Status() != 500 {
		t.Errorf("without another next hop: %s", m)
	}
	// One that is quoted but was not sent by the proxy changes nothing.
	alive.SetUp(true)
	table.Set([]hops.Rule{{Targets: []*hops.Target{alive, dead}}})
	s.unreachable([]byte(message("MESSAGE", "UDP", s.Locals()[0].Addr.String())), alive.Addr, 0)
	if !alive.IsUp() {
		t.Error("an error that quotes a request of somebody else takes a next hop out")
	}
	var m codec.Message
	if m.Parse(nil); s.states.parts[0].unreachable(&m, alive.Addr, 0) {
		t.Error("nothing is the request of a transaction")
	}
	s.Shutdown(0)
	if n := s.Counts(); n.Received != n.Sum() {
		t.Errorf("%+v", n)
	}
}

package hops

import (
	"context"
	"fmt"
	"math"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// target returns a target of UDP whose port is its name.
func target(port uint16, weight float64) *Target {
	addr := netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, 9}), port)
	return NewTarget(forward.Target{Transport: header.TransportUDP, Addr: addr}, addr.String(), weight)
}

func message(t *testing.T, line, callID string) *codec.Message {
	t.Helper()
	m := new(codec.Message)
	if err := m.Parse([]byte(line + " SIP/2.0\r\nFrom: <sip:a@a.example>;tag=1\r\nCall-ID: " + callID + "\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRules(t *testing.T) {
	one := func(port uint16) []*Target { return []*Target{target(port, 1)} }
	table := new(Table)
	table.Set([]Rule{
		{Domain: "A.example", User: "+49", Targets: one(1)},
		{Domain: "a.example", Targets: one(2)},
		{Method: "INVITE", User: "+1", Targets: one(3)},
		{Source: netip.MustParsePrefix("10.0.0.0/8"), Targets: one(4)},
	})
	for _, c := range []struct {
		line, from string
		want       uint16
	}{
		{"INVITE sip:+4912@a.example", "192.0.2.1:5060", 1},
		{"INVITE sip:+4@a.example", "192.0.2.1:5060", 2},
		{"INVITE sip:a.example", "192.0.2.1:5060", 2},
		{"INVITE sip:+12@b.example", "192.0.2.1:5060", 3},
		{"ACK tel:+12", "192.0.2.1:5060", 3},
		{"CANCEL tel:+12", "192.0.2.1:5060", 3},
		{"BYE tel:+12", "[::ffff:10.1.1.1]:5060", 4},
		{"BYE tel:+12", "192.0.2.1:5060", 0},
	} {
		got, ok := table.Route(message(t, c.line, "c"), forward.Source{Addr: netip.MustParseAddrPort(c.from)})
		if got.Addr.Port() != c.want || ok != (c.want != 0) {
			t.Errorf("%s from %s: %v, %v, want %d", c.line, c.from, got.Addr, ok, c.want)
		}
	}
}

// TestChoice: calls are shared out by weight; a target that goes down moves
// its own calls and no others.
func TestChoice(t *testing.T) {
	heavy, light, other := target(1, 3), target(2, 1), target(3, 1)
	table := new(Table)
	table.Set([]Rule{{Targets: []*Target{heavy, light, other}}})
	const calls = 5000
	choose := func() (all [calls]uint16) {
		for i := range all {
			got, _ := table.Route(message(t, "INVITE sip:b@b.example", fmt.Sprint(i)), forward.Source{})
			all[i] = got.Addr.Port()
		}
		return all
	}
	before, share := choose(), map[uint16]int{}
	for _, port := range before {
		share[port]++
	}
	if math.Abs(float64(share[1])/calls-0.6) > 0.03 || math.Abs(float64(share[2])/calls-0.2) > 0.03 {
		t.Errorf("shares %v, want 3 to 1 to 1", share)
	}
	if choose() != before {
		t.Error("a call moves by itself")
	}
	light.SetUp(false)
	for i, port := range choose() {
		if port == 2 || before[i] != 2 && port != before[i] {
			t.Fatalf("call %d moved from %d to %d", i, before[i], port)
		}
	}
	heavy.SetUp(false)
	other.SetUp(false)
	if choose() != before {
		t.Error("with all down, calls do not go where they went")
	}
}

// TestBy: what the choice depends on is what the rule says.
func TestBy(t *testing.T) {
	for _, by := range []By{CallID, User, From} {
		table := new(Table)
		rule := Rule{By: by}
		for port := range uint16(8) {
			rule.Targets = append(rule.Targets, target(port+1, 1))
		}
		table.Set([]Rule{rule})
		calls, users := map[uint16]bool{}, map[uint16]bool{}
		for i := range 50 {
			got, _ := table.Route(message(t, "INVITE sip:b@b.example", fmt.Sprint(i)), forward.Source{})
			calls[got.Addr.Port()] = true
			got, _ = table.Route(message(t, fmt.Sprintf("INVITE sip:b%d@b.example", i), "c"), forward.Source{})
			users[got.Addr.Port()] = true
		}
		if (len(calls) > 1) != (by == CallID) || (len(users) > 1) != (by == User) {
			t.Errorf("by %d: %d and %d targets", by, len(calls), len(users))
		}
	}
}

// TestHealth: a target that does not answer goes down, one that says 503 too,
// and comes back with an answer.
func TestHealth(t *testing.T) {
	status := make(chan int, 1)
	status <- 503
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() {
		for b := make([]byte, 2048); ; {
			n, from, err := server.ReadFrom(b)
			if err != nil {
				return
			}
			code := <-status
			status <- code
			m := new(codec.Message)
			if m.Parse(b[:n]) != nil || m.Method() != header.MethodOPTIONS {
				continue
			}
			out, _ := compose.AppendReply(nil, m, &compose.Reply{Status: code, Tag: []byte("t")})
			_, _ = server.WriteTo(out, from)
		}
	}()
	dead, err := net.ListenPacket("udp", "127.0.0.1:0") // never answers
	if err != nil {
		t.Fatal(err)
	}
	defer dead.Close()
	at := func(c net.PacketConn) *Target {
		addr := c.LocalAddr().(*net.UDPAddr).AddrPort()
		return NewTarget(forward.Target{Addr: addr}, addr.String(), 1)
	}
	live, silent := at(server), at(dead)
	table := new(Table)
	table.Set([]Rule{{Targets: []*Target{live, silent}}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go table.Watch(ctx, Health{Interval: 5 * time.Millisecond, Timeout: 50 * time.Millisecond, Fails: 2})
	await := func(up bool) {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); live.IsUp() != up || silent.IsUp(); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("up is %v and %v", live.IsUp(), silent.IsUp())
			}
		}
	}
	await(false)
	<-status
	status <- 200
	await(true)
}

func TestAllocs(t *testing.T) {
	table := new(Table)
	table.Set([]Rule{{Domain: "x.example", Targets: []*Target{target(9, 1)}}, {Domain: "b.example", User: "b", Targets: []*Target{target(1, 1), target(2, 1)}}})
	m := message(t, "INVITE sip:b@b.example", "c")
	if n := testing.AllocsPerRun(100, func() { table.Route(m, forward.Source{}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

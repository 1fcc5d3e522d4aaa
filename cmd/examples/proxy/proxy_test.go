package main

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// A peer is a user agent that a test moves step by step.
type peer struct {
	t    *testing.T
	conn *net.UDPConn
	addr netip.AddrPort
}

func newPeer(t *testing.T) *peer {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &peer{t, conn, conn.LocalAddr().(*net.UDPAddr).AddrPort()}
}

func (p *peer) send(to netip.AddrPort, b []byte) {
	p.t.Helper()
	if _, err := p.conn.WriteToUDPAddrPort(b, to); err != nil {
		p.t.Fatal(err)
	}
}

// receive returns the next message.
func (p *peer) receive() *codec.Message {
	p.t.Helper()
	b := make([]byte, 64<<10)
	p.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	n, err := p.conn.Read(b)
	if err != nil {
		p.t.Fatal(err)
	}
	m := new(codec.Message)
	if err := m.Parse(b[:n]); err != nil {
		p.t.Fatalf("%v\n%s", err, b[:n])
	}
	return m
}

// reply answers a request to where it came from.
func (p *peer) reply(to netip.AddrPort, m *codec.Message, status int) {
	p.t.Helper()
	out, err := compose.AppendReply(nil, m, &compose.Reply{Status: status, Tag: []byte("bob"), Source: to,
		Fields: []compose.HeaderField{{ID: header.IDContact, Addr: &compose.Address{URI: []byte("sip:bob@" + p.addr.String())}}}})
	if err != nil {
		p.t.Fatal(err)
	}
	p.send(to, out)
}

// start runs a proxy in front of a callee.
func start(t *testing.T) (proxy netip.AddrPort, alice, bob *peer) {
	t.Helper()
	alice, bob = newPeer(t), newPeer(t)
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	proxy = conn.LocalAddr().(*net.UDPAddr).AddrPort()
	p, err := newProxy(proxy, map[string]string{"bob": "sip:bob@" + bob.addr.String(), "name": "sip:bob@b.example", "tel": "tel:+1"})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- p.serve(conn) }()
	t.Cleanup(func() { conn.Close(); <-done })
	return proxy, alice, bob
}

// request returns a request of alice to a user of the proxy. via is what follows
// the branch.
func (p *peer) request(method, user string, to netip.AddrPort, via string, more ...string) []byte {
	return fmt.Appendf(nil, "%s sip:%s@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKa1%s\r\nMax-Forwards: 70\r\n"+
		"From: <sip:alice@a.example>;tag=alice\r\nTo: <sip:%[2]s@b.example>\r\nCall-ID: call1\r\nCSeq: 1 %[1]s\r\n"+
		"Contact: <sip:alice@%[4]s>\r\n%[6]sContent-Length: 0\r\n\r\n", method, user, to, p.addr, via, strings.Join(more, ""))
}

func branchOf(t *testing.T, m *codec.Message) string {
	t.Helper()
	via, err := m.TopVia()
	if err != nil {
		t.Fatal(err)
	}
	return string(via.Branch())
}

// TestCancelAndACK cancels a call: INVITE, CANCEL and ACK are one transaction for
// the callee, who finds each by its branch.
func TestCancelAndACK(t *testing.T) {
	proxy, alice, bob := start(t)
	raw := alice.request("INVITE", "bob", proxy, ";rport")
	alice.send(proxy, raw)
	atBob := bob.receive()
	if atBob.CountValues(header.IDVia) != 2 || string(atBob.RequestURIBytes()) != "sip:bob@"+bob.addr.String() ||
		string(atBob.Value(header.IDRecordRoute)) != "<sip:"+proxy.String()+";lr>" || string(atBob.Value(header.IDMaxForwards)) != "69" {
		t.Errorf("%s", atBob.Bytes())
	}
	alice.send(proxy, raw)
	if again := bob.receive(); branchOf(t, again) != branchOf(t, atBob) {
		t.Error("a retransmission has another branch")
	}
	bob.reply(proxy, atBob, 180)
	if m := alice.receive(); m.Status() != 180 || m.CountValues(header.IDVia) != 1 {
		t.Errorf("%s", m.Bytes())
	}

	invite := new(codec.Message)
	if err := invite.Parse(raw); err != nil {
		t.Fatal(err)
	}
	cancel, err := compose.AppendCancel(nil, invite)
	if err != nil {
		t.Fatal(err)
	}
	alice.send(proxy, cancel)
	cancelAtBob := bob.receive()
	want, _ := atBob.AppendTransactionKey(nil)
	if got, err := cancelAtBob.AppendCanceledKey(nil); err != nil || string(got) != string(want) {
		t.Fatalf("the CANCEL is for another request: %v\n%s\n%s", err, cancelAtBob.Bytes(), atBob.Bytes())
	}
	bob.reply(proxy, cancelAtBob, 200)
	if m := alice.receive(); m.Status() != 200 {
		t.Errorf("%s", m.Bytes())
	}
	bob.reply(proxy, atBob, 487)
	failure := alice.receive()
	if failure.Status() != 487 {
		t.Errorf("%s", failure.Bytes())
	}
	ack, err := compose.AppendACK(nil, invite, failure)
	if err != nil {
		t.Fatal(err)
	}
	alice.send(proxy, ack)
	if got, err := bob.receive().AppendTransactionKey(nil); err != nil || string(got) != string(want) {
		t.Errorf("the ACK is for another request: %v", err)
	}
}

// TestDialog follows the route set: the ACK for a 2xx and the BYE of both sides.
func TestDialog(t *testing.T) {
	proxy, alice, bob := start(t)
	alice.send(proxy, alice.request("INVITE", "bob", proxy, ";rport"))
	invite := bob.receive()
	var atBob, atAlice compose.Dialog
	if err := atBob.Begin(invite, []byte("bob")); err != nil {
		t.Fatal(err)
	}
	bob.reply(proxy, invite, 200)
	ok := alice.receive()
	if err := atAlice.Begin(ok, nil); err != nil {
		t.Fatal(err)
	}
	for _, side := range []struct {
		method   string
		d        *compose.Dialog
		from, to *peer
	}{{"ACK", &atAlice, alice, bob}, {"BYE", &atBob, bob, alice}, {"BYE", &atAlice, alice, bob}} {
		out, err := compose.AppendRequest(nil, side.d, &compose.Request{Method: []byte(side.method), CSeq: 2,
			Via: &codec.ViaSpec{Transport: header.TransportUDP, Addr: side.from.addr.Addr(), Port: side.from.addr.Port(), Branch: compose.AppendBranch(nil), RPort: true}})
		if err != nil {
			t.Fatal(err)
		}
		side.from.send(proxy, out)
		m := side.to.receive()
		if m.Has(header.IDRoute) || string(m.MethodBytes()) != side.method {
			t.Errorf("%s", m.Bytes())
		}
		if side.method == "BYE" {
			side.to.reply(proxy, m, 200)
			if m := side.from.receive(); m.Status() != 200 {
				t.Errorf("%s", m.Bytes())
			}
		}
	}
}

// TestForgedReceived sends requests whose Via points elsewhere: the response comes
// back to where they came from.
func TestForgedReceived(t *testing.T) {
	proxy, alice, bob := start(t)
	victim := newPeer(t)
	for _, via := range []string{
		";received=203.0.113.9;rport=9", fmt.Sprintf(";received=127.0.0.1;rport=%d", victim.addr.Port()), ";rport;received=192.0.2.1",
		";rport;maddr=127.0.0.2;ttl=1",
	} {
		alice.send(proxy, alice.request("OPTIONS", "bob", proxy, via))
		m := bob.receive()
		below, err := m.Via(1)
		if port, ok := below.RPort(); err != nil || string(below.Received()) != "127.0.0.1" || !ok || port != alice.addr.Port() {
			t.Errorf("%s: %v, %v", via, below, err)
		}
		bob.reply(proxy, m, 200)
		if m := alice.receive(); m.Status() != 200 {
			t.Errorf("%s", m.Bytes())
		}
		alice.send(proxy, alice.request("OPTIONS", "nobody", proxy, via))
		if m := alice.receive(); m.Status() != 404 {
			t.Errorf("%s", m.Bytes())
		}
	}
	victim.conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if n, err := victim.conn.Read(make([]byte, 100)); err == nil {
		t.Errorf("%d bytes went to who was named", n)
	}
	// A response that the proxy has not asked for, and one with its Via alone.
	ok := "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKx\r\n%sFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
	alice.send(proxy, fmt.Appendf(nil, ok, "192.0.2.1", "Via: SIP/2.0/UDP "+victim.addr.String()+"\r\n"))
	alice.send(proxy, fmt.Appendf(nil, ok, proxy, ""))
	victim.conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if n, err := victim.conn.Read(make([]byte, 100)); err == nil {
		t.Errorf("%d bytes of a foreign response were forwarded", n)
	}
}

// TestRefused lists requests that the proxy answers itself, in order.
func TestRefused(t *testing.T) {
	proxy, alice, _ := start(t)
	for _, test := range []struct {
		user   string
		change func(s string) string
		status int
	}{
		{"bob", func(s string) string { return strings.Replace(s, "Max-Forwards: 70", "Max-Forwards: 0", 1) }, 483},
		{"bob", func(s string) string { return strings.Replace(s, "Max-Forwards: 70", "Max-Forwards: x", 1) }, 400},
		{"bob", func(s string) string { return strings.Replace(s, "Contact:", "Proxy-Require: foo\r\nContact:", 1) }, 420},
		{"bob", func(s string) string { return strings.Replace(s, "Contact:", "Route: <bad\r\nContact:", 1) }, 400},
		{"bob", func(s string) string { return strings.Replace(s, "Length: 0", "Length: 9", 1) }, 400},
		{"alice", func(s string) string { return s }, 404},
		{"name", func(s string) string { return s }, 502},
		{"tel", func(s string) string { return s }, 416},
	} {
		in := test.change(string(alice.request("OPTIONS", test.user, proxy, ";rport")))
		alice.send(proxy, []byte(strings.Replace(in, "OPTIONS sip", "ACK sip", 1)))
		alice.send(proxy, []byte(in))
		m := alice.receive()
		if m.Status() != test.status {
			t.Errorf("%d for\n%s", m.Status(), in)
		}
		if to, err := m.To(); err != nil || len(to.Tag()) == 0 {
			t.Errorf("no tag: %s", m.Bytes())
		}
	}
	alice.send(proxy, []byte("noise"))
	alice.send(proxy, nil)
}

func TestAllocs(t *testing.T) {
	p, err := newProxy(netip.MustParseAddrPort("192.0.2.1:5060"), map[string]string{"bob": "sip:bob@192.0.2.2"})
	if err != nil {
		t.Fatal(err)
	}
	src := netip.MustParseAddrPort("192.0.2.3:6000")
	alice := peer{addr: src}
	dst := make([]byte, 0, 4096)
	for name, in := range map[string][]byte{
		"INVITE": alice.request("INVITE", "bob", p.self, ";rport"),
		"404":    alice.request("INVITE", "carol", p.self, ";rport"),
	} {
		if n := testing.AllocsPerRun(100, func() { p.handle(dst, in, src) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestRun(t *testing.T) {
	if run("nowhere", nil) == nil {
		t.Error("listened nowhere")
	}
	if run("127.0.0.1:0", map[string]string{"bob": ":"}) == nil {
		t.Error("a route that is no URI")
	}
}

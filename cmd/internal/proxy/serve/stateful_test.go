package serve

import (
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/registrar"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// stateful asks for transactions, with a registrar for b.example.
func stateful(c *Config) {
	c.Stateful = &Stateful{Bindings: &registrar.Config{Domains: []string{"b.example"}}}
}

// readMessage reads one message from a connection that carries no other
// meanwhile.
func readMessage(t *testing.T, c net.Conn) *codec.Message {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	b := make([]byte, 8192)
	n, err := c.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	m := new(codec.Message)
	if err := m.Parse(b[:n]); err != nil {
		t.Fatalf("%v in %q", err, b[:n])
	}
	return m
}

func reply(t *testing.T, c net.Conn, m *codec.Message, status int) {
	t.Helper()
	b, err := compose.AppendReply(nil, m, &compose.Reply{Status: status, Tag: []byte("t")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write(b); err != nil {
		t.Fatal(err)
	}
}

// TestStatefulFlow: a client registers over TCP; an INVITE over UDP goes over
// that connection, whatever its Contact is, and the answer comes back. When the
// connection is gone, the INVITE is answered with 430.
func TestStatefulFlow(t *testing.T) {
	s := start(t, forward.Target{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("127.0.0.1:9")}, stateful)
	tcp, err := net.Dial("tcp", s.Locals()[1].Addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	fmt.Fprint(tcp, strings.Replace(strings.Replace(message("REGISTER", "TCP", "h.example"), "sip:b@b.example SIP", "sip:b.example SIP", 1),
		"Content-Length", "Contact: <sip:b@192.0.2.1;transport=tcp>;+sip.instance=\"<urn:uuid:1>\";reg-id=1\r\nSupported: outbound\r\nContent-Length", 1))
	if m := readMessage(t, tcp); m.Status() != 200 || !m.Has(header.IDContact) {
		t.Fatalf("REGISTER: %s", m)
	}
	udp, err := net.Dial("udp", s.Locals()[0].Addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	fmt.Fprint(udp, message("MESSAGE", "UDP", udp.LocalAddr().String()))
	reply(t, tcp, readMessage(t, tcp), 202)
	if m := readMessage(t, udp); m.Status() != 202 {
		t.Fatalf("MESSAGE: %s", m)
	}
	tcp.Close()
	await(t, func() bool { return s.Conns() == 0 })
	fmt.Fprint(udp, strings.ReplaceAll(message("MESSAGE", "UDP", udp.LocalAddr().String()), "z9hG4bKa", "z9hG4bKb"))
	if m := readMessage(t, udp); m.Status() != 430 {
		t.Fatalf("without the connection: %s", m)
	}
	var want Counts
	want.Received, want.Kinds[forward.Answered], want.Kinds[forward.Forwarded] = 4, 1, 3
	end(t, s, want)
}

// TestStatefulRefused: a next hop that takes no connection, found out only when
// that fails, is a 500 for the client.
func TestStatefulRefused(t *testing.T) {
	l, at := listenTCP(t)
	addr := at
	s := start(t, forward.Target{Transport: header.TransportTCP, Addr: addr}, func(c *Config) { c.Stateful = new(Stateful) })
	l.Close() // not before: the proxy could get its port
	udp, err := net.Dial("udp", s.Locals()[0].Addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	fmt.Fprint(udp, message("MESSAGE", "UDP", udp.LocalAddr().String()))
	if m := readMessage(t, udp); m.Status() != 500 {
		t.Fatalf("%s", m)
	}
	if n, _, ok := s.Transactions(); !ok || n.Servers != 1 || n.Clients != 1 {
		t.Errorf("%+v", n)
	}
	end(t, s, counts(1))
}

// TestStreamRequest: a request whose connection is gone goes to its target,
// also when its method begins as a response does; a response to sent-by.
func TestStreamRequest(t *testing.T) {
	s := start(t, forward.Target{Addr: loopback}, stateful)
	target, targetAt := listenTCP(t)
	sentBy, _ := listenTCP(t)
	addr := targetAt
	subscribe := strings.Replace(message("SUBSCRIBE", "TCP", sentBy.Addr().String()), ";rport", "", 1)
	for _, c := range []struct {
		b  string
		at net.Listener
	}{{subscribe, target}, {strings.Replace(subscribe, "SUBSCRIBE sip:b@b.example SIP/2.0", "SIP/2.0 200 OK", 1), sentBy}} {
		p := s.states.parts[0]
		p.mu.Lock()
		p.Send(0, 1, &forward.Peer{Transport: header.TransportTCP, Addr: addr, Flow: addr}, []byte(c.b))
		p.mu.Unlock()
		_ = c.at.(*net.TCPListener).SetDeadline(time.Now().Add(20 * time.Second))
		conn, err := c.at.Accept()
		if err != nil {
			t.Fatalf("%.9s: %v", c.b, err)
		}
		if m := readMessage(t, conn); string(m.Bytes()) != c.b {
			t.Errorf("%s", m)
		}
		s.conns.closeAll()
		await(t, func() bool { return s.Conns() == 0 })
		conn.Close()
	}
	s.Shutdown(50 * time.Millisecond)
}

// TestStatefulWildcard: an answer leaves from the address that its request was
// sent to, when the proxy listens on all.
func TestStatefulWildcard(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("NOT RUN: only Linux has all of 127.0.0.0/8")
		return
	}
	s := start(t, forward.Target{Addr: loopback}, func(c *Config) {
		stateful(c)
		c.Forward.Locals[0] = forward.Local{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort("0.0.0.0:0"), Host: "127.0.0.1"}
	})
	to := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), s.Locals()[0].Addr.Port())
	c, err := net.DialUDP("udp", net.UDPAddrFromAddrPort(loopback), net.UDPAddrFromAddrPort(to)) // takes from there only
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, strings.Replace(message("REGISTER", "UDP", c.LocalAddr().String()), "sip:b@b.example SIP", "sip:b.example SIP", 1))
	if m := readMessage(t, c); m.Status() != 200 {
		t.Errorf("%s", m)
	}
	s.Shutdown(50 * time.Millisecond)
}

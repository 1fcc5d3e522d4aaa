package serve

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/udp"
)

// oneHop sends all to one target.
type oneHop forward.Target

func (h oneHop) Route(*codec.Message, forward.Source) (forward.Target, bool) {
	return forward.Target(h), true
}

var loopback = netip.MustParseAddrPort("127.0.0.1:0")

// start starts a proxy on UDP, TCP and, with a certificate, TLS.
func start(t *testing.T, to forward.Target, change func(*Config)) *Server {
	t.Helper()
	c := Config{Workers: 1, Forward: forward.Config{Key: compose.NewKey(), Router: oneHop(to)}}
	c.Forward.Locals = []forward.Local{{Transport: header.TransportUDP, Addr: loopback}, {Transport: header.TransportTCP, Addr: loopback}}
	if change != nil {
		change(&c)
	}
	s, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// end shuts the proxy down and checks that every message is accounted for.
func end(t *testing.T, s *Server, want Counts) {
	t.Helper()
	s.Shutdown(50 * time.Millisecond)
	got := s.Counts()
	if got.Received != got.Sum() || got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
	if n := s.Conns(); n != 0 {
		t.Errorf("%d connections are left", n)
	}
}

// counts are those of messages that were all forwarded.
func counts(forwarded uint64) (c Counts) {
	c.Received, c.Kinds[forward.Forwarded] = forwarded, forwarded
	return c
}

func message(method, transport, via string) string {
	return fmt.Sprintf("%[1]s sip:b@b.example SIP/2.0\r\nVia: SIP/2.0/%[2]s %[3]s;rport;branch=z9hG4bKa\r\nMax-Forwards: 70\r\n"+
		"From: <sip:a@a.example>;tag=1\r\nTo: <sip:b@b.example>\r\nCall-ID: c1\r\nCSeq: 1 %[1]s\r\nContent-Length: 0\r\n\r\n", method, transport, via)
}

// respond answers the request that read reads. read returns its length, and
// what sends the answer.
func respond(t *testing.T, read func([]byte) (int, func([]byte) error)) {
	t.Helper()
	b := make([]byte, 4096)
	n, write := read(b)
	m := new(codec.Message)
	if err := m.Parse(b[:n]); err != nil {
		t.Fatalf("%v in %q", err, b[:n])
	}
	out, err := compose.AppendReply(nil, m, &compose.Reply{Status: 200, Tag: []byte("t")})
	if err != nil {
		t.Fatal(err)
	}
	if err := write(out); err != nil {
		t.Fatal(err)
	}
}

// answerUDP answers one request on a UDP socket.
func answerUDP(t *testing.T, c *net.UDPConn) {
	t.Helper()
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	respond(t, func(b []byte) (int, func([]byte) error) {
		n, from, err := c.ReadFromUDPAddrPort(b)
		if err != nil {
			t.Fatal(err)
		}
		return n, func(out []byte) error { _, err := c.WriteToUDPAddrPort(out, from); return err }
	})
}

// answerStream accepts a connection and answers one request on it.
func answerStream(t *testing.T, l net.Listener) {
	t.Helper()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	respond(t, func(b []byte) (int, func([]byte) error) {
		n, err := c.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return n, func(out []byte) error { _, err := c.Write(out); return err }
	})
}

// expect200 reads a response.
func expect200(t *testing.T, c net.Conn) {
	t.Helper()
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	b := make([]byte, 4096)
	n, err := c.Read(b)
	if err != nil || !strings.HasPrefix(string(b[:n]), "SIP/2.0 200 OK\r\n") {
		t.Fatalf("%v, %q", err, b[:n])
	}
	if strings.Count(string(b[:n]), "Via:") != 1 {
		t.Errorf("not one Via: %q", b[:n])
	}
}

func listenUDP(t *testing.T) (*net.UDPConn, netip.AddrPort) {
	t.Helper()
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(loopback))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, c.LocalAddr().(*net.UDPAddr).AddrPort()
}

// listenTCP listens until the test ends.
func listenTCP(t *testing.T) (net.Listener, netip.AddrPort) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l, l.Addr().(*net.TCPAddr).AddrPort()
}

func dial(t *testing.T, network string, l forward.Local) net.Conn {
	t.Helper()
	c, err := net.Dial(network, l.Addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// TestUDP sends a request and its response through the proxy.
func TestUDP(t *testing.T) {
	server, addr := listenUDP(t)
	s := start(t, forward.Target{Addr: addr}, nil)
	c := dial(t, "udp", s.Locals()[0])
	fmt.Fprint(c, message("MESSAGE", "UDP", "h.example"))
	answerUDP(t, server)
	expect200(t, c)
	end(t, s, counts(2))
}

// TestTCPToUDP: the response finds the connection of its request, however
// the Via below the proxy's is written; the connection serves again.
func TestTCPToUDP(t *testing.T) {
	server, addr := listenUDP(t)
	s := start(t, forward.Target{Transport: header.TransportUDP, Addr: addr}, nil)
	c := dial(t, "tcp", s.Locals()[1])
	for range 2 {
		fmt.Fprint(c, message("MESSAGE", "TCP", "h.example"))
		answerUDP(t, server)
		expect200(t, c)
	}
	end(t, s, counts(4))
}

// TestTLSToTCP and back.
func TestTLSToTCP(t *testing.T) {
	cert, pool := certificate(t)
	l, at := listenTCP(t)
	s := start(t, forward.Target{Transport: header.TransportTCP, Addr: at}, func(c *Config) {
		c.Server = &tls.Config{Certificates: []tls.Certificate{cert}}
		c.Forward.Locals = append(c.Forward.Locals, forward.Local{Transport: header.TransportTLS, Addr: loopback})
	})
	c, err := tls.Dial("tcp", s.Locals()[2].Addr.String(), &tls.Config{RootCAs: pool})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, message("MESSAGE", "TLS", "h.example"))
	answerStream(t, l)
	expect200(t, c)
	end(t, s, counts(2))
}

// TestUDPToTLS: the certificate of the next hop must be good for it.
func TestUDPToTLS(t *testing.T) {
	cert, pool := certificate(t)
	for _, trusted := range []bool{true, false} {
		l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		s := start(t, forward.Target{Transport: header.TransportTLS, Addr: l.Addr().(*net.TCPAddr).AddrPort()}, func(c *Config) {
			c.Server, c.Client = &tls.Config{Certificates: []tls.Certificate{cert}}, &tls.Config{}
			if trusted {
				c.Client.RootCAs = pool
			}
			c.Forward.Locals = append(c.Forward.Locals, forward.Local{Transport: header.TransportTLS, Addr: loopback})
		})
		c := dial(t, "udp", s.Locals()[0])
		fmt.Fprint(c, message("MESSAGE", "UDP", "h.example"))
		if trusted {
			answerStream(t, l)
			expect200(t, c)
			end(t, s, counts(2))
			continue
		}
		if nc, err := l.Accept(); err == nil {
			_ = nc.(*tls.Conn).Handshake() // fails: the proxy does not trust it
			nc.Close()
		}
		if m := readMessage(t, c); m.Status() != 500 {
			t.Errorf("%s", m)
		}
		want := Counts{Received: 1, Kinds: [forward.Kinds]uint64{forward.Answered: 1}}
		want.Undelivered[forward.NoConnect] = 1
		end(t, s, want)
	}
}

// await waits until a condition holds.
func await(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not happen")
		}
	}
}

// certificate makes a certificate for 127.0.0.1, and the pool that trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, _ := x509.ParseCertificate(der)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// TestAllocs forwards a batch as a worker does.
func TestAllocs(t *testing.T) {
	_, addr := listenUDP(t)
	s := start(t, forward.Target{Addr: addr}, nil)
	defer s.Shutdown(time.Millisecond)
	socket, err := udp.Listen(context.Background(), "udp", "127.0.0.1:0", udp.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	f, err := forward.New(s.config.Forward)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorker(s, 0, socket, f)
	p := udp.Packet{Data: []byte(message("INVITE", "UDP", "h.example")), Src: addr}
	p.Len = len(p.Data)
	batch := []udp.Packet{p, p, p, p, p, p, p, p}
	if n := testing.AllocsPerRun(100, func() { w.forward(batch) }); n != 0 {
		t.Errorf("%v allocations for a batch", n)
	}
}

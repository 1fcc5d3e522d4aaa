package stack

import (
	"bufio"
	"crypto/tls"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// dialTCP connects to a Stack by hand.
func dialTCP(t *testing.T, s *Stack) (net.Conn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", addrOf(s, header.TransportTCP).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(60 * time.Second))
	return c, bufio.NewReader(c)
}

func options(callID, via string) string {
	return "OPTIONS sip:a@b SIP/2.0\r\nVia: " + via + ";branch=z9hG4bK" + callID + "\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: " +
		callID + "\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
}

// readHead reads a message without a body.
func readHead(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("%v behind %q", err, b.String())
		}
		b.WriteString(line)
		if line == "\r\n" {
			return b.String()
		}
	}
}

var tcp = []Listener{{"tcp", "127.0.0.1:0"}}
var udpTCP = []Listener{{"udp", "127.0.0.1:0"}, {"tcp", "127.0.0.1:0"}}

// TestReuse sends many requests over one connection.
func TestReuse(t *testing.T) {
	ctx := soon(t)
	bob := open(t, Config{Listen: tcp, Handler: always(200)})
	alice := open(t, Config{})
	for range 5 {
		if res, err := alice.Do(ctx, &Outgoing{Method: "OPTIONS", URI: bob.URI("", header.TransportTCP)}); err != nil || res.Status() != 200 {
			t.Fatal(res, err)
		}
	}
	if n := bob.Stats().Accepted; n != 1 {
		t.Errorf("%d connections for 5 requests", n)
	}
}

// TestLongRequest is longer than 1300 bytes: it goes by TCP (RFC 3261, 18.1.1),
// and by UDP when nobody listens there.
func TestLongRequest(t *testing.T) {
	ctx := soon(t)
	for _, listen := range [][]Listener{udpTCP, udpTCP[:1]} {
		want := listen[len(listen)-1].Network
		came := make(chan string, 2)
		h := HandlerFunc(func(r *Request) {
			via, _ := r.TopVia()
			came <- via.Transport().String() + " " + r.Source().Transport.String()
			_ = r.Respond(status(200))
		})
		// Both transports have to have one port.
		var bob *Stack
		for range 20 {
			first := open(t, Config{Listen: listen[:1], Handler: h})
			if len(listen) == 1 {
				bob = first
				break
			}
			addr := addrOf(first, header.TransportUDP).String()
			first.Close()
			var err error
			if bob, err = New(Config{Listen: []Listener{{"udp", addr}, {"tcp", addr}}, Handler: h}); err == nil {
				t.Cleanup(func() { bob.Close() })
				break
			}
		}
		if bob == nil {
			t.Fatal("no port is free for both UDP and TCP")
		}
		alice := open(t, Config{Listen: udpTCP})
		long := &Outgoing{Method: "MESSAGE", URI: bob.URI("", header.TransportUDP), ContentType: "text/plain", Body: make([]byte, 1400)}
		if res, err := alice.Do(ctx, long); err != nil || res.Status() != 200 {
			t.Fatal(res, err)
		}
		if got := <-came; !strings.EqualFold(got, want+" "+want) {
			t.Errorf("Via and transport: %s, want %s", got, want)
		}
	}
}

// TestResponseByVia answers a request whose connection is gone: the response
// comes to the port of the Via (RFC 3261, 18.2.2).
func TestResponseByVia(t *testing.T) {
	in, out := make(chan bool), make(chan bool)
	bob := open(t, Config{Listen: tcp, Handler: HandlerFunc(func(r *Request) {
		in <- true
		<-out
		_ = r.Respond(status(200))
	})})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, _ := dialTCP(t, bob)
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if _, err := c.Write([]byte(options("gone", "SIP/2.0/TCP 192.0.2.1:"+port))); err != nil {
		t.Fatal(err)
	}
	<-in
	c.Close()
	until(t, "the connection is gone", func() bool { return bob.Stats().Conns == 0 })
	close(out)
	back, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	if got := readHead(t, bufio.NewReader(back)); !strings.HasPrefix(got, "SIP/2.0 200 ") {
		t.Errorf("got %.60q", got)
	}
}

// TestAlias has a request sent back by the connection that its peer has opened
// (RFC 5923), only where that is allowed.
func TestAlias(t *testing.T) {
	ctx := soon(t)
	for _, allowed := range []bool{true, false} {
		bob := open(t, Config{Listen: tcp, Handler: always(200), AliasTCP: allowed})
		alice := open(t, Config{Listen: tcp, Handler: always(202)})
		for _, c := range []struct {
			from, to *Stack
			want     int
		}{{alice, bob, 200}, {bob, alice, 202}} {
			if res, err := c.from.Do(ctx, &Outgoing{Method: "OPTIONS", URI: c.to.URI("", header.TransportTCP)}); err != nil || res.Status() != c.want {
				t.Fatal(res, err)
			}
		}
		if n := bob.Stats().Dialed; (n == 0) != allowed {
			t.Errorf("allowed %v: %d connections made", allowed, n)
		}
	}
}

// TestAliasTLS is the same over TLS, where the client's certificate has to name
// the host of its Via.
func TestAliasTLS(t *testing.T) {
	ctx := soon(t)
	config := certificates(t)
	stranger := config.Clone()
	stranger.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return &tls.Certificate{}, nil // none
	}
	listen := []Listener{{"tls", "127.0.0.1:0"}}
	bob := open(t, Config{Listen: listen, Handler: always(200), TLS: config})
	for _, c := range []struct {
		client *tls.Config
		want   uint64
	}{{config, 0}, {stranger, 1}} {
		alice := open(t, Config{Listen: listen, Handler: always(202), TLS: c.client})
		before := bob.Stats().Dialed
		if res, err := alice.Do(ctx, &Outgoing{Method: "OPTIONS", URI: bob.URI("", header.TransportTLS)}); err != nil || res.Status() != 200 {
			t.Fatal(res, err)
		}
		if res, err := bob.Do(ctx, &Outgoing{Method: "OPTIONS", URI: alice.URI("", header.TransportTLS)}); err != nil || res.Status() != 202 {
			t.Fatal(res, err)
		}
		if n := bob.Stats().Dialed - before; n != c.want {
			t.Errorf("%d connections made, not %d", n, c.want)
		}
	}
}

// TestTLSName refuses a server whose certificate has another name.
func TestTLSName(t *testing.T) {
	ctx := soon(t)
	config := certificates(t)
	bob := open(t, Config{Listen: []Listener{{"tls", "127.0.0.1:0"}}, TLS: config, Handler: always(200)})
	alice := open(t, Config{TLS: config})
	port := addrOf(bob, header.TransportTLS).Port()
	for name, want := range map[string]error{"example.com": nil, "example.net": sipwire.ErrTransport} {
		b, err := alice.prepare(&Outgoing{Method: "OPTIONS", URI: "sips:" + name})
		if err != nil {
			t.Fatal(err)
		}
		var at target
		at.Transport, at.Name = header.TransportTLS, name
		at.Addr = addrOf(bob, header.TransportTLS)
		if _, err := alice.try(ctx, b, []target{at}); err != want {
			t.Errorf("%s:%d: %v, want %v", name, port, err, want)
		}
	}
}

// TestFailover has a name of several hosts, of which only the last one is there
// and answers with something else than 503 (RFC 3263, 4.3).
func TestFailover(t *testing.T) {
	ctx := soon(t)
	busy := open(t, Config{Listen: tcp, Handler: always(503)})
	good := open(t, Config{Listen: tcp, Handler: always(200)})
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	alice := open(t, Config{})
	var targets []target
	for _, a := range []transaction.Addr{{IP: nobody.Addr().(*net.TCPAddr).AddrPort()}, busy.Addrs()[0], good.Addrs()[0]} {
		var at target
		at.Transport, at.Addr = header.TransportTCP, a.IP
		targets = append(targets, at)
	}
	for n, want := range map[int]int{3: 200, 2: 503} {
		b, err := alice.prepare(&Outgoing{Method: "OPTIONS", URI: "sip:example.com"})
		if err != nil {
			t.Fatal(err)
		}
		if res, err := alice.try(ctx, b, targets[:n]); err != nil || res.Status() != want {
			t.Errorf("%d targets: %v %v, want %d", n, res, err, want)
		}
	}
	b, _ := alice.prepare(&Outgoing{Method: "OPTIONS", URI: "sip:example.com"})
	if _, err := alice.try(ctx, b, targets[:1]); err != sipwire.ErrTransport {
		t.Errorf("nobody there: %v", err)
	}
}

// TestTimeout is a peer that never answers.
func TestTimeout(t *testing.T) {
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	alice := open(t, Config{Dialog: quick})
	for _, method := range []string{"OPTIONS", "INVITE"} {
		if _, err := alice.Do(soon(t), &Outgoing{Method: method, URI: "sip:" + silent.LocalAddr().String()}); err != sipwire.ErrTimeout {
			t.Errorf("%s: %v", method, err)
		}
	}
}

// TestClose ends what waits.
func TestClose(t *testing.T) {
	in := make(chan bool)
	bob := open(t, Config{Handler: HandlerFunc(func(r *Request) {
		in <- true
		<-r.Context().Done()
	})})
	alice := open(t, Config{})
	done := make(chan error)
	go func() {
		_, err := alice.Do(soon(t), &Outgoing{Method: "OPTIONS", URI: bob.URI("", header.TransportUDP)})
		done <- err
	}()
	<-in
	bob.Close()
	alice.Close()
	if err := <-done; err != errClosed {
		t.Error(err)
	}
	if _, err := alice.Do(soon(t), &Outgoing{Method: "OPTIONS", URI: bob.URI("", header.TransportUDP)}); err != errClosed {
		t.Error(err)
	}
	alice.Close()
}

// TestInjection gives values that would end their header field.
func TestInjection(t *testing.T) {
	alice := open(t, Config{})
	for _, o := range []*Outgoing{
		{Method: "OPTIONS\r\nX: y", URI: "sip:127.0.0.1:9"},
		{Method: "OPTIONS", URI: "sip:127.0.0.1:9", To: "sip:a@b>\r\nX: y"},
		{Method: "OPTIONS", URI: "sip:127.0.0.1:9", From: "sip:a@b\r\nX: y"},
		{Method: "OPTIONS", URI: "sip:127.0.0.1:9", CallID: "1\r\nX: y"},
		{Method: "OPTIONS", URI: "sip:127.0.0.1:9", FromTag: "1\r\nX: y"},
		{Method: "OPTIONS", URI: "sip:127.0.0.1:9", ContentType: "a/b\r\nX: y", Body: []byte("b")},
		{Method: "OPTIONS", URI: "sip:127.0.0.1:9", Fields: []compose.HeaderField{{ID: header.IDSubject, Value: []byte("a\r\nX: y")}}},
		{Method: "OPTIONS", URI: "sip:127.0.0.1:9", Fields: []compose.HeaderField{{Name: []byte("X"), Value: []byte("a\r\nX: y")}}},
	} {
		if _, err := alice.Do(soon(t), o); err == nil || err == sipwire.ErrTimeout {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

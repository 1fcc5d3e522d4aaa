package serve

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/header"
)

// closes reports whether the other side ends the connection.
func closes(t *testing.T, c net.Conn) bool {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(30 * time.Second))
	_, err := c.Read(make([]byte, 1))
	ne, isNet := err.(net.Error)
	return err != nil && !(isNet && ne.Timeout())
}

// TestMaxConns: a connection too many is closed, and one that ends makes room.
func TestMaxConns(t *testing.T) {
	s := start(t, forward.Target{Addr: loopback}, func(c *Config) { c.MaxConns = 1 })
	first := dial(t, "tcp", s.Locals()[1])
	await(t, func() bool { return s.Conns() == 1 })
	if !closes(t, dial(t, "tcp", s.Locals()[1])) {
		t.Error("the second connection stays open")
	}
	first.Close()
	await(t, func() bool { return s.Conns() == 0 })
	dial(t, "tcp", s.Locals()[1])
	await(t, func() bool { return s.Conns() == 1 })
	end(t, s, Counts{})
}

// TestMaxOpening: connections that are being opened are a quarter of all, so
// that who connects to the proxy still gets in. One that fails makes room.
func TestMaxOpening(t *testing.T) {
	s := start(t, forward.Target{Addr: loopback}, func(c *Config) { c.MaxConns, c.ConnectTimeout = 8, time.Minute })
	var silent []net.Listener // who listens there never answers a TLS handshake
	for range 4 {
		l, _ := listenTCP(t)
		silent = append(silent, l)
	}
	opens := func(i int) bool {
		to := forward.Peer{Transport: header.TransportTLS, Addr: silent[i].Addr().(*net.TCPAddr).AddrPort()}
		return s.conns.queue(1, &to, queued{b: []byte("x"), pong: true}) == forward.NoCause
	}
	if !opens(0) || !opens(1) || opens(2) || opens(3) || !opens(0) {
		t.Error("not two of four are being opened")
	}
	for range 6 {
		dial(t, "tcp", s.Locals()[1])
	}
	await(t, func() bool { return s.Conns() == 8 })
	c, err := silent[0].Accept()
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	await(t, func() bool { return s.Conns() == 7 })
	await(t, func() bool { return opens(2) })
	if opens(3) {
		t.Error("a third one is being opened")
	}
	for _, i := range []int{1, 2} { // so that the proxy ends at once
		c, err := silent[i].Accept()
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
	}
	end(t, s, Counts{})
}

// TestSlow: a peer that does not begin a message, or does not end one, is
// closed; between messages it may wait for longer.
func TestSlow(t *testing.T) {
	_, addr := listenUDP(t)
	s := start(t, forward.Target{Transport: header.TransportUDP, Addr: addr}, func(c *Config) { c.MessageTime, c.Idle = 50*time.Millisecond, 200*time.Millisecond })
	if !closes(t, dial(t, "tcp", s.Locals()[1])) {
		t.Error("a connection without a message stays open")
	}
	c := dial(t, "tcp", s.Locals()[1])
	fmt.Fprint(c, message("MESSAGE", "TCP", "h.example")+"MESSAGE sip:b")
	if !closes(t, c) {
		t.Error("half a message is waited for")
	}
	c = dial(t, "tcp", s.Locals()[1])
	fmt.Fprint(c, message("MESSAGE", "TCP", "h.example"))
	if !closes(t, c) {
		t.Error("an idle connection stays open")
	}
	s.Shutdown(50 * time.Millisecond)
	// On a busy machine the time may be over before a message, or half of one, is
	// read.
	if n := s.Counts(); n.Received > 3 || n.Received != n.Sum() || s.Conns() != 0 {
		t.Errorf("%+v, %d connections", n, s.Conns())
	}
}

// TestQueueFull: what a peer reads too slowly is answered where nobody would send it
// again, and dropped where the client does.
func TestQueueFull(t *testing.T) {
	_, at := listenTCP(t) // never reads
	for local, transport := range []string{"UDP", "TCP"} {
		s := start(t, forward.Target{Transport: header.TransportTCP, Addr: at}, func(c *Config) {
			c.MaxQueue, c.WriteTimeout = 4, 300*time.Millisecond
		})
		c := dial(t, strings.ToLower(transport), s.Locals()[local])
		body := strings.Repeat("x", 30000)
		big := strings.Replace(message("MESSAGE", transport, "h.example"), "Content-Length: 0\r\n\r\n", "Content-Length: 30000\r\n\r\n"+body, 1)
		full := func() (dropped, answered uint64) {
			n := s.Counts()
			return n.Dropped[forward.QueueFull], n.Undelivered[forward.QueueFull]
		}
		for i := 0; ; i++ {
			if dropped, answered := full(); dropped+answered > 0 {
				break
			}
			if i == 5000 {
				t.Fatal("the queue has no end")
			}
			fmt.Fprint(c, big)
			time.Sleep(100 * time.Microsecond)
		}
		s.Shutdown(50 * time.Millisecond)
		if n := s.Counts(); n.Received != n.Sum() {
			t.Errorf("%+v", n)
		}
		if dropped, answered := full(); (transport == "TCP") != (dropped == 0) || (transport == "TCP") != (answered > 0) {
			t.Errorf("%s: %d dropped, %d answered", transport, dropped, answered)
		}
	}
}

// TestStreamDefects: a malformed message whose end is known gets its 400, and
// the connection goes on; keep-alives get their answer.
func TestStreamDefects(t *testing.T) {
	_, addr := listenUDP(t)
	s := start(t, forward.Target{Transport: header.TransportUDP, Addr: addr}, nil)
	c := dial(t, "tcp", s.Locals()[1])
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	r := bufio.NewReader(c)
	fmt.Fprint(c, "\r\n\r\n")
	if b, err := r.Peek(2); err != nil || string(b) != "\r\n" {
		t.Fatalf("%q, %v", b, err)
	}
	_, _ = r.Discard(2)
	bad := strings.Replace(message("MESSAGE", "TCP", "h.example"), "CSeq: 1", "CSeq: x", 1)
	fmt.Fprint(c, bad+strings.Replace(bad, "CSeq: x", "CSeq: y", 1))
	for range 2 {
		line, err := r.ReadString('\n')
		if err != nil || line != "SIP/2.0 400 Bad CSeq\r\n" {
			t.Fatalf("%q, %v", line, err)
		}
		for line != "\r\n" {
			if line, err = r.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
	}
	// Where the end cannot be found, the connection ends.
	fmt.Fprint(c, strings.Replace(message("MESSAGE", "TCP", "h.example"), "Content-Length: 0", "Content-Length: x", 1))
	if _, err := io.Copy(io.Discard, r); err != nil {
		t.Error(err)
	}
	s.Shutdown(50 * time.Millisecond)
	if n := s.Counts(); n.Received != 3 || n.Received != n.Sum() {
		t.Errorf("%+v", n)
	}
}

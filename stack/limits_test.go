package stack

import (
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/header"
)

// TestKeepAlive pings and answers pings (RFC 5626, 4.4.1).
func TestKeepAlive(t *testing.T) {
	bob := open(t, Config{Listen: tcp, Handler: always(200)})
	c, r := dialTCP(t, bob)
	if _, err := c.Write([]byte("\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if line, err := r.ReadString('\n'); err != nil || line != "\r\n" {
		t.Errorf("pong: %q %v", line, err)
	}
	// A peer that answers: it is asked again and again.
	patient := open(t, Config{KeepAlive: 20 * time.Millisecond, Pong: time.Minute})
	good, err := patient.connTo(header.TransportTCP, addrOf(bob, header.TransportTCP), "")
	if err != nil {
		t.Fatal(err)
	}
	// A peer that does not.
	deaf, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	alice := open(t, Config{KeepAlive: 20 * time.Millisecond, Pong: 50 * time.Millisecond})
	bad, err := alice.connTo(header.TransportTCP, deaf.Addr().(*net.TCPAddr).AddrPort(), "")
	if err != nil {
		t.Fatal(err)
	}
	<-bad.done
	if bad.err != errDead || alice.Stats().Dead != 1 {
		t.Errorf("closed for %v, %d dead", bad.err, alice.Stats().Dead)
	}
	// Only a ping that was answered is followed by another.
	asked := map[int64]bool{}
	for end := time.Now().Add(20 * time.Second); len(asked) < 3 && time.Now().Before(end); time.Sleep(time.Millisecond) {
		asked[good.nextPing.Load()] = true
	}
	select {
	case <-good.done:
		t.Error("a connection that answers was closed")
	default:
	}
	if len(asked) < 3 {
		t.Errorf("%d pings", len(asked))
	}
}

// TestIdle closes a connection on which nothing comes.
func TestIdle(t *testing.T) {
	bob := open(t, Config{Listen: tcp, Handler: always(200), Idle: 50 * time.Millisecond})
	_, r := dialTCP(t, bob)
	if _, err := r.ReadByte(); err == nil {
		t.Error("a byte came")
	}
	if n := bob.Stats().Idle; n != 1 {
		t.Errorf("%d idle", n)
	}
}

// TestSlowMessage closes a connection whose message does not come to its end.
func TestSlowMessage(t *testing.T) {
	bob := open(t, Config{Listen: tcp, Handler: always(200), MessageTime: 100 * time.Millisecond})
	c, r := dialTCP(t, bob)
	if _, err := c.Write([]byte("OPTIONS sip:a@b SIP/2.0\r\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := r.ReadString('\x00'); err == nil || strings.Contains(err.Error(), "timeout") {
		t.Errorf("not closed: %v", err)
	}
}

// TestConnLimits refuses more connections of one peer than there may be.
func TestConnLimits(t *testing.T) {
	bob := open(t, Config{Listen: tcp, Handler: always(200), MaxConnsPeer: 2})
	for i := range 3 {
		c, r := dialTCP(t, bob)
		_, _ = c.Write([]byte("\r\n\r\n"))
		if line, err := r.ReadString('\n'); (err == nil) != (i < 2) {
			t.Errorf("connection %d: %q %v", i, line, err)
		}
	}
	if st := bob.Stats(); st.Conns != 2 || st.Refused != 1 {
		t.Errorf("%+v", st)
	}
}

// TestQueueLimit is a peer that does not read: what waits for it is bounded.
func TestQueueLimit(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	alice := open(t, Config{MaxQueue: 1 << 16, KeepAlive: -1})
	cn, err := alice.connTo(header.TransportTCP, l.Addr().(*net.TCPAddr).AddrPort(), "")
	if err != nil {
		t.Fatal(err)
	}
	b, sent := make([]byte, 1<<12), 0
	for sent = 0; cn.send(item{b: b}) && sent < 1<<16; sent++ {
	}
	if sent >= 1<<16 || alice.Stats().QueueFull == 0 {
		t.Errorf("%d messages were taken", sent)
	}
	cn.mu.Lock()
	if cn.queued > 1<<16 {
		t.Errorf("%d bytes are queued", cn.queued)
	}
	cn.mu.Unlock()
}

// TestLostFraming answers what cannot be cut into messages with a 400, and
// closes the connection (RFC 3261, 18.3).
func TestLostFraming(t *testing.T) {
	bob := open(t, Config{Listen: tcp, Handler: always(200)})
	c, r := dialTCP(t, bob)
	request := options("lost", "SIP/2.0/TCP 192.0.2.1")
	if _, err := c.Write([]byte(strings.Replace(request, "Content-Length: 0", "X: y", 1))); err != nil {
		t.Fatal(err)
	}
	if got := readHead(t, r); !strings.HasPrefix(got, "SIP/2.0 400 ") {
		t.Errorf("got %.60q", got)
	}
	if _, err := r.ReadByte(); err == nil || strings.Contains(err.Error(), "timeout") {
		t.Errorf("not closed: %v", err)
	}
}

// TestHandshakes bounds connections that never become WebSockets.
func TestHandshakes(t *testing.T) {
	bob := open(t, Config{Listen: []Listener{{"ws", "127.0.0.1:0"}}, MaxConns: 2})
	for range 3 {
		c, err := net.Dial("tcp", addrOf(bob, header.TransportWS).String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	until(t, "a refusal", func() bool { return bob.Stats().Refused == 1 })
}

// TestSourceAddress asks a wildcard socket by one of several addresses of this
// host: the answer comes from that address (RFC 3581, 4).
func TestSourceAddress(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("NOT RUN: loopback has one address, and the socket does not know the one that was asked")
		return
	}
	bob := open(t, Config{Listen: []Listener{{"udp", "0.0.0.0:0"}}, Handler: always(200)})
	for _, host := range []string{"127.0.0.1", "127.0.0.2"} {
		// A connected socket takes datagrams of its peer alone.
		c, err := net.DialUDP("udp", nil, &net.UDPAddr{IP: net.ParseIP(host), Port: int(addrOf(bob, header.TransportUDP).Port())})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(60 * time.Second))
		if _, err := c.Write([]byte(options("at"+host, "SIP/2.0/UDP 192.0.2.1;rport"))); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 2000)
		if n, err := c.Read(b); err != nil || !strings.HasPrefix(string(b[:n]), "SIP/2.0 200 ") {
			t.Errorf("%s: %.40q %v", host, b[:n], err)
		}
	}
}

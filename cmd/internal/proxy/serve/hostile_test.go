package serve

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/header"
)

// slowClose is a connection whose Close takes until it is let go, as that of TLS
// may for seconds.
type slowClose struct {
	net.Conn
	closing, let chan struct{}
}

func (c slowClose) Close() error {
	c.closing <- struct{}{}
	<-c.let
	return nil
}

// TestSlowClose: whoever sends to a connection that is being closed does not wait
// for that, and gets another one, if any will do.
func TestSlowClose(t *testing.T) {
	l, addr := listenTCP(t)
	s := start(t, forward.Target{Addr: loopback}, nil)
	defer s.Shutdown(time.Millisecond)
	c := addConn(s, addr)
	nc := slowClose{closing: make(chan struct{}), let: make(chan struct{})}
	c.nc = nc
	gone := make(chan struct{})
	go func() {
		c.close()
		s.conns.remove(c)
		close(gone)
	}()
	<-nc.closing
	defer func() {
		close(nc.let)
		<-gone
	}()
	send := func(to forward.Peer, want forward.Cause) {
		t.Helper()
		done := make(chan forward.Cause, 1)
		go func() { done <- s.conns.queue(1, &to, queued{b: []byte("x")}) }()
		select {
		case cause := <-done:
			if cause != want {
				t.Errorf("%v, want %v", cause, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("it waits")
		}
	}
	send(forward.Peer{Transport: header.TransportTCP, Flow: addr, Serial: c.serial}, forward.NoConnect)
	if s.conns.IsOpen(header.TransportTCP, addr, 0) {
		t.Error("it is open")
	}
	send(forward.Peer{Transport: header.TransportTCP, Addr: addr}, forward.NoCause)
	_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(20 * time.Second))
	other, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if b, err := io.ReadAll(io.LimitReader(other, 1)); err != nil || string(b) != "x" {
		t.Errorf("%q, %v", b, err)
	}
}

// TestQueueBytes: what waits for slow connections is bounded in bytes, for each and
// for all, and what is given up makes room.
func TestQueueBytes(t *testing.T) {
	s := new(Server)
	s.config.MaxQueueBytes, s.config.MaxQueued = 1000, 2500
	s.config.setDefaults()
	s.conns.init(s)
	var conns []*conn
	s.conns.mu.Lock()
	for i := range 4 {
		addr := netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(i+1))
		conns = append(conns, s.conns.add(connKey{header.TransportTCP, addr}, 0))
	}
	s.conns.mu.Unlock()
	put := func(i, n int) forward.Cause { return conns[i].enqueue(queued{b: make([]byte, n)}) }
	for k, c := range []struct {
		conn, n int
		want    forward.Cause
	}{
		{0, 600, forward.NoCause}, {0, 401, forward.QueueFull}, {0, 400, forward.NoCause}, {0, 1, forward.QueueFull},
		{1, 1400, forward.NoCause}, {1, 1, forward.QueueFull}, // one message may be longer
		{2, 101, forward.QueueFull}, {2, 100, forward.NoCause},
		{3, 1, forward.QueueFull},
	} {
		if got := put(c.conn, c.n); got != c.want {
			t.Errorf("%d: %v, want %v", k, got, c.want)
		}
	}
	if left := conns[1].cut(); len(left) != 1 || s.conns.queued.Load() != 1100 {
		t.Errorf("%d messages, %d bytes are left", len(left), s.conns.queued.Load())
	}
	if got := put(3, 1400); got != forward.NoCause {
		t.Errorf("%v", got)
	}
}

// TestQueuedIsGivenBack: what was written, or cannot be, waits no longer.
func TestQueuedIsGivenBack(t *testing.T) {
	l, at := listenTCP(t)
	s := start(t, forward.Target{Transport: header.TransportTCP, Addr: at}, nil)
	c := dial(t, "udp", s.Locals()[0])
	for range 3 {
		fmt.Fprint(c, message("MESSAGE", "UDP", "h.example"))
	}
	await(t, func() bool { n := s.Counts(); return n.Sum() == 3 })
	l.Close()
	s.conns.closeAll()
	await(t, func() bool { return s.Conns() == 0 })
	fmt.Fprint(c, message("MESSAGE", "UDP", "h.example"))
	await(t, func() bool { n := s.Counts(); return n.Undelivered[forward.NoConnect] == 1 })
	if n := s.conns.queued.Load(); n != 0 {
		t.Errorf("%d bytes wait", n)
	}
	s.Shutdown(50 * time.Millisecond)
}

// TestLongMessages: a connection that has carried a long message keeps no memory
// for it.
func TestLongMessages(t *testing.T) {
	l, at := listenTCP(t)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = io.Copy(io.Discard, c)
			}()
		}
	}()
	s := start(t, forward.Target{Transport: header.TransportTCP, Addr: at}, nil)
	const n, long = 8, 1 << 20
	heap := heapNow()
	body := strings.Repeat("x", long-1000)
	for i := range n {
		c := dial(t, "tcp", s.Locals()[1])
		m := strings.Replace(message("MESSAGE", "TCP", "h.example"), "Content-Length: 0\r\n\r\n", fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body), 1)
		if _, err := io.WriteString(c, m); err != nil {
			t.Fatal(err)
		}
		await(t, func() bool { n := s.Counts(); return n.Sum() == uint64(i+1) })
	}
	// Not at once: the last connection gives its memory back after the message counts.
	await(t, func() bool { return heapNow() <= heap+n*long/2 })
	end(t, s, counts(n))
}

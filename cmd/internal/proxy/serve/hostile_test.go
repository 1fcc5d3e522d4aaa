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
// for that.
func TestSlowClose(t *testing.T) {
	s := new(Server)
	s.config.setDefaults()
	s.conns.init(s)
	addr := netip.MustParseAddrPort("192.0.2.1:40000")
	s.conns.mu.Lock()
	c := s.conns.add(connKey{header.TransportTLS, addr}, 0)
	s.conns.mu.Unlock()
	nc := slowClose{closing: make(chan struct{}), let: make(chan struct{})}
	c.nc = nc
	go c.close()
	<-nc.closing
	defer close(nc.let)
	done := make(chan forward.Cause, 1)
	go func() {
		done <- s.conns.queue(0, &forward.Peer{Transport: header.TransportTLS, Addr: addr}, queued{b: []byte("x")})
	}()
	select {
	case cause := <-done:
		if cause != forward.SendFailed {
			t.Errorf("%v", cause)
		}
	case <-time.After(20 * time.Second):
		t.Error("it waits")
	}
	if s.conns.IsOpen(header.TransportTLS, addr, 0) {
		t.Error("it is open")
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
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := start(t, forward.Target{Transport: header.TransportTCP, Addr: l.Addr().(*net.TCPAddr).AddrPort()}, nil)
	c := dial(t, "udp", s.Locals()[0])
	for range 3 {
		fmt.Fprint(c, message("MESSAGE", "UDP", "h.example"))
	}
	await(t, func() bool { n := s.Counts(); return n.Sum() == 3 })
	l.Close()
	s.conns.closeAll()
	await(t, func() bool { return s.Conns() == 0 })
	fmt.Fprint(c, message("MESSAGE", "UDP", "h.example"))
	await(t, func() bool { n := s.Counts(); return n.Dropped[forward.NoConnect] == 1 })
	if n := s.conns.queued.Load(); n != 0 {
		t.Errorf("%d bytes wait", n)
	}
	s.Shutdown(50 * time.Millisecond)
}

// TestLongMessages: a connection that has carried a long message keeps no memory
// for it.
func TestLongMessages(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
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
	s := start(t, forward.Target{Transport: header.TransportTCP, Addr: l.Addr().(*net.TCPAddr).AddrPort()}, nil)
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

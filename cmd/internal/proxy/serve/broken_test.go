package serve

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// TestRefused: a request whose next hop takes no connection is answered, since over
// TCP nobody sends it again (RFC 3261, 16.9). The ACK for that ends at the proxy; any
// other ACK gets no answer.
func TestRefused(t *testing.T) {
	l, at := listenTCP(t)
	s := start(t, forward.Target{Transport: header.TransportTCP, Addr: at}, nil)
	l.Close() // not before: the proxy could get its port
	for i, network := range []string{"udp", "tcp"} {
		c := dial(t, network, s.Locals()[i])
		invite := message("INVITE", strings.ToUpper(network), "h.example")
		fmt.Fprint(c, invite)
		m := readMessage(t, c)
		to, err := m.To()
		if err != nil || m.Status() != 500 || len(to.Tag()) == 0 || m.CountValues(header.IDVia) != 1 {
			t.Fatalf("%v, %s", err, m)
		}
		ack := strings.ReplaceAll(invite, "INVITE", "ACK")
		fmt.Fprint(c, ack)
		await(t, func() bool { n := s.Counts(); return n.Dropped[forward.NoConnect] == uint64(i+1) })
		fmt.Fprint(c, strings.Replace(ack, "To: <sip:b@b.example>", "To: "+string(m.Value(header.IDTo)), 1))
		await(t, func() bool { n := s.Counts(); return n.Kinds[forward.Absorbed] == uint64(i+1) })
	}
	want := Counts{Received: 6, Kinds: [forward.Kinds]uint64{forward.Answered: 2, forward.Absorbed: 2, forward.Dropped: 2}}
	want.Dropped[forward.NoConnect], want.Undelivered[forward.NoConnect] = 2, 2
	end(t, s, want)
}

// brokenConn takes so many bytes and breaks.
type brokenConn struct {
	net.Conn
	takes  int
	err    error
	once   sync.Once
	closed chan struct{}
}

func (c *brokenConn) Read([]byte) (int, error) {
	<-c.closed
	return 0, net.ErrClosed
}

func (c *brokenConn) Write(b []byte) (int, error) { return min(c.takes, len(b)), c.err }

func (c *brokenConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return nil
}

func (c *brokenConn) SetReadDeadline(time.Time) error  { return nil }
func (c *brokenConn) SetWriteDeadline(time.Time) error { return nil }

// addConn adds a connection that is not opened, to an address.
func addConn(s *Server, addr netip.AddrPort) *conn {
	s.conns.mu.Lock()
	defer s.conns.mu.Unlock()
	return s.conns.add(connKey{header.TransportTCP, addr}, 1)
}

// client returns a client over UDP, and the Via values of its requests when the proxy
// has sent them on over TCP.
func client(t *testing.T, s *Server) (from net.Conn, via string) {
	t.Helper()
	from = dial(t, "udp", s.Locals()[0])
	return from, fmt.Sprintf("%v;branch=z9hG4bKp\r\nVia: SIP/2.0/UDP %v", s.Locals()[1].Addr, from.LocalAddr())
}

// TestBroken: of the requests that wait for a connection when that breaks, those of
// which it has taken nothing go over another one. All others are answered.
func TestBroken(t *testing.T) {
	for _, c := range []struct {
		name   string
		takes  int // of the first message, and of the second when negative
		err    error
		change func(*queued)
		status int // of the answer to the second, 0 when it arrives
	}{
		{"first begun", 1, syscall.EPIPE, func(*queued) {}, 0},
		{"second begun", -1, syscall.EPIPE, func(*queued) {}, 500},
		{"not read", 1, timeout{}, func(*queued) {}, 500},
		{"tried before", 1, syscall.EPIPE, func(q *queued) { q.again = true }, 500},
		{"by its connection", 1, syscall.EPIPE, func(q *queued) { q.addr = netip.AddrPort{} }, 430},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, at := listenTCP(t)
			s := start(t, forward.Target{Addr: loopback}, nil)
			from, via := client(t, s)
			broken := addConn(s, at)
			first := queued{addr: at, b: []byte(message("MESSAGE", "TCP", via)), kind: forward.Forwarded}
			second := queued{addr: first.addr, b: []byte(strings.Replace(message("MESSAGE", "TCP", via), "CSeq: 1", "CSeq: 2", 1)), kind: forward.Forwarded}
			c.change(&second)
			for _, q := range []queued{first, second} {
				s.conns.count.received.Add(1)
				if cause := broken.enqueue(q); cause != forward.NoCause {
					t.Fatal(cause)
				}
			}
			takes := c.takes
			if takes < 0 {
				takes = len(first.b) - takes
			}
			broken.start(&brokenConn{takes: takes, err: c.err, closed: make(chan struct{})})
			want := Counts{Received: 2, Kinds: [forward.Kinds]uint64{forward.Answered: 2}}
			if m := readMessage(t, from); m.Status() != 500 {
				t.Errorf("%s", m)
			}
			if c.status != 0 {
				if m := readMessage(t, from); m.Status() != c.status || !strings.HasPrefix(string(m.Value(header.IDCSeq)), "2 ") {
					t.Errorf("%s", m)
				}
			} else {
				answerStream(t, l)
				expect200(t, from)
				want = Counts{Received: 3, Kinds: [forward.Kinds]uint64{forward.Answered: 1, forward.Forwarded: 2}}
			}
			want.Undelivered[forward.SendFailed] = want.Kinds[forward.Answered]
			end(t, s, want)
		})
	}
}

// timeout is the error of a connection whose peer does not read.
type timeout struct{}

func (timeout) Error() string        { return "timeout" }
func (timeout) Is(target error) bool { return target == os.ErrDeadlineExceeded }

// TestEnded: a connection whose peer sends nothing more, but still takes what waits,
// gets no new request: its answer could not come back.
func TestEnded(t *testing.T) {
	l, at := listenTCP(t)
	s := start(t, forward.Target{Transport: header.TransportTCP, Addr: at}, nil)
	old := addConn(s, at)
	old.mu.Lock()
	old.ended = true
	old.mu.Unlock()
	c := dial(t, "udp", s.Locals()[0])
	fmt.Fprint(c, message("MESSAGE", "UDP", "h.example"))
	_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(20 * time.Second))
	answerStream(t, l)
	expect200(t, c)
	s.conns.remove(old)
	end(t, s, counts(2))
}

// TestAgain: what waits for a connection that breaks goes where it was to go, which
// need not be the other end of the connection: a contact has a port of its own. What
// is sent meanwhile stays behind it.
func TestAgain(t *testing.T) {
	l, at := listenTCP(t)
	s := start(t, forward.Target{Addr: loopback}, nil)
	_, via := client(t, s)
	closed := netip.MustParseAddrPort("127.0.0.1:1")
	broken := addConn(s, closed)
	to := forward.Peer{Transport: header.TransportTCP, Addr: at, Flow: closed, Serial: broken.serial}
	send := func(number int) {
		s.conns.count.received.Add(1)
		msg := strings.Replace(message("MESSAGE", "TCP", via), "CSeq: 1", fmt.Sprint("CSeq: ", number), 1)
		s.conns.send(&forward.Result{Kind: forward.Forwarded, Local: 1, To: to}, []byte(msg))
	}
	send(1)
	send(2)
	s.conns.failing.Lock() // the answer to the first takes its time
	broken.start(&brokenConn{takes: 1, err: syscall.EPIPE, closed: make(chan struct{})})
	await(t, broken.isClosed)
	time.Sleep(10 * time.Millisecond)
	send(3)
	s.conns.failing.Unlock()
	_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(20 * time.Second))
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	var got []string
	stream := codec.Stream{}
	defer stream.Close()
	for len(got) < 2 {
		var m codec.Message
		event, err := stream.ReadNext(c, &m)
		if event == codec.GotMessage {
			got = append(got, string(m.Value(header.IDCSeq)))
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if got[0] != "2 MESSAGE" || got[1] != "3 MESSAGE" {
		t.Errorf("%q", got)
	}
	want := Counts{Received: 3, Kinds: [forward.Kinds]uint64{forward.Answered: 1, forward.Forwarded: 2}}
	want.Undelivered[forward.SendFailed] = 1
	end(t, s, want)
	if n := s.conns.queued.Load(); n != 0 {
		t.Errorf("%d bytes are left", n)
	}
}

package udp

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What only the implementation Thread can get wrong; the rest is tested with
// the others.

func openThread(t *testing.T) *Socket {
	t.Helper()
	return open(t, "udp4", "127.0.0.1:0", Config{Impl: Thread})
}

// A socket that is handed over keeps what waits in it, and the handle that was
// given is closed, so that the poller does not know the socket any more.
func TestThreadOpen(t *testing.T) {
	c := plain(t, "udp4")
	from := plain(t, "udp4")
	if _, err := from.WriteTo([]byte("early"), c.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	s, err := Open(c, Config{Impl: Thread})
	if err != nil || s.Impl() != Thread {
		t.Fatal(err, s.Refusals())
	}
	defer s.Close()
	s.R.SetReadDeadline(time.Now().Add(20 * time.Second))
	collect(t, s.R, 1, func(p *Packet) {
		if string(p.Data) != "early" || p.Src != addrOf(from) || p.Dst != addrOf(c) {
			t.Errorf("%q from %v to %v", p.Data, p.Src, p.Dst)
		}
	})
	if _, err := c.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the old handle: %v", err)
	}
}

// Conn is another handle of the same socket; the Reader goes on as before.
func TestThreadConn(t *testing.T) {
	s := openThread(t)
	peer := dial(t, s.LocalAddr())
	send(t, peer, []byte("before"))
	collect(t, s.R, 1, func(*Packet) {})
	read := make(chan error)
	go func() { // a Read that waits meanwhile
		_, err := s.R.Read()
		read <- err
	}()
	c := s.Conn()
	if c == nil || addrOf(c) != s.LocalAddr() || s.R.Conn() != c || s.Conn() != c {
		t.Fatal("not the socket")
	}
	if err := c.SetReadBuffer(1 << 16); err != nil {
		t.Error(err)
	}
	send(t, peer, []byte("after"))
	if err := <-read; err != nil {
		t.Fatal(err)
	}
	flags, err := unix.FcntlInt(uintptr(s.conn.(*threadConn).fd), unix.F_GETFL, 0)
	if err != nil || flags&unix.O_NONBLOCK != 0 {
		t.Errorf("the socket does not block any more: %#x %v", flags, err)
	}
	if _, err := c.WriteToUDPAddrPort([]byte("out"), addrOf(peer)); err != nil {
		t.Error(err)
	}
	if b, from := next(t, peer); string(b) != "out" || from != s.LocalAddr() {
		t.Errorf("%q from %v", b, from)
	}
	s.Close()
	if _, err := c.WriteToUDPAddrPort([]byte("x"), addrOf(peer)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the handle after Close: %v", err)
	}
	closed := openThread(t)
	closed.Close()
	if closed.Conn() != nil {
		t.Error("a handle of a closed socket")
	}
	if err := closed.R.SetReadDeadline(time.Time{}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("deadline of a closed socket: %v", err)
	}
}

// A deadline and Close end a Read wherever it waits: in recvmmsg for the first
// milliseconds, in ppoll later, and between the two.
func TestThreadWaits(t *testing.T) {
	s := openThread(t)
	c := dial(t, s.LocalAddr())
	for i := range 60 {
		s.R.SetReadDeadline(time.Time{})
		send(t, c, []byte("x"))
		collect(t, s.R, 1, func(*Packet) {})
		time.AfterFunc(time.Duration(i)*200*time.Microsecond, func() { s.R.SetReadDeadline(time.Unix(1, 0)) })
		if _, err := s.R.Read(); err != os.ErrDeadlineExceeded {
			t.Fatalf("round %d: %v", i, err)
		}
	}
	for i := range 60 {
		s := openThread(t)
		done := make(chan error)
		time.AfterFunc(time.Duration(i)*200*time.Microsecond, func() { done <- s.Close() })
		if _, err := s.R.Read(); err != net.ErrClosed {
			t.Fatalf("round %d: %v", i, err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		// The kernel has let go of the port.
		again, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(s.LocalAddr()))
		if err != nil {
			t.Fatal(err)
		}
		again.Close()
	}
}

// A deadline in the future is met by a Read that waits when it is set, sooner
// or later than the one before.
func TestThreadDeadlineMoves(t *testing.T) {
	s := openThread(t)
	var all sync.WaitGroup
	all.Go(func() {
		for range 50 {
			s.R.SetReadDeadline(time.Now().Add(time.Hour))
			time.Sleep(100 * time.Microsecond)
		}
		s.R.SetReadDeadline(time.Now().Add(30 * time.Millisecond))
	})
	start := time.Now()
	if _, err := s.R.Read(); err != os.ErrDeadlineExceeded {
		t.Fatal(err)
	}
	if d := time.Since(start); d < 30*time.Millisecond {
		t.Errorf("%v is before the deadline", d)
	}
	all.Wait()
}

// With one processor, the thread that waits in the kernel gives it back:
// others run, garbage is collected, and a Write that finds no room goes on.
func TestThreadOneProc(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	s := openThread(t)
	c := dial(t, s.LocalAddr())
	const n = 300
	got := make(chan int)
	go func() {
		k := 0
		for k < n {
			ps, err := s.R.Read()
			if err != nil {
				break
			}
			k += len(ps)
		}
		got <- k
	}()
	for i := range n {
		send(t, c, []byte("x"))
		if i%50 == 0 {
			runtime.GC()
		}
		if i%3 == 0 {
			time.Sleep(50 * time.Microsecond)
		}
	}
	if k := <-got; k != n {
		t.Errorf("%d of %d", k, n)
	}
}

// Nothing is left open, whatever was made.
func TestThreadDescriptors(t *testing.T) {
	count := func() int {
		e, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skipf("NOT RUN: the descriptors of the process can not be counted: %v", err)
		}
		return len(e)
	}
	round := func(conn bool) {
		s, err := Listen(context.Background(), "udp4", "127.0.0.1:0", Config{Impl: Thread})
		if err != nil {
			t.Fatal(err)
		}
		if conn {
			s.Conn()
		}
		if _, err := s.NewWriter(); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); !errors.Is(err, net.ErrClosed) {
			t.Fatal(err)
		}
	}
	round(true)
	before := count()
	for i := range 20 {
		round(i%2 == 0)
	}
	if after := count(); after != before {
		t.Errorf("%d descriptors, %d before", after, before)
	}
}

// A Write that waits for room ends with its deadline and with Close. Loopback
// always has room, so that the callback plays a socket without.
func TestThreadWriteWaits(t *testing.T) {
	s := openThread(t)
	raw, _ := s.conn.SyscallConn()
	full := func(uintptr) bool { return false }
	s.W.SetWriteDeadline(time.Now().Add(5 * time.Millisecond))
	if err := raw.Write(full); err != os.ErrDeadlineExceeded {
		t.Error(err)
	}
	s.W.SetWriteDeadline(time.Time{})
	time.AfterFunc(5*time.Millisecond, func() { s.Close() })
	if err := raw.Write(full); err != net.ErrClosed {
		t.Error(err)
	}
	if err := raw.Control(func(uintptr) { t.Error("called") }); err != net.ErrClosed {
		t.Error(err)
	}
}

// Waits in vain make the next ones leave the processor alone, a packet that a
// wait was good for ends that.
func TestThreadSparse(t *testing.T) {
	s := openThread(t)
	c := dial(t, s.LocalAddr())
	r := s.R.recv.(*threadReceiver)
	for i, want := range []struct{ sparse, vain int }{{1, 1}, {0, 1}, {3, 3}, {2, 3}, {1, 3}, {0, 3}, {7, 7}} {
		s.R.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		if _, err := s.R.Read(); err != os.ErrDeadlineExceeded {
			t.Fatal(err)
		}
		if r.sparse != want.sparse || r.vain != want.vain {
			t.Fatalf("read %d: %d reads to come in ppoll, %d in vain; want %+v", i, r.sparse, r.vain, want)
		}
	}
	s.R.SetReadDeadline(time.Now().Add(20 * time.Second))
	for i := range 7 {
		send(t, c, []byte("x"))
		collect(t, s.R, 1, func(*Packet) {})
		if r.sparse != 6-i || r.vain != 7 {
			t.Fatalf("packet %d: %d, %d", i, r.sparse, r.vain)
		}
	}
	send(t, c, []byte("x"))
	collect(t, s.R, 1, func(*Packet) {})
	if r.sparse != 0 || r.vain != 0 {
		t.Fatalf("%d, %d", r.sparse, r.vain)
	}
}

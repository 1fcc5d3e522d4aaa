package udp

import (
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// threadConn is a socket that the runtime's poller does not know: one that it
// knows wakes the thread in the poller for every packet that comes, also when
// nobody waits for packets there, and that costs more than the packet. The
// descriptor blocks; whoever must not block says MSG_DONTWAIT.
type threadConn struct {
	fd   int
	wake int // eventfd: the read deadline has changed

	// refs counts the calls that use the descriptors, which are closed when the
	// last one is over: the numbers may be another file's from then on.
	refs  atomic.Int32
	freed chan struct{}

	base                 time.Time    // deadlines count from here
	readUntil, sendUntil atomic.Int64 // ns, 0 for never

	local, remote net.Addr

	mu    sync.Mutex
	plain *net.UDPConn
}

const connClosing = 1 << 30

// readWait is how long a blocking receive keeps its processor before it is
// given up. The kernel rounds it up to its clock tick: 1 to 10 ms.
const readWait = time.Millisecond

// sendPoll is how often a Write that waits for room looks at its deadline.
const sendPoll = 20 * time.Millisecond

// newThreadConn takes a descriptor of its own for the socket of c. Nothing has
// changed for c before commit.
func newThreadConn(c conn) (t *threadConn, err error) {
	t = &threadConn{base: time.Now(), freed: make(chan struct{}), local: c.LocalAddr(), remote: c.RemoteAddr()}
	err = withFD(c, func(fd int) error {
		t.fd, err = unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return nil, err
	}
	if t.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		unix.Close(t.fd)
		return nil, err
	}
	return t, nil
}

// commit makes the descriptor block and closes c, which takes the socket out of
// the poller.
func (t *threadConn) commit(c conn) error {
	tv := unix.NsecToTimeval(int64(readWait))
	if err := unix.SetsockoptTimeval(t.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv); err != nil {
		return err
	}
	if err := unix.SetNonblock(t.fd, false); err != nil {
		return err
	}
	return c.Close()
}

// startThread makes the Reader and the first Writer on a descriptor of the
// socket that the runtime's poller does not know.
func (s *Socket) startThread(cfg Config) *Refusal {
	t, err := newThreadConn(s.conn)
	if err != nil {
		return refused(Thread, err)
	}
	err = s.startBoth(t, cfg)
	if err == nil {
		err = t.commit(s.conn)
	}
	if err != nil {
		t.Close()
		s.R, s.W, s.writers = nil, nil, nil
		return refused(Thread, err)
	}
	s.conn = t
	return nil
}

// enter says that the descriptors are in use until leave, or that they are
// closed.
func (t *threadConn) enter() bool {
	for {
		n := t.refs.Load()
		if n&connClosing != 0 {
			return false
		}
		if t.refs.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (t *threadConn) leave() {
	if t.refs.Add(-1) == connClosing {
		unix.Close(t.fd)
		unix.Close(t.wake)
		close(t.freed)
	}
}

func (t *threadConn) closing() bool { return t.refs.Load()&connClosing != 0 }

// Close ends calls that wait and returns when they have let go of the socket.
func (t *threadConn) Close() error {
	for {
		n := t.refs.Load()
		if n&connClosing != 0 {
			return net.ErrClosed
		}
		if t.refs.CompareAndSwap(n, (n+1)|connClosing) {
			if n > 0 {
				// It says ENOTCONN, and wakes who waits all the same, now and
				// later: a receive does not block any more.
				unix.Shutdown(t.fd, unix.SHUT_RD)
			}
			break
		}
	}
	t.leave()
	<-t.freed
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.plain != nil {
		return t.plain.Close()
	}
	return nil
}

func (t *threadConn) LocalAddr() net.Addr  { return t.local }
func (t *threadConn) RemoteAddr() net.Addr { return t.remote }

// until is a deadline as it is kept: never 0, which means none.
func (t *threadConn) until(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	if d := at.Sub(t.base); d > 0 {
		return int64(d)
	}
	return -1
}

// left returns how long it is to a deadline, at most atMost, and whether it is
// over.
func (t *threadConn) left(deadline int64, atMost time.Duration) (_ time.Duration, over bool) {
	if deadline == 0 {
		return atMost, false
	}
	d := time.Duration(deadline) - time.Since(t.base)
	return min(d, atMost), d <= 0
}

func (t *threadConn) SetReadDeadline(at time.Time) error {
	if !t.enter() {
		return net.ErrClosed
	}
	defer t.leave()
	t.readUntil.Store(t.until(at))
	one := [8]byte{1, 1, 1, 1, 1, 1, 1, 1} // any number, in any byte order
	unix.Write(t.wake, one[:])             // EAGAIN means that it is awake already
	return nil
}

func (t *threadConn) SetWriteDeadline(at time.Time) error {
	t.sendUntil.Store(t.until(at))
	return nil
}

func (t *threadConn) SyscallConn() (syscall.RawConn, error) { return t, nil }

// Control calls f with the descriptor.
func (t *threadConn) Control(f func(fd uintptr)) error {
	if !t.enter() {
		return net.ErrClosed
	}
	defer t.leave()
	f(uintptr(t.fd))
	return nil
}

// Read is there for the interface: threadReceiver waits in its own way.
func (t *threadConn) Read(f func(fd uintptr) bool) error {
	return t.retry(f, unix.POLLIN, &t.readUntil)
}

// Write calls f, which must not block, until it returns true, and waits in
// between for room in the send buffer.
func (t *threadConn) Write(f func(fd uintptr) bool) error {
	return t.retry(f, unix.POLLOUT, &t.sendUntil)
}

func (t *threadConn) retry(f func(fd uintptr) bool, events int16, until *atomic.Int64) error {
	if !t.enter() {
		return net.ErrClosed
	}
	defer t.leave()
	for {
		wait, over := t.left(until.Load(), sendPoll)
		if over {
			return os.ErrDeadlineExceeded
		}
		if f(uintptr(t.fd)) {
			return nil
		}
		ts := unix.NsecToTimespec(int64(wait))
		unix.Ppoll([]unix.PollFd{{Fd: int32(t.fd), Events: events}}, &ts, nil)
		if t.closing() {
			return net.ErrClosed
		}
	}
}

// udp returns a net.UDPConn of the same socket, made when it is first asked
// for; nil if the system refuses a descriptor.
func (t *threadConn) udp() *net.UDPConn {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.plain != nil || !t.enter() {
		return t.plain
	}
	defer t.leave()
	fd, err := unix.FcntlInt(uintptr(t.fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	f := os.NewFile(uintptr(fd), "udp")
	defer f.Close()
	if c, err := net.FilePacketConn(f); err == nil {
		t.plain, _ = c.(*net.UDPConn)
	}
	unix.SetNonblock(t.fd, false) // it has been set for all descriptors
	return t.plain
}

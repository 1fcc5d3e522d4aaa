package udp

import (
	"net"
	"os"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// threadReceiver waits for packets in recvmmsg itself: the thread sleeps there
// and the scheduler is not told. Where packets come every few microseconds,
// most of a packet's cost is the way to the poller and back (park, find nothing
// else to run, epoll_wait, epoll_wait again, unpark), and telling the scheduler
// of a call that blocks costs as much again, since its monitor then watches the
// thread.
//
// The price is that the thread keeps its processor (of GOMAXPROCS) while it
// sleeps there. SO_RCVTIMEO bounds that: after a clock tick or two without a
// packet the thread waits in ppoll, and the scheduler is told. Where packets are
// further apart than that, the wait in recvmmsg is in vain, and after each such
// the next ones are in ppoll from the start: one, three, up to maxSparse. The
// runtime gets the processor back earlier when it wants it, for a garbage
// collection or for other goroutines: the signal that it sends ends the call,
// since calls with a timeout are not begun again after one.
type threadReceiver struct {
	*mmsgReceiver
	conn *threadConn

	sparse int // so many receives from here on wait in ppoll
	vain   int // how many that was after the last wait in vain
}

const maxSparse = 63

func newThreadReceiver(r *Reader) (receiver, error) {
	m, err := newMmsgReceiver(r)
	if err != nil {
		return nil, err
	}
	return &threadReceiver{mmsgReceiver: m, conn: r.conn.(*threadConn)}, nil
}

func (t *threadReceiver) receive(r *Reader) (int, error) {
	t.recycle(r)
	if !t.conn.enter() {
		return 0, net.ErrClosed
	}
	defer t.conn.leave()
	idle := t.sparse > 0
	if idle {
		t.sparse--
	}
	for how := uintptr(unix.MSG_WAITFORONE); ; {
		wait, over := t.conn.left(t.conn.readUntil.Load(), time.Hour)
		if over {
			return 0, os.ErrDeadlineExceeded
		}
		if idle {
			r.stats.wakeups.Add(1)
			r.waited = true
			if !t.park(wait) {
				continue
			}
			idle, how = false, unix.MSG_DONTWAIT
		}
		n, _, e := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(t.conn.fd),
			uintptr(unsafe.Pointer(&t.hdrs[0])), uintptr(t.wanted()),
			how|unix.MSG_TRUNC, 0, 0)
		if t.conn.closing() {
			// Close makes every wait end. What came may be a packet that never
			// was: a receive that is ended so looks like one without bytes.
			return 0, net.ErrClosed
		}
		switch e {
		case 0:
			if how == unix.MSG_WAITFORONE {
				t.vain = 0
			}
			t.got = int(n)
			t.fill(r)
			return t.got, nil
		case unix.EINTR:
			runtime.Gosched()
		case unix.EAGAIN:
			if how == unix.MSG_WAITFORONE {
				t.vain = min(2*t.vain+1, maxSparse)
				t.sparse = t.vain
			}
			idle = true
		default:
			return 0, e
		}
	}
}

// park waits until there is a packet, the deadline has changed, or at most for
// d, in a call that the scheduler knows to block. It reports whether there may
// be a packet.
func (t *threadReceiver) park(d time.Duration) bool {
	fds := [2]unix.PollFd{
		{Fd: int32(t.conn.fd), Events: unix.POLLIN},
		{Fd: int32(t.conn.wake), Events: unix.POLLIN},
	}
	ts := unix.NsecToTimespec(int64(d))
	if _, err := unix.Ppoll(fds[:], &ts, nil); err != nil {
		return false
	}
	if fds[1].Revents != 0 {
		var b [8]byte
		unix.Read(t.conn.wake, b[:])
	}
	return fds[0].Revents != 0
}

func (t *threadReceiver) setReadDeadline(at time.Time) error {
	return t.conn.SetReadDeadline(at)
}

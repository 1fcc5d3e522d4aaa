package udp

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mmsgSender sends a batch with one sendmmsg, by RawSyscall6 and MSG_DONTWAIT
// for the reason given at mmsgReceiver. The kernel reads during the call only;
// the callers' bytes are kept alive by ds, which is used after it.
type mmsgSender struct {
	raw       syscall.RawConn
	out       outgoing
	connected bool

	// What the callback leaves.
	try           func(fd uintptr) bool
	sent          int // of out.hdrs, since prepare
	refusedBefore uint64
	errno         syscall.Errno
	waits         uint64
	calls         uint64
	pauses        int // after ENOBUFS, for the message at hand
	again         int // after an earlier packet's error, for the message at hand
}

func newMmsgSender(w *Writer) (*mmsgSender, error) {
	raw, err := w.conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	s := &mmsgSender{raw: raw, connected: w.remote.IsValid()}
	if err := s.out.init(w); err != nil {
		return nil, err
	}
	s.try = s.call
	return s, nil
}

// call is the netpoller's callback: false means that it has to wait.
func (s *mmsgSender) call(fd uintptr) bool {
	short := false
	for s.sent < s.out.n {
		s.calls++
		n, _, e := unix.RawSyscall6(unix.SYS_SENDMMSG, fd,
			uintptr(unsafe.Pointer(&s.out.hdrs[s.sent])), uintptr(s.out.n-s.sent),
			unix.MSG_DONTWAIT, 0, 0)
		switch e {
		case 0:
			if short && s.connected {
				// The call before stopped for an error that it did not report,
				// and the packet it stopped at goes out now: the error was an
				// earlier packet's.
				s.refusedBefore++
			}
			s.sent += int(n)
			short = true
		case unix.EINTR:
		case unix.EAGAIN:
			s.waits++
			return false // the call after the wait is a first one again
		default:
			s.errno = e
			return true
		}
	}
	return true
}

func (s *mmsgSender) sendSome(w *Writer, ds []Datagram) (done int, err error) {
	if bad := s.out.prepare(w, ds); bad != nil {
		ds[0].Err = bad
		w.stats.failed.Add(1)
		return 1, nil
	}
	for {
		s.sent, s.errno, s.calls, s.waits, s.refusedBefore = 0, 0, 0, 0, 0
		err = s.raw.Write(s.try)
		w.stats.calls.Add(s.calls)
		w.stats.noRoom.Add(s.waits)
		w.stats.peerClosed.Add(s.refusedBefore)
		if s.calls > 1 {
			w.stats.partial.Add(s.calls - 1)
		}
		if s.sent > 0 {
			s.pauses, s.again = 0, 0
		}
		done = s.out.settle(w, ds, s.sent)
		if err != nil {
			s.out.release()
			return done, plainError(err)
		}
		if s.errno == 0 {
			s.out.release()
			return done, nil
		}
		if s.sent > 0 {
			// The message that failed is the first of the next call: it is
			// decided there.
			s.out.release()
			return done, nil
		}
		if s.retry(w) {
			continue
		}
		done, again := s.out.fail(w, ds, s.errno)
		s.pauses, s.again = 0, 0
		s.out.release()
		if again {
			return s.sendSome(w, ds) // singly: cannot come here again
		}
		return done, nil
	}
}

// retry decides whether the first message, which failed with s.errno, is to be
// sent once more as it is.
func (s *mmsgSender) retry(w *Writer) bool {
	if isEarlier(s.errno) {
		if s.errno == unix.ECONNREFUSED {
			w.stats.peerClosed.Add(1)
		}
		s.again++
		return s.again < maxAgain
	}
	if s.errno == unix.ENOBUFS {
		w.stats.noBufs.Add(1)
		if s.pauses == maxPauses {
			return false
		}
		pause(s.pauses)
		s.pauses++
		return true
	}
	return false
}

func (s *mmsgSender) close() error { return nil }

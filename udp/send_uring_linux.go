package udp

import (
	"net"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/sipwire/sipwire/udp/internal/uring"
)

// uringSender submits a batch of SENDMSG requests in one io_uring_enter. With
// MSG_DONTWAIT a datagram goes out, or fails, before that returns, so that each
// has a result of its own and the kernel keeps no pointer into the callers'
// bytes beyond the call.
type uringSender struct {
	raw syscall.RawConn
	out outgoing

	// What the callback works on.
	try   func(fd uintptr) bool
	todo  []int // messages to submit
	again []int // messages that had no room
	res   []syscall.Errno
	calls uint64
	waits uint64
	errno syscall.Errno

	mu   sync.Mutex  // guards the ring against close
	ring *uring.Ring // nil once closed
}

func newUringSender(w *Writer) (*uringSender, error) {
	raw, err := w.conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	s := &uringSender{raw: raw}
	if err := s.out.init(w); err != nil {
		return nil, err
	}
	n := w.cfg.Batch
	if s.ring, err = uring.New(n, 2*n); err != nil {
		return nil, err
	}
	s.todo, s.again = make([]int, 0, n), make([]int, 0, n)
	s.res = make([]syscall.Errno, n)
	s.try = s.submit
	return s, nil
}

// submit is the netpoller's callback: false means that it has to wait.
func (s *uringSender) submit(fd uintptr) bool {
	if len(s.todo) == 0 {
		return true
	}
	for _, i := range s.todo {
		s.ring.Sendmsg(int(fd), &s.out.hdrs[i].Hdr, uint64(i))
	}
	s.calls++
	if s.errno = s.ring.Enter(); s.errno != 0 {
		return true
	}
	// All are complete already; should the kernel ever have put one off, this
	// waits for it.
	if s.errno = s.ring.Wait(uint32(len(s.todo))); s.errno != 0 {
		return true
	}
	s.again = s.again[:0]
	for range s.todo {
		c, _ := s.ring.Next()
		i := int(c.ID)
		s.res[i] = 0
		if c.Res < 0 {
			s.res[i] = syscall.Errno(-c.Res)
			if s.res[i] == unix.EAGAIN {
				s.again = append(s.again, i)
			}
		}
	}
	s.todo, s.again = s.again, s.todo
	if len(s.todo) > 0 {
		s.waits++
		return false
	}
	return true
}

// maxRefused bounds the rounds after ECONNREFUSED. Each error that was pending
// hits one packet, each packet that goes out may leave one: of n packets half
// are through with each round. The other errors of earlier packets are rare, and
// those of the packets themselves are not: for them there are maxAgain tries.
const maxRefused = 16

func (s *uringSender) sendSome(w *Writer, ds []Datagram) (done int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.locked(w, ds)
}

func (s *uringSender) locked(w *Writer, ds []Datagram) (done int, err error) {
	if s.ring == nil {
		return 0, net.ErrClosed
	}
	if bad := s.out.prepare(w, ds); bad != nil {
		ds[0].Err = bad
		w.stats.failed.Add(1)
		return 1, nil
	}
	n := s.out.n
	s.todo = s.todo[:0]
	for i := range n {
		s.todo = append(s.todo, i)
	}
	for pauses, refused := 0, 0; ; {
		for _, i := range s.todo {
			s.res[i] = unix.EAGAIN // until it is known better
		}
		s.calls, s.waits, s.errno = 0, 0, 0
		err = s.raw.Write(s.try)
		w.stats.calls.Add(s.calls)
		w.stats.noRoom.Add(s.waits)
		if err != nil || s.errno != 0 {
			break
		}
		// Once more with those that deserve it: see mmsgSender.retry.
		s.todo = s.todo[:0]
		full := false
		for i, e := range s.res[:n] {
			if e == unix.ECONNREFUSED {
				w.stats.peerClosed.Add(1)
			}
			if e == unix.ENOBUFS {
				w.stats.noBufs.Add(1)
			}
			if e == unix.ECONNREFUSED && refused < maxRefused || isEarlier(e) && refused < maxAgain-1 || e == unix.ENOBUFS && pauses < maxPauses {
				full = full || e == unix.ENOBUFS
				s.todo = append(s.todo, i)
			}
		}
		if len(s.todo) == 0 {
			break
		}
		if full {
			pause(pauses)
			pauses++
		} else {
			refused++
		}
	}
	return s.settle(w, ds, err)
}

// settle gives every datagram of the batch its result. With a fatal error,
// those that were not sent get that.
func (s *uringSender) settle(w *Writer, ds []Datagram, fatal error) (done int, err error) {
	defer s.out.release()
	if s.errno != 0 && fatal == nil {
		// The ring itself failed, in the middle of a batch: what is in it can
		// not be told from what was sent. Close it rather than guess.
		s.ring.Close()
		s.ring = nil
		fatal = s.errno
	}
	if fatal != nil {
		fatal = plainError(fatal)
	}
	refused := 0 // runs to be sent singly
	for i, n := range s.out.count[:s.out.n] {
		part := ds[done : done+n]
		done += n
		e := s.res[i]
		if n > 1 && (e == unix.EIO || e == unix.EINVAL || e == unix.EMSGSIZE) && fatal == nil {
			w.stats.gsoRefused.Add(1)
			if e == unix.EIO {
				s.out.gso = false
			}
			refused++
		}
		for j := range part {
			part[j].Err = nil
			switch {
			case e == unix.EAGAIN && fatal != nil:
				part[j].Err = fatal
			case e != 0:
				part[j].Err = e
			}
		}
		if e == 0 && n > 1 {
			w.stats.gsoRuns.Add(1)
			w.stats.gsoPackets.Add(uint64(n))
		}
	}
	if s.out.single > 0 {
		s.out.single = max(s.out.single-done, 0)
	}
	if refused > 0 {
		s.singly(w, ds[:done])
	}
	for i := range ds[:done] {
		if ds[i].Err != nil {
			w.stats.failed.Add(1)
		}
	}
	return done, fatal
}

// singly sends again, one by one, the datagrams whose run was refused as one.
func (s *uringSender) singly(w *Writer, ds []Datagram) {
	for lo := 0; lo < len(ds); {
		e, _ := ds[lo].Err.(syscall.Errno)
		if e != unix.EIO && e != unix.EINVAL && e != unix.EMSGSIZE {
			lo++
			continue
		}
		size := ds[lo].size()
		s.out.single = 1
		bad := s.out.prepare(w, ds[lo:lo+1])
		s.out.single = 0
		if bad != nil {
			lo++
			continue // keeps its Err
		}
		s.errno, s.calls = 0, 0
		var err error
		for again := 0; again < maxAgain && (again == 0 || err == nil && isEarlier(s.res[0])); again++ {
			s.todo, s.res[0] = append(s.todo[:0], 0), unix.EAGAIN
			err = s.raw.Write(s.try)
		}
		if err != nil {
			ds[lo].Err = plainError(err)
		} else if s.res[0] != 0 {
			ds[lo].Err = s.res[0]
		} else {
			ds[lo].Err = nil
			s.out.gsoMax = min(s.out.gsoMax, size-1)
		}
		w.stats.calls.Add(s.calls)
		lo++
	}
}

func (s *uringSender) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ring == nil {
		return nil
	}
	err := s.ring.Close()
	s.ring = nil
	return err
}

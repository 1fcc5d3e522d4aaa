package udp

import (
	"net"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mmsgReceiver gets a batch with one recvmmsg.
//
// How the call is made matters more than what it does. syscall.Syscall6 warns
// the scheduler that the thread may block, and the price of that is larger than
// the price of a packet; RawSyscall6 does not, and is allowed here because
// MSG_DONTWAIT means that the call never sleeps. It runs inside RawConn.Read,
// so waiting, deadlines and Close are the netpoller's as for any net.Conn.
//
// The kernel writes only during the call. Everything it writes to (headers,
// names, control bytes, slots) is on the heap, which the garbage collector does
// not move, and is reachable from the receiver, which the method that makes the
// call keeps alive: neither pinning nor KeepAlive is needed. A stack would move.
type mmsgReceiver struct {
	raw   syscall.RawConn
	conn  *net.UDPConn
	slots batchSlots

	hdrs []unix.Mmsghdr
	iovs []unix.Iovec
	name []sockaddr
	ctl  []byte // ctlSize bytes for each message
	size int    // of a slot
	// ctlSize is 0 if nothing was asked for beside the packet.
	ctlSize int

	// singles is how many batches in a row were of one message, see wanted.
	singles int
	asked   int // messages asked for in the last call

	now bool // this call is not to wait

	// What the callback below left. It is bound once, since a closure for each
	// call would be an allocation for each call.
	try   func(fd uintptr) bool
	got   int
	errno syscall.Errno
	waits uint64
}

func newMmsgReceiver(r *Reader) (*mmsgReceiver, error) {
	raw, err := r.conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	n := r.cfg.Batch
	m := &mmsgReceiver{
		raw:     raw,
		conn:    r.conn,
		slots:   newBatchSlots(r.slab, n),
		hdrs:    make([]unix.Mmsghdr, n),
		iovs:    make([]unix.Iovec, n),
		name:    make([]sockaddr, n),
		size:    r.slab.Size(),
		ctlSize: controlSize(r),
	}
	m.ctl = make([]byte, n*m.ctlSize)
	for i := range m.hdrs {
		h := &m.hdrs[i].Hdr
		h.Name = (*byte)(unsafe.Pointer(&m.name[i]))
		h.Namelen = sockaddrSize
		h.Iov = &m.iovs[i]
		h.SetIovlen(1)
		if m.ctlSize > 0 {
			h.Control = &m.ctl[i*m.ctlSize]
			h.SetControllen(m.ctlSize)
		}
		m.point(r, i)
	}
	m.try = m.recv
	return m, nil
}

// point makes message i go to its slot.
func (m *mmsgReceiver) point(r *Reader, i int) {
	b := r.slab.Bytes(m.slots.slot[i])
	m.iovs[i].Base = &b[0]
	m.iovs[i].SetLen(len(b))
}

// recv is the netpoller's callback: false means that it has to wait.
func (m *mmsgReceiver) recv(fd uintptr) bool {
	m.asked = m.wanted()
	for {
		// MSG_TRUNC makes the length that is returned the true one.
		n, _, e := unix.RawSyscall6(unix.SYS_RECVMMSG, fd,
			uintptr(unsafe.Pointer(&m.hdrs[0])), uintptr(m.asked),
			unix.MSG_DONTWAIT|unix.MSG_TRUNC, 0, 0)
		switch e {
		case 0:
			m.got, m.errno = int(n), 0
			return true
		case unix.EINTR:
			continue
		case unix.EAGAIN:
			if m.now {
				m.got, m.errno = 0, e
				return true
			}
			m.waits++
			return false
		}
		m.got, m.errno = 0, e
		return true
	}
}

// recycle takes back the slots of the last batch.
func (m *mmsgReceiver) recycle(r *Reader) {
	if r.heldNow {
		m.slots.recycle(r, func(i int) { m.point(r, i) })
	} else {
		m.slots.recycle(r, nil)
	}
}

func (m *mmsgReceiver) receive(r *Reader) (int, error) {
	m.recycle(r)
	if r.slept {
		m.singles = 0 // several are expected
	}
	m.now = r.now
	err := m.raw.Read(m.try)
	if m.waits > 0 {
		r.stats.wakeups.Add(m.waits)
		r.waited = true
		m.waits = 0
	}
	if err != nil {
		return 0, plainError(err)
	}
	if m.errno == unix.EAGAIN {
		return 0, errNothing
	}
	if m.errno != 0 {
		return 0, m.errno
	}
	r.oneOnly = m.asked < len(m.hdrs)
	m.fill(r)
	return m.got, nil
}

// Where packets come one at a time, the kernel's look for a second one each time
// costs a few hundred nanoseconds for nothing. After aloneAfter single ones it is
// asked for one only, and for more in one of aloneProbe calls.
const (
	aloneAfter = 4
	aloneProbe = 8
)

// wanted returns how many messages to ask for.
func (m *mmsgReceiver) wanted() int {
	if m.singles >= aloneAfter && m.singles%aloneProbe != 0 {
		return 1
	}
	return len(m.hdrs)
}

// fill makes packets of the messages that came and readies their headers for
// the next call: the kernel overwrites the lengths of those it used, and only
// of those.
func (m *mmsgReceiver) fill(r *Reader) {
	m.slots.used = m.got
	if m.got == 1 {
		m.singles++
	} else {
		m.singles = 0
	}
	r.pkts = r.pkts[:0]
	for i := range m.hdrs[:m.got] {
		h := &m.hdrs[i]
		slot := m.slots.slot[i]
		b := r.slab.Bytes(slot)
		src := m.name[i].addrPort(&r.zones)
		h.Hdr.Namelen = sockaddrSize
		if m.ctlSize == 0 {
			r.add(b, int(h.Len), slot, src, nil)
			continue
		}
		var c control
		lo := i * m.ctlSize
		c.parse(m.ctl[lo : lo+int(h.Hdr.Controllen)])
		h.Hdr.SetControllen(m.ctlSize)
		r.add(b, int(h.Len), slot, src, &c)
	}
}

func (m *mmsgReceiver) setReadDeadline(t time.Time) error {
	return m.conn.SetReadDeadline(t)
}

func (m *mmsgReceiver) close() error { return nil }

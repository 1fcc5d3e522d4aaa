package udp

import (
	"net"
	"os"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/sipwire/sipwire/pool"
	"github.com/sipwire/sipwire/udp/internal/uring"
)

// uringReceiver has the kernel put packets into slots as they come: one
// multishot RECVMSG takes a slot for each from a ring of provided buffers.
// Read finds them in the completion queue, without a system call while there
// are any, and waits for more through the netpoller: a ring's descriptor can be
// polled.
//
// Unlike with a system call that returns, the kernel writes into slots at any
// time. They are on the heap, which does not move, and are kept reachable by
// uringLive until the request is known to be cancelled, even if everyone else
// has forgotten the socket.
type uringReceiver struct {
	ring    *uring.Ring
	file    *os.File // the ring's descriptor, in the netpoller
	raw     syscall.RawConn
	conn    syscall.RawConn // the socket
	slots   batchSlots
	lent    []pool.Slot // by the number that the kernel knows it by
	bufs    uring.Buffers
	msg     unix.Msghdr // what to bring beside the packet; the kernel copies it
	ctlSize int
	head    int // bytes of a slot before the packet

	// State of the callback, bound once.
	try    func(fd uintptr) bool
	reader *Reader
	fresh  bool // the first try of a receive
	armed  bool
	cqes   []uring.Completion // of this batch
	errno  syscall.Errno
	late   syscall.Errno // to be told by the next Read
	waits  uint64

	mu     sync.Mutex // guards the rings against close
	closed bool
}

var uringLive sync.Map // *uringReceiver → struct{}

const (
	uringNameSize = 32
	// uringSlotHeader is at least what is before the packet: the
	// description, the source address, and at most 120 bytes of control
	// messages with everything asked for.
	uringSlotHeader = 16 + uringNameSize + 144
)

// uringBuffers returns how many slots the kernel is given for a batch size:
// enough to fill some while a batch is handled.
func uringBuffers(batch int) int {
	n := 64
	for n < 4*batch {
		n *= 2
	}
	return n
}

func newUringReceiver(r *Reader) (_ receiver, err error) {
	n := uringBuffers(r.cfg.Batch)
	u := &uringReceiver{reader: r, ctlSize: controlSize(r)}
	if u.conn, err = r.conn.SyscallConn(); err != nil {
		return nil, err
	}
	if u.ring, err = uring.New(8, 2*n); err != nil {
		return nil, err
	}
	fail := func(err error) (receiver, error) {
		u.bufs.Unmap()
		u.ring.Close()
		return nil, err
	}
	// Cancelling came with the same kernel as multishot RECVMSG: this asks for
	// both without taking a packet.
	if err := u.ring.Cancel(); err != nil {
		return fail(err)
	}
	if err := u.bufs.Init(u.ring, n); err != nil {
		return fail(err)
	}
	u.head = int(unsafe.Sizeof(uring.Received{})) + uringNameSize + u.ctlSize
	u.msg.Namelen = uringNameSize
	u.msg.SetControllen(u.ctlSize)
	u.lent = make([]pool.Slot, r.slab.Slots())
	u.slots.slot = make([]pool.Slot, r.cfg.Batch)
	u.cqes = make([]uring.Completion, 0, r.cfg.Batch)
	for range n {
		slot, ok := r.slab.Take()
		if !ok {
			panic("udp: the slab is smaller than the ring")
		}
		u.give(slot)
	}
	u.bufs.Publish()
	if err := unix.SetNonblock(u.ring.FD(), true); err != nil {
		return fail(err)
	}
	u.file = os.NewFile(uintptr(u.ring.FD()), "io_uring")
	if u.raw, err = u.file.SyscallConn(); err == nil {
		err = u.file.SetReadDeadline(time.Time{}) // fails if it cannot be polled
	}
	if err != nil {
		u.file.Close()
		u.bufs.Unmap()
		u.ring.Unmap()
		return nil, err
	}
	u.try = u.harvest
	uringLive.Store(u, struct{}{})
	return u, nil
}

// give lends a slot to the kernel, from the next publish on.
func (u *uringReceiver) give(slot pool.Slot) {
	u.lent[slot.Index()] = slot
	b := u.reader.slab.Bytes(slot)
	u.bufs.Add(b[:u.head+u.reader.cfg.slotSize()], uint16(slot.Index()))
}

// harvest is the netpoller's callback: false means that it has to wait. It is
// the only place, beside close, that touches the rings.
func (u *uringReceiver) harvest(uintptr) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		u.errno = unix.EBADF
		return true
	}
	if u.fresh {
		u.fresh = false
		n := u.slots.used
		u.slots.recycle(u.reader, func(int) {})
		for _, slot := range u.slots.slot[:n] {
			u.give(slot)
		}
		u.bufs.Publish()
	}
	for {
		if !u.armed {
			if u.errno = u.arm(); u.errno != 0 {
				return true
			}
		}
		for len(u.cqes) < cap(u.cqes) {
			c, ok := u.ring.Next()
			if !ok {
				break
			}
			if !c.More() {
				u.armed = false
			}
			if _, ok := c.Buffer(); ok && c.Res >= 0 {
				u.cqes = append(u.cqes, c)
				continue
			}
			if e := syscall.Errno(-c.Res); c.Res < 0 && e != unix.ENOBUFS && e != unix.ECANCELED && e != unix.EINTR {
				u.errno = e
				break
			}
		}
		if len(u.cqes) > 0 || u.errno != 0 {
			return true
		}
		if u.armed {
			u.waits++
			return false
		}
		// The request ended: for want of buffers, which there are again, or with
		// the thread that had made it, or by a packet without bytes.
	}
}

// arm makes the multishot request.
func (u *uringReceiver) arm() (e syscall.Errno) {
	err := u.conn.Control(func(fd uintptr) {
		u.ring.Recvmsg(int(fd), &u.msg)
		e = u.ring.Enter()
	})
	if err != nil {
		return unix.EBADF
	}
	u.armed = e == 0
	return e
}

func (u *uringReceiver) receive(r *Reader) (int, error) {
	if e := u.late; e != 0 {
		u.late = 0
		return 0, e
	}
	u.fresh, u.errno = true, 0
	u.cqes = u.cqes[:0]
	err := u.raw.Read(u.try)
	if u.waits > 0 {
		r.stats.wakeups.Add(u.waits)
		r.waited = true
		u.waits = 0
	}
	switch {
	case err != nil && u.isClosed(), u.errno == unix.EBADF:
		return 0, net.ErrClosed
	case err != nil:
		return 0, plainError(err)
	case len(u.cqes) == 0:
		return 0, u.errno
	}
	u.late = u.errno // it came behind these packets
	u.fill(r)
	return len(u.cqes), nil
}

// fill makes packets of the completions.
func (u *uringReceiver) fill(r *Reader) {
	r.pkts = r.pkts[:0]
	u.slots.used = len(u.cqes)
	for i, c := range u.cqes {
		id, _ := c.Buffer()
		slot := u.lent[id]
		u.slots.slot[i] = slot
		b := r.slab.Bytes(slot)
		out := (*uring.Received)(unsafe.Pointer(&b[0]))
		name := (*sockaddr)(b[unsafe.Sizeof(*out):])
		src := name.addrPort(&r.zones)
		data := b[u.head : u.head+r.cfg.slotSize()]
		if u.ctlSize == 0 {
			r.add(data, int(out.PayloadLen), slot, src, nil)
			continue
		}
		var ctl control
		ctl.parse(b[u.head-u.ctlSize:][:min(int(out.ControlLen), u.ctlSize)])
		r.add(data, int(out.PayloadLen), slot, src, &ctl)
	}
}

func (u *uringReceiver) isClosed() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.closed
}

func (u *uringReceiver) setReadDeadline(t time.Time) error {
	return u.file.SetReadDeadline(t)
}

func (u *uringReceiver) close() error {
	u.mu.Lock()
	if u.closed {
		u.mu.Unlock()
		return net.ErrClosed
	}
	u.closed = true // no request is made from here on
	cancelled := u.ring.Cancel()
	u.mu.Unlock()
	err := u.file.Close()
	u.mu.Lock()
	u.bufs.Unmap()
	u.ring.Unmap()
	u.mu.Unlock()
	if cancelled != nil {
		// The kernel may still write: the slots stay reachable for good.
		return cancelled
	}
	uringLive.Delete(u)
	return err
}

package udp

import (
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
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
	ring    *ring
	file    *os.File // the ring's descriptor, in the netpoller
	raw     syscall.RawConn
	conn    syscall.RawConn // the socket
	slots   batchSlots
	bufs    bufRing
	msg     unix.Msghdr // what to bring beside the packet; the kernel copies it
	ctlSize int
	head    int // bytes of a slot before the packet

	// State of the callback, bound once.
	try    func(fd uintptr) bool
	reader *Reader
	fresh  bool // the first try of a receive
	armed  bool
	cqes   []uringCQE // of this batch
	errno  syscall.Errno
	late   syscall.Errno // to be told by the next Read
	waits  uint64

	mu     sync.Mutex // guards the rings against close
	closed bool
}

var uringLive sync.Map // *uringReceiver → struct{}

const (
	uringNameSize = 32
	// uringSlotHeader is at least what stands before the packet: the
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
	if u.ring, err = newRing(8, 2*n); err != nil {
		return nil, err
	}
	fail := func(err error) (receiver, error) {
		u.bufs.unmap()
		u.ring.close()
		return nil, err
	}
	// Cancelling came with the same kernel as multishot RECVMSG: this asks for
	// both without taking a packet.
	if err := u.ring.cancel(); err != nil {
		return fail(err)
	}
	if err := u.bufs.init(u.ring, n); err != nil {
		return fail(err)
	}
	u.head = int(unsafe.Sizeof(uringRecvmsgOut{})) + uringNameSize + u.ctlSize
	u.msg.Namelen = uringNameSize
	u.msg.SetControllen(u.ctlSize)
	u.slots.slot = make([]int32, r.cfg.Batch)
	u.cqes = make([]uringCQE, 0, r.cfg.Batch)
	for range n {
		slot, ok := r.slab.Take()
		if !ok {
			panic("udp: the slab is smaller than the ring")
		}
		u.give(slot)
	}
	u.bufs.publish()
	if err := unix.SetNonblock(u.ring.fd, true); err != nil {
		return fail(err)
	}
	u.file = os.NewFile(uintptr(u.ring.fd), "io_uring")
	if u.raw, err = u.file.SyscallConn(); err == nil {
		err = u.file.SetReadDeadline(time.Time{}) // fails if it can not be polled
	}
	if err != nil {
		u.file.Close()
		u.bufs.unmap()
		u.ring.unmap()
		return nil, err
	}
	u.try = u.harvest
	uringLive.Store(u, struct{}{})
	return u, nil
}

// give lends a slot to the kernel, from the next publish on.
func (u *uringReceiver) give(slot int) {
	b := u.reader.slab.Bytes(slot)
	u.bufs.add(b[:u.head+u.reader.cfg.slotSize()], uint16(slot))
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
			u.give(int(slot))
		}
		u.bufs.publish()
	}
	for {
		if !u.armed {
			if u.errno = u.arm(); u.errno != 0 {
				return true
			}
		}
		for len(u.cqes) < cap(u.cqes) {
			c, ok := u.ring.next()
			if !ok {
				break
			}
			if c.flags&uringCQEMore == 0 {
				u.armed = false
			}
			if c.res >= 0 && c.flags&uringCQEBuffer != 0 {
				u.cqes = append(u.cqes, c)
				continue
			}
			if e := syscall.Errno(-c.res); c.res < 0 && e != unix.ENOBUFS && e != unix.ECANCELED && e != unix.EINTR {
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
		u.ring.add(&uringSQE{
			opcode: uringOpRecvmsg,
			flags:  uringSQEBufferSelect,
			ioprio: uringRecvMultishot,
			fd:     int32(fd),
			addr:   uint64(uintptr(unsafe.Pointer(&u.msg))),
			// MSG_TRUNC makes the length that is told the true one.
			msgFlags: unix.MSG_TRUNC,
		})
		e = u.ring.enter()
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
		slot := int32(c.flags >> 16)
		u.slots.slot[i] = slot
		b := r.slab.Bytes(int(slot))
		out := (*uringRecvmsgOut)(unsafe.Pointer(&b[0]))
		name := (*sockaddr)(b[unsafe.Sizeof(*out):])
		src := name.addrPort(&r.zones)
		data := b[u.head : u.head+r.cfg.slotSize()]
		if u.ctlSize == 0 {
			r.add(data, int(out.payloadLen), slot, src, nil)
			continue
		}
		var ctl control
		ctl.parse(b[u.head-u.ctlSize:][:min(int(out.controlLen), u.ctlSize)])
		r.add(data, int(out.payloadLen), slot, src, &ctl)
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
	cancelled := u.ring.cancel()
	u.mu.Unlock()
	err := u.file.Close()
	u.mu.Lock()
	u.bufs.unmap()
	u.ring.unmap()
	u.mu.Unlock()
	if cancelled != nil {
		// The kernel may still write: the slots stay reachable for good.
		return cancelled
	}
	uringLive.Delete(u)
	return err
}

// bufRing is the ring of provided buffers: we append, the kernel takes.
type bufRing struct {
	mem  []byte
	ents []uringBuf
	mask uint16
	tail uint16
	bid0 uint16 // of entry 0, see publish
}

func (b *bufRing) init(r *ring, n int) (err error) {
	size := n * int(unsafe.Sizeof(uringBuf{}))
	b.mem, err = unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return err
	}
	b.ents = unsafe.Slice((*uringBuf)(unsafe.Pointer(&b.mem[0])), n)
	b.mask = uint16(n - 1)
	reg := uringBufReg{ringAddr: uint64(uintptr(unsafe.Pointer(&b.mem[0]))), ringEntries: uint32(n)}
	if e := r.register(uringRegisterPbufRing, unsafe.Pointer(&reg), 1); e != 0 {
		return e
	}
	return nil
}

func (b *bufRing) add(mem []byte, bid uint16) {
	i := b.tail & b.mask
	e := &b.ents[i]
	e.addr, e.len = uint64(uintptr(unsafe.Pointer(&mem[0]))), uint32(len(mem))
	if i == 0 {
		b.bid0 = bid // written with the tail, which lies beside it
	} else {
		e.bid = bid
	}
	b.tail++
}

// publish shows the kernel what was added. The tail has 16 bits, for which Go
// has no atomic store; the 16 bits before it are the number of the buffer in
// entry 0, so both are stored as one word.
func (b *bufRing) publish() {
	w := uringBuf{bid: b.bid0, tail: b.tail}
	word := *(*[2]uint16)(unsafe.Pointer(&w.bid))
	atomic.StoreUint32((*uint32)(unsafe.Pointer(&b.ents[0].bid)), *(*uint32)(unsafe.Pointer(&word)))
}

func (b *bufRing) unmap() {
	if b.mem != nil {
		unix.Munmap(b.mem)
		b.mem, b.ents = nil, nil
	}
}

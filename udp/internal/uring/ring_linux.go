package uring

import (
	"errors"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Ring is an io_uring: a queue of requests (SQ) that we write and the kernel
// reads, and one of completions (CQ) the other way. Heads and tails are shared
// with the kernel, written by one side each, with atomics as the barriers.
//
// One goroutine at a time may use it. It is set up without SINGLE_ISSUER and
// DEFER_TASKRUN, which are faster but tie a ring to one thread: goroutines have
// none.
type Ring struct {
	fd   int
	mem  []byte // both queues but for the entries of the SQ
	ents []byte // the entries of the SQ

	sqTail         *uint32
	sqMask         uint32
	sqes           []sqe
	pending        uint32 // entries written since the last enter
	cqHead, cqTail *uint32
	cqMask         uint32
	cqes           []Completion
}

// ErrFeatures says that the kernel has an io_uring that is too old.
var ErrFeatures = errors.New("io_uring lacks IORING_FEAT_SINGLE_MMAP or NODROP")

// New makes a ring with room for sq requests and cq completions.
func New(sq, cq int) (*Ring, error) {
	p := params{flags: setupCQSize | setupSubmitAll, cqEntries: uint32(cq)}
	fd, _, e := unix.Syscall(unix.SYS_IO_URING_SETUP, uintptr(sq), uintptr(unsafe.Pointer(&p)), 0)
	if e != 0 {
		return nil, e
	}
	r := &Ring{fd: int(fd)}
	if err := r.mmap(&p); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (r *Ring) mmap(p *params) (err error) {
	const need = featSingleMmap | featNoDrop
	if p.features&need != need {
		return ErrFeatures
	}
	unix.CloseOnExec(r.fd)
	size := max(p.sqOff.array+p.sqEntries*4, p.cqOff.cqes+p.cqEntries*uint32(unsafe.Sizeof(Completion{})))
	const prot, flags = unix.PROT_READ | unix.PROT_WRITE, unix.MAP_SHARED | unix.MAP_POPULATE
	if r.mem, err = unix.Mmap(r.fd, offSQRing, int(size), prot, flags); err != nil {
		return err
	}
	sqes := int(p.sqEntries) * int(unsafe.Sizeof(sqe{}))
	if r.ents, err = unix.Mmap(r.fd, offSQEs, sqes, prot, flags); err != nil {
		return err
	}
	word := func(off uint32) *uint32 { return (*uint32)(unsafe.Pointer(&r.mem[off])) }
	r.sqTail, r.sqMask = word(p.sqOff.tail), *word(p.sqOff.ringMask)
	r.cqHead, r.cqTail, r.cqMask = word(p.cqOff.head), word(p.cqOff.tail), *word(p.cqOff.ringMask)
	r.sqes = unsafe.Slice((*sqe)(unsafe.Pointer(&r.ents[0])), p.sqEntries)
	r.cqes = unsafe.Slice((*Completion)(unsafe.Pointer(&r.mem[p.cqOff.cqes])), p.cqEntries)
	// The SQ goes through an indirection that we do not need: entry i is i.
	array := unsafe.Slice(word(p.sqOff.array), p.sqEntries)
	for i := range array {
		array[i] = uint32(i)
	}
	return nil
}

// Recvmsg adds a request that receives packets from the socket fd until it is
// cancelled, each into a buffer of [Buffers]. The kernel copies msg.
func (r *Ring) Recvmsg(fd int, msg *unix.Msghdr) {
	r.add(&sqe{
		opcode: opRecvmsg,
		flags:  sqeBufferSelect,
		ioprio: recvMultishot,
		fd:     int32(fd),
		addr:   uint64(uintptr(unsafe.Pointer(msg))),
		// MSG_TRUNC makes Received.PayloadLen the packet's true length.
		msgFlags: unix.MSG_TRUNC,
	})
}

// Sendmsg adds a request that sends msg on the socket fd and does not wait for
// room.
func (r *Ring) Sendmsg(fd int, msg *unix.Msghdr, id uint64) {
	r.add(&sqe{
		opcode:   opSendmsg,
		fd:       int32(fd),
		addr:     uint64(uintptr(unsafe.Pointer(msg))),
		len:      1,
		msgFlags: unix.MSG_DONTWAIT,
		userData: id,
	})
}

// add puts a request in the SQ, which has room: callers never add more than its
// size before enter, and enter takes them all.
func (r *Ring) add(q *sqe) {
	tail := *r.sqTail // ours alone
	r.sqes[tail&r.sqMask] = *q
	atomic.StoreUint32(r.sqTail, tail+1)
	r.pending++
}

// Enter submits what was added and does not wait: by RawSyscall6, for the reason
// given at mmsgReceiver in package udp.
func (r *Ring) Enter() unix.Errno {
	for r.pending > 0 {
		n, _, e := unix.RawSyscall6(unix.SYS_IO_URING_ENTER, uintptr(r.fd), uintptr(r.pending), 0, 0, 0, 0)
		if e == unix.EINTR {
			continue
		}
		if e != 0 {
			return e
		}
		r.pending -= uint32(n)
	}
	return 0
}

// Wait blocks until n completions are there.
func (r *Ring) Wait(n uint32) unix.Errno {
	for atomic.LoadUint32(r.cqTail)-*r.cqHead < n {
		_, _, e := unix.Syscall6(unix.SYS_IO_URING_ENTER, uintptr(r.fd), 0, uintptr(n), enterGetEvents, 0, 0)
		if e != 0 && e != unix.EINTR {
			return e
		}
	}
	return 0
}

// Next takes the oldest completion, if there is one.
func (r *Ring) Next() (c Completion, ok bool) {
	head := *r.cqHead // ours alone
	if head == atomic.LoadUint32(r.cqTail) {
		return c, false
	}
	c = r.cqes[head&r.cqMask]
	atomic.StoreUint32(r.cqHead, head+1)
	return c, true
}

// FD returns the ring's descriptor, which can be polled for completions.
func (r *Ring) FD() int { return r.fd }

func (r *Ring) register(op uintptr, arg unsafe.Pointer, n uintptr) unix.Errno {
	_, _, e := unix.Syscall6(unix.SYS_IO_URING_REGISTER, uintptr(r.fd), op, uintptr(arg), n, 0, 0)
	return e
}

// Cancel ends all requests and waits until the kernel is done with them
// (Linux 6.0). After it, the kernel writes to no buffer of theirs.
func (r *Ring) Cancel() error {
	c := syncCancel{flags: cancelAll | cancelAny, timeout: [2]int64{-1, -1}}
	for {
		switch e := r.register(registerSyncCancel, unsafe.Pointer(&c), 1); e {
		case 0, unix.ENOENT:
			return nil
		case unix.EINTR:
		default:
			return e
		}
	}
}

// Unmap gives back the memory; the ring's descriptor is closed before or by
// close.
func (r *Ring) Unmap() {
	if r.ents != nil {
		unix.Munmap(r.ents)
	}
	if r.mem != nil {
		unix.Munmap(r.mem)
	}
	r.ents, r.mem = nil, nil
}

// Close closes the ring and gives back its memory.
func (r *Ring) Close() error {
	err := unix.Close(r.fd)
	r.Unmap()
	return err
}

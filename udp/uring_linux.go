package udp

import (
	"errors"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ring is an io_uring: a queue of requests (SQ) that we write and the kernel
// reads, and one of completions (CQ) the other way. Heads and tails are shared
// with the kernel, written by one side each, with atomics as the barriers.
//
// One goroutine at a time may use it. It is set up without SINGLE_ISSUER and
// DEFER_TASKRUN, which are faster but tie a ring to one thread: goroutines have
// none.
type ring struct {
	fd   int
	mem  []byte // both queues but for the entries of the SQ
	ents []byte // the entries of the SQ

	sqTail         *uint32
	sqMask         uint32
	sqes           []uringSQE
	pending        uint32 // entries written since the last enter
	cqHead, cqTail *uint32
	cqMask         uint32
	cqes           []uringCQE
}

var errUringFeatures = errors.New("io_uring lacks IORING_FEAT_SINGLE_MMAP or NODROP")

func newRing(sq, cq int) (*ring, error) {
	p := uringParams{flags: uringSetupCQSize | uringSetupSubmitAll, cqEntries: uint32(cq)}
	fd, _, e := unix.Syscall(unix.SYS_IO_URING_SETUP, uintptr(sq), uintptr(unsafe.Pointer(&p)), 0)
	if e != 0 {
		return nil, e
	}
	r := &ring{fd: int(fd)}
	if err := r.mmap(&p); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *ring) mmap(p *uringParams) (err error) {
	const need = uringFeatSingleMmap | uringFeatNoDrop
	if p.features&need != need {
		return errUringFeatures
	}
	unix.CloseOnExec(r.fd)
	size := max(p.sqOff.array+p.sqEntries*4, p.cqOff.cqes+p.cqEntries*uint32(unsafe.Sizeof(uringCQE{})))
	const prot, flags = unix.PROT_READ | unix.PROT_WRITE, unix.MAP_SHARED | unix.MAP_POPULATE
	if r.mem, err = unix.Mmap(r.fd, uringOffSQRing, int(size), prot, flags); err != nil {
		return err
	}
	sqes := int(p.sqEntries) * int(unsafe.Sizeof(uringSQE{}))
	if r.ents, err = unix.Mmap(r.fd, uringOffSQEs, sqes, prot, flags); err != nil {
		return err
	}
	word := func(off uint32) *uint32 { return (*uint32)(unsafe.Pointer(&r.mem[off])) }
	r.sqTail, r.sqMask = word(p.sqOff.tail), *word(p.sqOff.ringMask)
	r.cqHead, r.cqTail, r.cqMask = word(p.cqOff.head), word(p.cqOff.tail), *word(p.cqOff.ringMask)
	r.sqes = unsafe.Slice((*uringSQE)(unsafe.Pointer(&r.ents[0])), p.sqEntries)
	r.cqes = unsafe.Slice((*uringCQE)(unsafe.Pointer(&r.mem[p.cqOff.cqes])), p.cqEntries)
	// The SQ goes through an indirection that we do not need: entry i is i.
	array := unsafe.Slice(word(p.sqOff.array), p.sqEntries)
	for i := range array {
		array[i] = uint32(i)
	}
	return nil
}

// add puts a request in the SQ, which has room: callers never add more than its
// size before enter, and enter takes them all.
func (r *ring) add(q *uringSQE) {
	tail := *r.sqTail // ours alone
	r.sqes[tail&r.sqMask] = *q
	atomic.StoreUint32(r.sqTail, tail+1)
	r.pending++
}

// enter submits what was added and does not wait: by RawSyscall6, for the reason
// given at mmsgReceiver.
func (r *ring) enter() unix.Errno {
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

// wait blocks until n completions are there.
func (r *ring) wait(n uint32) unix.Errno {
	for atomic.LoadUint32(r.cqTail)-*r.cqHead < n {
		_, _, e := unix.Syscall6(unix.SYS_IO_URING_ENTER, uintptr(r.fd), 0, uintptr(n), uringEnterGetEvents, 0, 0)
		if e != 0 && e != unix.EINTR {
			return e
		}
	}
	return 0
}

// next takes the oldest completion, if there is one.
func (r *ring) next() (c uringCQE, ok bool) {
	head := *r.cqHead // ours alone
	if head == atomic.LoadUint32(r.cqTail) {
		return c, false
	}
	c = r.cqes[head&r.cqMask]
	atomic.StoreUint32(r.cqHead, head+1)
	return c, true
}

func (r *ring) register(op uintptr, arg unsafe.Pointer, n uintptr) unix.Errno {
	_, _, e := unix.Syscall6(unix.SYS_IO_URING_REGISTER, uintptr(r.fd), op, uintptr(arg), n, 0, 0)
	return e
}

// cancel ends all requests and waits until the kernel is done with them
// (Linux 6.0). After it, the kernel writes to no buffer of theirs.
func (r *ring) cancel() error {
	c := uringSyncCancel{flags: uringCancelAll | uringCancelAny, timeout: [2]int64{-1, -1}}
	for {
		switch e := r.register(uringRegisterSyncCancel, unsafe.Pointer(&c), 1); e {
		case 0, unix.ENOENT:
			return nil
		case unix.EINTR:
		default:
			return e
		}
	}
}

// unmap gives back the memory; the ring's descriptor is closed before or by
// close.
func (r *ring) unmap() {
	if r.ents != nil {
		unix.Munmap(r.ents)
	}
	if r.mem != nil {
		unix.Munmap(r.mem)
	}
	r.ents, r.mem = nil, nil
}

func (r *ring) close() error {
	err := unix.Close(r.fd)
	r.unmap()
	return err
}

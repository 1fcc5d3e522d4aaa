package uring

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Buffers is a ring of provided buffers: we append, the kernel takes.
type Buffers struct {
	mem  []byte
	ents []buf
	mask uint16
	tail uint16
	bid0 uint16 // of entry 0, see Publish
}

// Init makes room for n buffers, a power of two, and registers it with r.
func (b *Buffers) Init(r *Ring, n int) (err error) {
	size := n * int(unsafe.Sizeof(buf{}))
	b.mem, err = unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return err
	}
	b.ents = unsafe.Slice((*buf)(unsafe.Pointer(&b.mem[0])), n)
	b.mask = uint16(n - 1)
	reg := bufReg{ringAddr: uint64(uintptr(unsafe.Pointer(&b.mem[0]))), ringEntries: uint32(n)}
	if e := r.register(registerPbufRing, unsafe.Pointer(&reg), 1); e != 0 {
		return e
	}
	return nil
}

// Add lends mem to the kernel under a number, from the next Publish on.
func (b *Buffers) Add(mem []byte, bid uint16) {
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

// Publish shows the kernel what was added. The tail has 16 bits, for which Go
// has no atomic store; the 16 bits before it are the number of the buffer in
// entry 0, so both are stored as one word.
func (b *Buffers) Publish() {
	w := buf{bid: b.bid0, tail: b.tail}
	word := *(*[2]uint16)(unsafe.Pointer(&w.bid))
	atomic.StoreUint32((*uint32)(unsafe.Pointer(&b.ents[0].bid)), *(*uint32)(unsafe.Pointer(&word)))
}

// Unmap gives back the memory of the ring, not that of the buffers.
func (b *Buffers) Unmap() {
	if b.mem != nil {
		unix.Munmap(b.mem)
		b.mem, b.ents = nil, nil
	}
}

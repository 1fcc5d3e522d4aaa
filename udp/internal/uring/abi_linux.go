package uring

// The part of linux/io_uring.h that is used here, in our own words: x/sys has
// no io_uring.

type sqe struct {
	opcode      uint8
	flags       uint8
	ioprio      uint16
	fd          int32
	off         uint64
	addr        uint64
	len         uint32
	msgFlags    uint32
	userData    uint64
	bufGroup    uint16
	personality uint16
	fileIndex   int32
	addr3       uint64
	_           uint64
}

// A Completion is what became of one request.
type Completion struct {
	ID    uint64 // as given with the request
	Res   int32  // bytes, or an error number below zero
	flags uint32
}

// Buffer returns the number of the buffer that was filled, if one was.
func (c *Completion) Buffer() (id int, ok bool) {
	return int(c.flags >> 16), c.flags&cqeBuffer != 0
}

// More reports whether the request goes on and completes again.
func (c *Completion) More() bool { return c.flags&cqeMore != 0 }

type sqOffsets struct {
	head, tail, ringMask, ringEntries, flags, dropped, array, _ uint32
	_                                                           uint64
}

type cqOffsets struct {
	head, tail, ringMask, ringEntries, overflow, cqes, flags, _ uint32
	_                                                           uint64
}

type params struct {
	sqEntries, cqEntries, flags, sqThreadCPU, sqThreadIdle uint32
	features, wqFD                                         uint32
	_                                                      [3]uint32
	sqOff                                                  sqOffsets
	cqOff                                                  cqOffsets
}

// buf is one provided buffer. In the first of a ring, the last two bytes
// are the ring's tail.
type buf struct {
	addr uint64
	len  uint32
	bid  uint16
	tail uint16
}

type bufReg struct {
	ringAddr    uint64
	ringEntries uint32
	bgid        uint16
	flags       uint16
	_           [3]uint64
}

type syncCancel struct {
	addr    uint64
	fd      int32
	flags   uint32
	timeout [2]int64 // -1, -1 for none
	_       [4]uint64
}

// Received is at the front of a buffer that a multishot receive has filled.
// Behind it are the sender's address, the control messages and the packet, the
// first two with the room that was asked for them, however long they are.
type Received struct {
	NameLen, ControlLen, PayloadLen, Flags uint32
}

const (
	opSendmsg = 9
	opRecvmsg = 10

	sqeBufferSelect = 1 << 5 // sqe.flags
	recvMultishot   = 1 << 1 // sqe.ioprio

	cqeBuffer = 1 << 0 // cqe.flags; the buffer's number is above bit 16
	cqeMore   = 1 << 1

	setupCQSize    = 1 << 3
	setupSubmitAll = 1 << 7

	featSingleMmap = 1 << 0
	featNoDrop     = 1 << 1

	enterGetEvents = 1 << 0

	registerPbufRing   = 22
	registerSyncCancel = 24

	cancelAll = 1 << 0
	cancelAny = 1 << 2

	offSQRing = 0
	offSQEs   = 0x10000000
)

package udp

// The part of linux/io_uring.h that is used here, in our own words: x/sys has
// no io_uring.

type uringSQE struct {
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

type uringCQE struct {
	userData uint64
	res      int32
	flags    uint32
}

type uringSQOffsets struct {
	head, tail, ringMask, ringEntries, flags, dropped, array, _ uint32
	_                                                           uint64
}

type uringCQOffsets struct {
	head, tail, ringMask, ringEntries, overflow, cqes, flags, _ uint32
	_                                                           uint64
}

type uringParams struct {
	sqEntries, cqEntries, flags, sqThreadCPU, sqThreadIdle uint32
	features, wqFD                                         uint32
	_                                                      [3]uint32
	sqOff                                                  uringSQOffsets
	cqOff                                                  uringCQOffsets
}

// uringBuf is one provided buffer. In the first of a ring, the last two bytes
// are the ring's tail.
type uringBuf struct {
	addr uint64
	len  uint32
	bid  uint16
	tail uint16
}

type uringBufReg struct {
	ringAddr    uint64
	ringEntries uint32
	bgid        uint16
	flags       uint16
	_           [3]uint64
}

type uringSyncCancel struct {
	addr    uint64
	fd      int32
	flags   uint32
	timeout [2]int64 // -1, -1 for none
	_       [4]uint64
}

// uringRecvmsgOut stands in front of what a multishot RECVMSG puts in a buffer;
// after it the name, the control bytes and the packet, the first two with the
// room that was asked for them.
type uringRecvmsgOut struct {
	nameLen, controlLen, payloadLen, flags uint32
}

const (
	uringOpSendmsg = 9
	uringOpRecvmsg = 10

	uringSQEBufferSelect = 1 << 5 // sqe.flags
	uringRecvMultishot   = 1 << 1 // sqe.ioprio

	uringCQEBuffer = 1 << 0 // cqe.flags; the buffer's number is above bit 16
	uringCQEMore   = 1 << 1

	uringSetupCQSize    = 1 << 3
	uringSetupSubmitAll = 1 << 7

	uringFeatSingleMmap = 1 << 0
	uringFeatNoDrop     = 1 << 1

	uringEnterGetEvents = 1 << 0

	uringRegisterPbufRing   = 22
	uringRegisterSyncCancel = 24

	uringCancelAll = 1 << 0
	uringCancelAny = 1 << 2

	uringOffSQRing = 0
	uringOffSQEs   = 0x10000000
)

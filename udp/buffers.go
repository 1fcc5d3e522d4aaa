package udp

import "math/bits"

// Buffer describes one of a socket's kernel buffers.
type Buffer struct {
	Asked   int // bytes asked for, 0 if the default was left
	Granted int // bytes that the kernel counts against; Linux grants twice what was asked, up to its limit
}

// Buffers returns the receive and the send buffer. A grant below what was asked
// means that net.core.rmem_max or wmem_max cut it.
func (s *Socket) Buffers() (recv, send Buffer, err error) {
	recv.Asked, send.Asked = s.cfg.RecvBuffer, s.cfg.SendBuffer
	if recv.Granted, err = growRecv(s.conn, 0); err != nil {
		return recv, send, err
	}
	send.Granted, err = growSend(s.conn, 0)
	return recv, send, err
}

// What Linux charges a receive buffer for a packet: its bookkeeping and the
// memory block that the bytes were put into.
const (
	skBuff   = 256      // struct sk_buff
	skShared = 320 + 64 // skb_shared_info behind the bytes, headers before them
	skSmall  = 576      // the block for small packets, since Linux 6.3
)

// Packets returns how many packets of size bytes the granted receive buffer
// holds before the kernel drops, by what Linux charges for a packet on loopback
// and from drivers that copy: 1280 bytes for one of 600, 2304 for 1400, 4352
// for 1800. Drivers that hand over whole pages are charged more.
func (b Buffer) Packets(size int) int {
	if size < 0 || b.Granted <= 0 {
		return 0
	}
	block := 1 << bits.Len(uint(min(size, MaxDatagram)+skShared-1))
	if block <= 512 {
		block = skSmall
	}
	return b.Granted / (block + skBuff)
}

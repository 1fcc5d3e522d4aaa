package udp

import (
	"net"
	"net/netip"
	"time"
)

// portableReceiver reads one packet at a time through net.UDPConn.
type portableReceiver struct {
	conn  *net.UDPConn
	slots batchSlots
	oob   []byte
}

func newPortableReceiver(r *Reader) *portableReceiver {
	p := &portableReceiver{conn: r.conn, slots: newBatchSlots(r.slab, 1)}
	if n := controlSize(r); n > 0 {
		p.oob = make([]byte, n)
	}
	return p
}

func (p *portableReceiver) receive(r *Reader) (int, error) {
	p.slots.recycle(r, func(int) {})
	r.pkts = r.pkts[:0]
	slot := p.slots.slot[0]
	b := r.slab.Bytes(slot)
	var n, oobn, flags int
	var src netip.AddrPort
	var err error
	if len(p.oob) > 0 {
		n, oobn, flags, src, err = p.conn.ReadMsgUDPAddrPort(b, p.oob)
	} else {
		// Cheaper, and no UDP datagram is longer than the slot.
		n, src, err = p.conn.ReadFromUDPAddrPort(b)
	}
	if err != nil {
		if !cutError(err) {
			return 0, err
		}
		flags |= flagTruncated
		n = len(b)
	}
	p.slots.used = 1
	if flags&flagTruncated != 0 && n == len(b) {
		// Only a datagram beyond what UDP can carry is longer than the slot:
		// how much is not told.
		n++
	}
	from := netip.AddrPortFrom(src.Addr().Unmap(), src.Port())
	if oobn == 0 {
		r.add(b, n, slot, from, nil)
		return 1, nil
	}
	var c control
	c.parse(p.oob[:oobn])
	r.add(b, n, slot, from, &c)
	return 1, nil
}

func (p *portableReceiver) setReadDeadline(t time.Time) error {
	return p.conn.SetReadDeadline(t)
}

func (p *portableReceiver) close() error { return nil }

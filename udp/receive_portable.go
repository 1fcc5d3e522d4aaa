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
	b := r.slab.Bytes(int(slot))
	n, oobn, flags, src, err := p.conn.ReadMsgUDPAddrPort(b, p.oob)
	if err != nil {
		if !cutError(err) {
			return 0, err
		}
		flags |= flagTruncated
		n = len(b)
	}
	p.slots.used = 1
	r.pkts = r.pkts[:1]
	pkt := &r.pkts[0]
	*pkt = Packet{
		Src:  netip.AddrPortFrom(src.Addr().Unmap(), src.Port()),
		Dst:  r.local,
		Len:  n,
		r:    r,
		slot: slot,
	}
	if flags&flagTruncated != 0 && n == len(b) {
		// Only a datagram beyond what UDP can carry is longer than the slot:
		// how much is not told.
		pkt.Len = n + 1
	}
	if oobn > 0 {
		var c control
		c.parse(p.oob[:oobn])
		c.apply(r, pkt)
	}
	n = min(n, r.cfg.MaxSize)
	pkt.Data = b[:n:n]
	if pkt.Truncated() {
		r.stats.truncated.Add(1)
	}
	return 1, nil
}

func (p *portableReceiver) setReadDeadline(t time.Time) error {
	return p.conn.SetReadDeadline(t)
}

func (p *portableReceiver) close() error { return nil }

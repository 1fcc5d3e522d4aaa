package udp

import (
	"net/netip"

	"github.com/sipwire/sipwire/pool"
)

// add appends the packets of one kernel message to r.pkts. b is its slot, n the
// length that it had, which may be more than the slot; c is nil if nothing was
// told beside it.
func (r *Reader) add(b []byte, n int, slot pool.Slot, src netip.AddrPort, c *control) {
	if c == nil || c.segment <= 0 || c.segment >= min(n, len(b)) {
		r.put(b, n, slot, src, c)
		return
	}
	// A message of UDP_GRO: packets of c.segment bytes and a last one that may
	// be shorter. What did not fit the slot was the last one's.
	have := min(n, len(b))
	for lo := 0; lo < have; lo += c.segment {
		size := c.segment
		if lo+size >= have {
			size = n - lo
		}
		r.put(b[lo:have], size, slot, src, c)
	}
}

// put appends one packet, the first n bytes of b or as many as there are and
// are allowed.
func (r *Reader) put(b []byte, n int, slot pool.Slot, src netip.AddrPort, c *control) {
	have := min(n, len(b), r.cfg.MaxSize)
	// The packets of a batch are written in place, field by field:
	// building each elsewhere first shows in the profile.
	p := r.next()
	p.Data = b[:have:have]
	p.Src = src
	p.Dst = r.local
	p.Len = n
	p.Time = 0
	p.r = r
	p.slot = slot
	p.batch = r.batch
	p.hold = ticket{}
	if c != nil {
		c.apply(r, p)
	}
	if n > have {
		r.stats.truncated.Add(1)
	}
}

// next returns the place for the next packet.
func (r *Reader) next() *Packet {
	if len(r.pkts) < cap(r.pkts) {
		r.pkts = r.pkts[:len(r.pkts)+1]
	} else {
		r.pkts = append(r.pkts, Packet{}) // with UDP_GRO, until it has seen its longest batch
	}
	return &r.pkts[len(r.pkts)-1]
}

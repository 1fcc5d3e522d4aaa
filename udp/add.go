package udp

import "net/netip"

// add appends the packets of one kernel message to r.pkts. b is its slot, n the
// length that it had, which may be more than the slot; c is nil if nothing was
// told beside it.
func (r *Reader) add(b []byte, n int, slot int32, src netip.AddrPort, c *control) {
	// The packets of a batch are written where they stand, field by field:
	// building each elsewhere first shows in the profile.
	have := min(n, len(b))
	if c != nil && c.segment > 0 && c.segment < have {
		r.split(b[:have], n, slot, src, c)
		return
	}
	have = min(have, r.cfg.MaxSize)
	p := r.next()
	p.Data = b[:have:have]
	p.Src = src
	p.Dst = r.local
	p.Len = n
	p.Time = 0
	p.r = r
	p.slot = slot
	p.hold = ticket{}
	if c != nil {
		c.apply(r, p)
	}
	if n > have {
		r.stats.truncated.Add(1)
	}
}

// split takes a message of UDP_GRO apart: packets of c.segment bytes and a last
// one that may be shorter.
func (r *Reader) split(b []byte, n int, slot int32, src netip.AddrPort, c *control) {
	for lo := 0; lo < len(b); lo += c.segment {
		hi := min(lo+c.segment, len(b))
		one := *c
		one.segment = 0
		size := hi - lo
		if hi == len(b) {
			size += n - len(b) // what did not fit the slot was the last one's
		}
		r.add(b[lo:hi], size, slot, src, &one)
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

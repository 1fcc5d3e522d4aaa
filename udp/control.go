package udp

import "net/netip"

// control is what the kernel says beside a packet's bytes.
type control struct {
	dst     netip.Addr // invalid if not told
	ifIndex uint32     // the interface it came in on
	time    int64
	segment int    // bytes of each packet in the message, 0 if it is one packet
	drops   uint32 // valid if hasDrops
	hasDrop bool
}

// apply puts what belongs to a packet into p.
func (c *control) apply(r *Reader, p *Packet) {
	if c.dst.IsValid() {
		p.Dst = netip.AddrPortFrom(r.zones.with(c.dst, c.ifIndex), r.local.Port())
	}
	p.Time = c.time
	if c.hasDrop {
		r.drops.overflow.Store(c.drops)
	}
}

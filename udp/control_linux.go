package udp

import (
	"encoding/binary"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// controlSize returns how many control bytes a packet can bring with what r
// asked for; 0 if nothing.
func controlSize(r *Reader) int {
	n := 0
	if wildcard(r.conn) && !r.cfg.NoLocal {
		n += unix.CmsgSpace(unix.SizeofInet6Pktinfo) // the larger of the two
	}
	if r.cfg.Timestamps {
		n += unix.CmsgSpace(16)
	}
	if r.cfg.GRO {
		n += unix.CmsgSpace(4)
	}
	if r.drops.source == Overflow {
		n += unix.CmsgSpace(4)
	}
	return n
}

// parse reads the control messages that the kernel wrote into b. One that is
// cut ends it.
func (c *control) parse(b []byte) {
	for len(b) >= unix.SizeofCmsghdr {
		h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
		n := int(h.Len)
		if n < unix.CmsgLen(0) || n > len(b) {
			return
		}
		c.one(h.Level, h.Type, b[unix.CmsgLen(0):n])
		b = b[min(unix.CmsgSpace(n-unix.CmsgLen(0)), len(b)):]
	}
}

func (c *control) one(level, typ int32, d []byte) {
	switch {
	case level == unix.IPPROTO_IP && typ == unix.IP_PKTINFO && len(d) >= unix.SizeofInet4Pktinfo:
		c.ifIndex = binary.NativeEndian.Uint32(d)
		c.dst = netip.AddrFrom4([4]byte(d[8:12])) // ipi_addr: the header's
	case level == unix.IPPROTO_IPV6 && typ == unix.IPV6_PKTINFO && len(d) >= unix.SizeofInet6Pktinfo:
		c.dst = netip.AddrFrom16([16]byte(d[:16])).Unmap()
		c.ifIndex = binary.NativeEndian.Uint32(d[16:])
	case level == unix.SOL_SOCKET && typ == unix.SO_TIMESTAMPNS_NEW && len(d) >= 16:
		c.time = int64(binary.NativeEndian.Uint64(d))*1e9 + int64(binary.NativeEndian.Uint64(d[8:]))
	case level == unix.SOL_SOCKET && typ == unix.SO_TIMESTAMPNS_OLD && len(d) >= int(unsafe.Sizeof(unix.Timespec{})):
		c.time = (*unix.Timespec)(unsafe.Pointer(&d[0])).Nano()
	case level == unix.SOL_UDP && typ == unix.UDP_GRO && len(d) >= 2:
		// An int since Linux 5.0; the size itself has 16 bits.
		if len(d) >= 4 {
			c.segment = int(binary.NativeEndian.Uint32(d))
		} else {
			c.segment = int(binary.NativeEndian.Uint16(d))
		}
	case level == unix.SOL_SOCKET && typ == unix.SO_RXQ_OVFL && len(d) >= 4:
		c.drops, c.hasDrop = binary.NativeEndian.Uint32(d), true
	}
}

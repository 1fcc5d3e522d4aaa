// Package flatip keeps addresses in memory that the collector does not look
// into. A netip.Addr has a pointer to the name of its zone; here the zone is
// the number of a name in a list.
package flatip

import "net/netip"

// An IP is an address and a port without pointers. The zero IP is invalid.
type IP struct {
	Addr       [16]byte // an IPv4 address in its last four bytes
	Port       uint16
	zone       uint8 // index into Zones plus one, 0 for none
	Is4, valid bool
}

// Zones are names of IPv6 zones: interfaces of this machine.
type Zones []string

const maxZones = 255

// Pack writes a to p. Beyond 255 names of zones the name is lost.
func (z *Zones) Pack(p *IP, a netip.AddrPort) {
	ip := a.Addr()
	if ip.Is4() { // without what As16 makes of it first: a copy of that waits for its writing
		v4 := ip.As4()
		p.Addr = [16]byte{10: 0xff, 11: 0xff}
		copy(p.Addr[12:], v4[:])
	} else {
		p.Addr = ip.As16()
	}
	p.Port, p.Is4, p.valid, p.zone = a.Port(), ip.Is4(), ip.IsValid(), 0
	if name := ip.Zone(); name != "" {
		p.zone = z.number(name)
	}
}

func (z *Zones) number(name string) uint8 {
	for i, known := range *z {
		if known == name {
			return uint8(i + 1)
		}
	}
	if len(*z) == maxZones {
		return 0
	}
	*z = append(*z, name)
	return uint8(len(*z))
}

// Unpack returns what Pack was given.
func (z Zones) Unpack(p *IP) netip.AddrPort {
	if !p.valid {
		return netip.AddrPort{}
	}
	ip := netip.AddrFrom16(p.Addr)
	if p.Is4 {
		ip = ip.Unmap()
	}
	if p.zone != 0 {
		ip = ip.WithZone(z[p.zone-1])
	}
	return netip.AddrPortFrom(ip, p.Port)
}

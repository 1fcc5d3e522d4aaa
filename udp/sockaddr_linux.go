package udp

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"
)

// sockaddrSize holds a sockaddr_in (16 bytes) or a sockaddr_in6 (28).
const sockaddrSize = unix.SizeofSockaddrInet6

// sockaddr is a socket address as the kernel has it: family in native order,
// port in network order, then four bytes of IPv4, or flow label, sixteen bytes
// of IPv6 and the interface index in native order. 32 bytes keep an array of
// them aligned.
type sockaddr [32]byte

// addrPort decodes s; an unknown family gives the zero AddrPort.
func (s *sockaddr) addrPort(z *zones) netip.AddrPort {
	port := binary.BigEndian.Uint16(s[2:])
	switch binary.NativeEndian.Uint16(s[:]) {
	case unix.AF_INET:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(s[4:8])), port)
	case unix.AF_INET6:
		a := netip.AddrFrom16([16]byte(s[8:24])).Unmap()
		if scope := binary.NativeEndian.Uint32(s[24:]); scope != 0 {
			a = z.with(a, scope)
		}
		return netip.AddrPortFrom(a, port)
	}
	return netip.AddrPort{}
}

// set encodes a for a socket of the given family and returns the length used;
// 0 if a does not fit the family.
func (s *sockaddr) set(a netip.AddrPort, family int, z *zones) uint32 {
	addr := a.Addr()
	binary.NativeEndian.PutUint16(s[:], uint16(family))
	binary.BigEndian.PutUint16(s[2:], a.Port())
	switch {
	case family == unix.AF_INET6 && addr.IsValid():
		*(*[4]byte)(s[4:]) = [4]byte{}
		*(*[16]byte)(s[8:]) = addr.As16() // an IPv4 address becomes ::ffff:a.b.c.d
		binary.NativeEndian.PutUint32(s[24:], z.index(addr))
		return unix.SizeofSockaddrInet6
	case family == unix.AF_INET && (addr.Is4() || addr.Is4In6()):
		*(*[4]byte)(s[4:]) = addr.Unmap().As4()
		*(*[8]byte)(s[8:]) = [8]byte{}
		return unix.SizeofSockaddrInet4
	}
	return 0
}

package uri

import (
	"net/netip"

	"github.com/sipwire/sipwire/internal/abnf"
)

// KindOfHost returns the form of a host that [ConsumeHost] has read, zero for
// none at all.
//
// Four decimal octets make an IPv4 address only when each is at most 255 and
// has no leading zero, on which readers disagree; other digits and dots are a
// name that no resolver knows.
func KindOfHost(host []byte) HostKind {
	switch {
	case len(host) == 0:
		return 0
	case host[0] == '[':
		return HostIPv6
	case host[0]-'0' <= 9:
		if _, j, ok := abnf.ConsumeIPv4(host, 0); ok && j == len(host) {
			return HostIPv4
		}
	}
	return HostName
}

// HostAddr returns the host as an address. It is not ok when the host is a
// name or there is none.
func (u *URI) HostAddr() (addr netip.Addr, ok bool) {
	return ParseAddr(u.Host())
}

// ParseAddr returns the address that the whole of host is: four decimal
// octets, or an IPv6 address with or without brackets around it. A zone in an
// IPv6 address is left out: it names a link of the node that wrote it and means
// nothing to another (RFC 4007, 6).
func ParseAddr(host []byte) (addr netip.Addr, ok bool) {
	if a, j, ok := abnf.ConsumeIPv4(host, 0); ok && j == len(host) {
		return netip.AddrFrom4(a), true
	}
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	host, zone := abnf.CutZone(host)
	if len(zone) == 1 {
		return netip.Addr{}, false
	}
	a, j, ok := abnf.ConsumeIPv6(host, 0)
	if !ok || j != len(host) {
		return netip.Addr{}, false
	}
	return netip.AddrFrom16(a), true
}

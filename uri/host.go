package uri

import (
	"net/netip"

	"github.com/sipwire/sipwire/internal/abnf"
)

// ConsumeHost reads the host that begins at b[i] (RFC 3261, 25.1: host) and
// returns the index behind it, or the index of the byte that is wrong. It
// stops at the first byte that can not belong to a host; whether that byte may
// follow is the caller's to say. Header fields with a host use it too (Via:
// sent-by). [KindOfHost] tells the form of what it has read.
func ConsumeHost(b []byte, i int) (j int, code Code) {
	if i < len(b) && b[i] == '[' {
		_, j, ok := parse6(b, i+1)
		if !ok || j == len(b) {
			return j, ErrHost
		}
		return j + 1, 0
	}
	// A label neither begins nor ends with "-"; the start counts as the
	// end of a label before it. An IPv4 address is such a name as well.
	prev := byte('.')
	for j = i; j < len(b); j++ {
		c := b[j]
		if abnf.Table[c]&(abnf.Alpha|abnf.Digit) == 0 && c != '_' {
			if !isName(c) {
				break
			}
			if prev == '.' || prev == '-' && c == '.' {
				return j, ErrHost
			}
		}
		prev = c
	}
	switch {
	case j == i:
		return j, ErrHost
	case prev == '-':
		return j - 1, ErrHost
	}
	return j, 0
}

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
		if _, j, ok := parse4(host, 0); ok && j == len(host) {
			return HostIPv4
		}
	}
	return HostName
}

// isName reports whether c may stand in a host name.
func isName(c byte) bool { return abnf.Is(c, abnf.Host) || c == '_' }

// ConsumePort reads a port, 1*DIGIT up to 65535, at b[i], the index behind
// its colon.
func ConsumePort(b []byte, i int) (port uint16, j int, code Code) {
	v := uint(0)
	for j = i; j < len(b); j++ {
		d := uint(b[j]) - '0'
		if d > 9 {
			break
		}
		if v = v*10 + d; v > 65535 {
			return 0, j, ErrPort
		}
	}
	if j == i {
		return 0, i, ErrPort
	}
	return uint16(v), j, 0
}

// HostAddr returns the host as an address. It is not ok when the host is a
// name or there is none.
func (u *URI) HostAddr() (addr netip.Addr, ok bool) {
	return ParseAddr(u.Host())
}

// ParseAddr returns the address that the whole of host is: four decimal
// octets, or an IPv6 address with or without brackets around it.
func ParseAddr(host []byte) (addr netip.Addr, ok bool) {
	if a, j, ok := parse4(host, 0); ok && j == len(host) {
		return netip.AddrFrom4(a), true
	}
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	a, j, ok := parse6(host, 0)
	if !ok || j != len(host) {
		return netip.Addr{}, false
	}
	return netip.AddrFrom16(a), true
}

// parse4 reads four decimal octets without leading zeros at i.
func parse4(b []byte, i int) (addr [4]byte, j int, ok bool) {
	for k := range addr {
		if k > 0 {
			if i >= len(b) || b[i] != '.' {
				return addr, i, false
			}
			i++
		}
		lo, v := i, uint(0)
		for i < len(b) && i < lo+3 && b[i]-'0' <= 9 {
			v = v*10 + uint(b[i]-'0')
			i++
		}
		if i == lo || v > 255 || i > lo+1 && b[lo] == '0' {
			return addr, lo, false
		}
		addr[k] = byte(v)
	}
	return addr, i, true
}

// parse6 reads an IPv6 address at i (RFC 5954, 4.1) up to a closing bracket
// or the end of b. It returns the index of the bracket or the end, or that of
// the byte that is wrong.
func parse6(b []byte, i int) (addr [16]byte, j int, ok bool) {
	n, gap := 0, -1 // bytes of addr written; where "::" stood
	if i+1 < len(b) && b[i] == ':' && b[i+1] == ':' {
		gap = 0
		i += 2
	}
	for !(n == gap && (i == len(b) || b[i] == ']')) {
		if n == gap && i < len(b) && b[i] == ':' {
			// RFC 5118, 4.10: "2001:db8:::192.0.2.1", which only an
			// IPv4 address makes sense of.
			i++
			if _, _, ok := parse4(b, i); !ok {
				return addr, i - 1, false
			}
		}
		if n == 16 {
			return addr, i, false
		}
		lo, v := i, 0
		for i < len(b) && i < lo+4 && abnf.Is(b[i], abnf.Hex) {
			v = v<<4 | int(abnf.Unhex(b[i]))
			i++
		}
		if i == lo {
			return addr, i, false
		}
		if i < len(b) && b[i] == '.' {
			a, k, ok := parse4(b, lo)
			if !ok || n > 12 {
				return addr, lo, false
			}
			n += copy(addr[n:], a[:])
			i = k
			break
		}
		addr[n], addr[n+1] = byte(v>>8), byte(v)
		n += 2
		if i == len(b) || b[i] != ':' {
			break
		}
		i++
		if i < len(b) && b[i] == ':' {
			if gap >= 0 {
				return addr, i, false
			}
			gap = n
			i++
		}
	}
	if i < len(b) && b[i] != ']' {
		return addr, i, false
	}
	// "::" stands for at least one group (RFC 5954, 4.1).
	if (gap < 0) != (n == 16) {
		return addr, i, false
	}
	if gap >= 0 {
		copy(addr[16-(n-gap):], addr[gap:n])
		clear(addr[gap : 16-(n-gap)])
	}
	return addr, i, true
}

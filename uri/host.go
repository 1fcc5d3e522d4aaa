package uri

import (
	"net/netip"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/plain"
)

// ConsumeHost reads the host that begins at b[i] (RFC 3261, 25.1: host) and
// returns the index behind it, or the index of the byte that is wrong. It
// stops at the first byte that can not belong to a host; whether that byte may
// follow is the caller's to say. Header fields with a host use it too (Via:
// sent-by). [KindOfHost] tells the form of what it has read.
func ConsumeHost(b []byte, i int) (j int, code sipwire.Code) {
	if i < len(b) && b[i] == '[' {
		_, j, ok := abnf.ConsumeIPv6(b, i+1)
		if !ok || j == len(b) {
			return j, sipwire.ErrHost
		}
		return j + 1, 0
	}
	// A label neither begins nor ends with "-"; the start counts as the
	// end of a label before it. An IPv4 address is such a name as well.
	for j = i; j < len(b); j++ {
		c := b[j]
		if labelChars[c] {
			continue
		}
		if !plain.IsPunct(c) {
			break
		}
		if j == i || b[j-1] == '.' || b[j-1] == '-' && c == '.' {
			return j, sipwire.ErrHost
		}
	}
	switch {
	case j == i:
		return j, sipwire.ErrHost
	case b[j-1] == '-':
		return j - 1, sipwire.ErrHost
	}
	return j, 0
}

// labelChars are what [plain.IsLabel] takes.
var labelChars = func() (t [256]bool) {
	for c := range t {
		t[c] = plain.IsLabel(byte(c))
	}
	return t
}()

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

// ConsumePort reads a port, 1*DIGIT up to 65535, at b[i], the index behind
// its colon.
func ConsumePort(b []byte, i int) (port uint16, j int, code sipwire.Code) {
	v := uint(0)
	for j = i; j < len(b); j++ {
		d := uint(b[j]) - '0'
		if d > 9 {
			break
		}
		if v = v*10 + d; v > 65535 {
			return 0, j, sipwire.ErrPort
		}
	}
	if j == i {
		return 0, i, sipwire.ErrPort
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
	if a, j, ok := abnf.ConsumeIPv4(host, 0); ok && j == len(host) {
		return netip.AddrFrom4(a), true
	}
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	a, j, ok := abnf.ConsumeIPv6(host, 0)
	if !ok || j != len(host) {
		return netip.Addr{}, false
	}
	return netip.AddrFrom16(a), true
}

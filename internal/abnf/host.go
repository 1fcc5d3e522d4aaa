package abnf

import (
	"bytes"

	"github.com/sipwire/sipwire"
)

// ConsumeHost reads the host that begins at b[i] (RFC 3261, 25.1: host). It
// returns the index after it, or the index of the byte that is wrong. It stops
// at the first byte that cannot belong to a host; the caller decides whether
// that byte may follow.
func ConsumeHost(b []byte, i int) (j int, code sipwire.Code) {
	if i < len(b) && b[i] == '[' {
		_, j, ok := ConsumeIPv6(b, i+1)
		if !ok && j < len(b) && b[j] == '%' {
			j, ok = consumeZone(b, i+1, j)
		}
		if !ok || j == len(b) {
			return j, sipwire.ErrHost
		}
		return j + 1, 0
	}
	// A label neither begins nor ends with "-". The start counts as the end
	// of a label before it. An IPv4 address is such a name as well.
	for j = i; j < len(b); j++ {
		c := b[j]
		if labelChars[c] {
			continue
		}
		if !IsHostPunct(c) {
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

// IsLabel reports whether c may be part of a label of a hostname, "-" aside.
// Many hosts have an underscore in their name.
func IsLabel(c byte) bool { return Is(c, Alpha|Digit) || c == '_' }

// IsHostPunct reports whether c joins the parts of a hostname.
func IsHostPunct(c byte) bool { return c == '-' || c == '.' }

// labelChars holds the bytes that [IsLabel] accepts.
var labelChars = func() (t [256]bool) {
	for c := range t {
		t[c] = IsLabel(byte(c))
	}
	return t
}()

// ConsumePort reads a port, 1*DIGIT up to 65535, at b[i], the index after its
// colon.
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

// consumeZone reads the zone of the IPv6 address b[i:j], from the "%" at j up to
// the closing bracket: "%" 1*( unreserved / escaped ), which "%25" 1*( unreserved
// / escaped ) of RFC 6874, 2 is as well. No byte of it can end a host.
func consumeZone(b []byte, i, j int) (int, bool) {
	if _, k, ok := ConsumeIPv6(b[:j], i); !ok || k != j {
		return j, false
	}
	lo := j + 1
	k := lo
	for k < len(b) && (Is(b[k], Alpha|Digit) || b[k] == '-' || b[k] == '.' || b[k] == '_' || b[k] == '~' ||
		b[k] == '%' && k+2 < len(b) && Is(b[k+1], Hex) && Is(b[k+2], Hex)) {
		k++
	}
	return k, k > lo && k < len(b) && b[k] == ']'
}

// CutZone returns host without the zone of an IPv6 address, with which a node
// names one of its own links and which means nothing to another (RFC 4007, 6).
func CutZone(host []byte) (address, zone []byte) {
	i := bytes.IndexByte(host, '%')
	if i < 0 {
		return host, nil
	}
	return host[:i:i], host[i:]
}

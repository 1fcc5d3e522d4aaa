package uri

import (
	"math/bits"

	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/fastpath"
	"github.com/sipwire/sipwire/internal/scan"
)

// The classes of bytes that the fast path asks for.
var fastClasses = scan.Classes{
	Sets: [...]scan.Set{
		scan.NewSet(abnf.IsLabel),
		scan.NewSet(abnf.IsHostPunct),
		// What is allowed both in the user and in a parameter.
		scan.NewSet(func(c byte) bool { return abnf.Is(c, abnf.User) && abnf.Is(c, abnf.URIParam) }),
	},
	Bytes: [...]byte{'@', ';', '='},
}

// plain reads what nearly all URIs are: a sip URI of less than 64 bytes without
// password and headers, and without escapes but in the user. It reports whether it did;
// [URI.parse] is for all others, and would have read this one alike.
func (u *URI) parseFast(b []byte) bool {
	var m scan.Masks
	if len(b) > fastpath.MaxLen || !fastClasses.Masks(b, &m) {
		return false
	}
	const letters, sip = 0x202020, 's' | 'i'<<8 | 'p'<<16 | ':'<<24
	if uint32(b[0])|uint32(b[1])<<8|uint32(b[2])<<16|uint32(b[3])<<24|letters != sip {
		return false
	}
	const first = 1 << len("sip:")
	end := uint64(1) << len(b)
	at := m.Bytes[0] & -m.Bytes[0]
	var has flags
	start := at << 1
	if at != 0 {
		has = hasUser
	}
	if at == 0 {
		start = first
	}
	user := (start - first) &^ at
	hostEnd, portEnd, port := fastpath.HostPort(b, m.Sets[0], m.Sets[1], start)
	if hostEnd == 0 || at&first != 0 {
		return false
	}
	if odd := user &^ (m.Sets[2] | m.Bytes[1] | m.Bytes[2]); odd != 0 && !areEscapes(b[:bits.TrailingZeros64(at)], odd) {
		return false
	}
	if _, ok := fastpath.Params(m.Sets[2], m.Bytes[1], m.Bytes[2], portEnd, end); !ok {
		return false
	}
	u.b = b[:len(b):len(b)]
	u.colon = uint32(len("sip"))
	u.hostLo = uint32(bits.TrailingZeros64(start))
	u.userHi = u.hostLo - uint32(has)
	u.hostHi = uint32(bits.TrailingZeros64(hostEnd))
	u.paramLo = uint32(bits.TrailingZeros64(portEnd))
	u.paramHi = uint32(len(b))
	u.port, u.scheme = port, SIP
	if hostEnd != portEnd {
		has |= hasPort
	}
	u.flags = has
	return true
}

// areEscapes reports whether an escape begins at every bit of odd, which are
// bytes of b.
func areEscapes(b []byte, odd uint64) bool {
	for ; odd != 0; odd &= odd - 1 {
		i := bits.TrailingZeros64(odd)
		if i+2 >= len(b) || b[i] != '%' || !abnf.Is(b[i+1], abnf.Hex) || !abnf.Is(b[i+2], abnf.Hex) {
			return false
		}
	}
	return true
}

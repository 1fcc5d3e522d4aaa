//go:build !purego

package scan

import (
	"unsafe"

	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/cpufeat"
)

// The shortest and the longest value that [ReadVia] reads, its front aside.
const (
	minVia = 4
	maxVia = 126
)

// viaClasses are the classes of bytes that [ReadVia] asks for. The kernels know
// which is which.
var viaClasses = Classes{
	Sets: [...]Set{
		NewSet(abnf.IsLabel),
		NewSet(abnf.IsHostPunct),
		NewSet(func(c byte) bool { return abnf.Is(c, abnf.Token) }),
	},
	Bytes: [...]byte{';', '=', ']'},
}

// ReadVia reads what nearly all Vias are from sent-by on, which is b[front:] and has
// from 4 to 126 bytes; front is at least 8 (RFC 3261, 25.1: via-parm). The host is
// made of labels with single dots and hyphens between them, which an IPv4 address is
// too, or an address of IPv6. A port has up to five digits and is at most 65535.
// Parameters have no whitespace and no quotes; they are in the first 63 bytes and
// at most 63 more from the last ";" of these on. ok is false for all else, and what is
// in via then means nothing; such a value need not be wrong.
func ReadVia(b []byte, front int, via *Via) (ok bool) {
	if front < 8 || uint(len(b)-front-minVia) > maxVia-minVia {
		return false
	}
	rest := b[front:]
	switch cpufeat.Current() {
	case cpufeat.AVX512:
		ok = viaAVX512(unsafe.SliceData(rest), len(rest), &viaClasses.Sets[0][0], &via.HostEnd)
	case cpufeat.AVX2:
		ok = viaAVX2(unsafe.SliceData(rest), len(rest), &viaClasses.Sets[0][0], &via.HostEnd)
	}
	if !ok || rest[0] != '[' {
		return ok
	}
	_, i, ok := abnf.ConsumeIPv6(rest, 1)
	return ok && i == int(via.HostEnd)-1
}

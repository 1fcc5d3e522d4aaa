//go:build !purego

package scan

import (
	"unsafe"

	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/cpufeat"
)

// viaClasses are the classes of bytes that the kernels behind [ReadVia] ask for.
var viaClasses = struct {
	classes
	r Set
}{classes{
	sets: [4]Set{
		NewSet(abnf.IsLabel),
		NewSet(abnf.IsHostPunct),
		NewSet(func(c byte) bool { return abnf.Is(c, abnf.Token) }),
		NewSet(func(c byte) bool { return abnf.Is(c, abnf.Hex) }),
	},
	bytes: [6]byte{']', ':', ';', '='},
}, NewSet(func(c byte) bool { return c|0x20 == 'r' })}

// via goes on to the kernel of the tier.
//
//go:noescape
func via(b *byte, size int, out *Via, tier cpufeat.Tier) bool

// ReadVia reads what nearly all Vias are (RFC 3261, 25.1: via-parm): "SIP/2.0/",
// any three bytes for a transport and one for a space, which the caller looks at,
// and from 4 to 126 bytes more. The host is made of labels with single dots and
// hyphens between them, which an IPv4 address is too, or is an address of IPv6 in "[]"
// that has one "::" and is all groups of hexadecimal digits. A port has up to five
// digits and is at most 65535. Parameters have no whitespace and no quotes; they are in the first 63
// of these bytes and at most 63 more from the last ";" of these on. ok is false for
// all else, and what is in out then means nothing; such a value need not be wrong.
func ReadVia(b []byte, out *Via) (ok bool) {
	return via(unsafe.SliceData(b), len(b), out, cpufeat.Current())
}

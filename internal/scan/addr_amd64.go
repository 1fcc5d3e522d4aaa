//go:build !purego

package scan

import (
	"unsafe"

	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/cpufeat"
)

// addrClasses are the classes of bytes that the kernels behind [ReadAddr] ask for.
var addrClasses = classes{
	sets: [4]Set{
		NewSet(func(c byte) bool { return c == '<' || c == '>' }),
		NewSet(func(c byte) bool { return abnf.Is(c, abnf.Control) }),
		NewSet(func(c byte) bool { return abnf.Is(c, abnf.Token) }),
		NewSet(isBare),
	},
	bytes: [6]byte{' ', '"', '\\'},
}

// addr goes on to the kernel of the tier.
//
//go:noescape
func addr(b *byte, size int, out *Addr, tier cpufeat.Tier) bool

// ReadAddr reads what nearly all values of From, To and their like are (RFC 3261, 25.1): a display name
// or none, a URI in "<>", and a tag or nothing. A value is the whole of b and has
// from 8 to 126 bytes; its "<" is one of the first 63, and its ">" and what
// follows are among the last 63. The display name is quoted, or tokens and spaces that
// do not begin with a space; spaces may follow it. What is in "<>" is any bytes but
// these two. Or it is an addr-spec without "<>" of at most 63 bytes, with a tag or
// nothing: a scheme, a colon and any characters of ASCII but spaces, control bytes and
// those that end one. ok is false for all else, and out then unchanged; such a value need
// not be wrong.
func ReadAddr(b []byte, out *Addr) (ok bool) {
	return addr(unsafe.SliceData(b), len(b), out, cpufeat.Current())
}

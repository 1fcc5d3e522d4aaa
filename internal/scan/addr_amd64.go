//go:build !purego

package scan

import (
	"unsafe"

	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/cpufeat"
)

// The shortest and the longest value that [ReadAddr] reads.
const (
	minAddr = 8
	maxAddr = 126
)

// addrClasses are the classes of bytes that [ReadAddr] asks for. The kernels know
// which is which.
var addrClasses = Classes{
	Sets: [...]Set{
		NewSet(func(c byte) bool { return c == '<' || c == '>' }),
		NewSet(func(c byte) bool { return abnf.Is(c, abnf.Control) }),
		NewSet(func(c byte) bool { return abnf.Is(c, abnf.Token) }),
	},
	Bytes: [...]byte{' ', '"', '\\'},
}

// ReadAddr reads what nearly all name-addrs are (RFC 3261, 25.1): a display name
// or none, a URI in "<>", and a tag or nothing. A value is the whole of b and has
// from 8 to 126 bytes; its "<" is one of the first 63, and its ">" and what
// follows are among the last 63. The display name is quoted, or tokens and spaces that
// do not begin with a space; spaces may follow it. What is in "<>" is any bytes but
// these two. ok is false for all else, and addr then unchanged; such a value need
// not be wrong.
func ReadAddr(b []byte, addr *Addr) (ok bool) {
	if uint(len(b)-minAddr) > maxAddr-minAddr {
		return false
	}
	switch cpufeat.Current() {
	case cpufeat.AVX512:
		return addrAVX512(unsafe.SliceData(b), len(b), &addrClasses.Sets[0][0], &addr.Display)
	case cpufeat.AVX2:
		return addrAVX2(unsafe.SliceData(b), len(b), &addrClasses.Sets[0][0], &addr.Display)
	}
	return false
}

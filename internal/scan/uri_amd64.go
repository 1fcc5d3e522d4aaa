//go:build !purego

package scan

import (
	"unsafe"

	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/cpufeat"
)

// uriClasses are the classes of bytes that the kernels behind [ReadURI] ask for.
var uriClasses = classes{
	sets: [4]Set{
		NewSet(abnf.IsLabel),
		NewSet(abnf.IsHostPunct),
		// What is allowed both in the user and in a parameter.
		NewSet(func(c byte) bool { return abnf.Is(c, abnf.User) && abnf.Is(c, abnf.URIParam) }),
		NewSet(func(c byte) bool { return abnf.Is(c, abnf.Hex) }),
	},
	bytes: [6]byte{']', ':', ';', '=', '@', '%'},
}

// uri goes on to the kernel of the tier.
//
//go:noescape
func uri(b *byte, size int, out *URI, tier cpufeat.Tier) bool

// ReadURI reads what nearly all URIs are (RFC 3261, 19.1.1): a sip URI of 8 to 63
// bytes without password and headers, and without escapes but in the user. Host and
// port are as for [ReadVia]. ok is false for all else, and out then unchanged; such a
// value need not be wrong.
func ReadURI(b []byte, out *URI) (ok bool) {
	return uri(unsafe.SliceData(b), len(b), out, cpufeat.Current())
}

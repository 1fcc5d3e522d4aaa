// Package value holds what the views of header values share: the parts that a
// view points at, the reader of parameters, and the readers of values that more
// than one package needs. The views themselves are in header, header/auth and
// header/ext.
//
// As in package abnf, no function reads outside its slice, writes to it or
// allocates. A reader returns the index after what it has read, or the index of
// the byte that is wrong together with a Code.
package value

import (
	"math"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Part is a range of the bytes that a value was parsed from. The kernels of package
// scan write them, too, so the type is where both can see it.
type Part = abnf.Part

// NoValue is the value of a parameter that is present without one.
var NoValue = Part{Lo: 1}

// MakePart returns the Part of b[lo:hi].
func MakePart(lo, hi int) Part { return Part{Lo: uint32(lo), Hi: uint32(hi)} }

// TooLong reports whether offsets into b do not fit in the 32 bits of a Part.
func TooLong(b []byte) bool { return uint64(len(b)) > math.MaxUint32 }

// SkipLWS is [abnf.SkipLWS] with the usual case, no whitespace, inlined.
func SkipLWS(b []byte, i int) int {
	if i < len(b) && b[i] <= ' ' {
		return abnf.SkipLWS(b, i)
	}
	return i
}

// AtEnd ends the reading of a whole value at i: only whitespace may follow. The
// code of an earlier error is returned first; where the input has ended, it is
// ErrEmpty.
func AtEnd(b []byte, i int, code sipwire.Code) (int, sipwire.Code) {
	if code != 0 {
		if i >= len(b) {
			code = sipwire.ErrEmpty
		}
		return i, code
	}
	if i = SkipLWS(b, i); i < len(b) {
		return i, sipwire.ErrTrailing
	}
	return i, 0
}

// The classes of bytes that most of the time is spent on.
const (
	Token    uint8 = 1 << iota // token
	Unquoted                   // what an unquoted value of a parameter may hold
)

var chars = func() (t [256]uint8) {
	for i := range t {
		if abnf.Is(byte(i), abnf.Token) {
			t[i] = Token | Unquoted
		}
	}
	for _, c := range ":[]" + "=/?@&$#^{}|" { // host, and the extra ones
		t[c] |= Unquoted
	}
	return t
}()

// Span returns the index of the first byte of b at or after i that is not in
// set, or len(b).
func Span(b []byte, i int, set uint8) int {
	for i < len(b) && chars[b[i]]&set != 0 {
		i++
	}
	return i
}

// BareURI holds the bytes that do not end a URI without "<>". Package
// uri decides what a URI must not hold at all.
var BareURI = func() (t [256]bool) {
	for i := range t {
		t[i] = i > ' ' && i != 0x7f
	}
	for _, c := range `<>",;?` {
		t[c] = false
	}
	return t
}()

package value

import (
	"math"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// MalformedExpires stands for an expiry that cannot be read, in seconds (RFC
// 3261, 10.2.1.1; RFC 4475, 3.1.2.4).
const MalformedExpires = 3600

// ParseUint reads b, the whole of which must be 1*DIGIT of at most max, the
// value of a header of class [Integer]. Without an error n is len(b), with one
// the offset of the byte that is wrong, or of the number that is too large
// (ErrRange, with v = max).
func ParseUint(b []byte, max uint64) (v uint64, n int, err error) {
	lo := SkipLWS(b, 0)
	v, n, code := abnf.ConsumeUint(b, lo, max)
	large := code == sipwire.ErrRange
	if large {
		code = 0
	}
	if n, code = AtEnd(b, n, code); code != 0 {
		return 0, n, code
	}
	if large {
		return v, lo, sipwire.ErrRange
	}
	return v, n, nil
}

// ParseMaxForwards reads a Max-Forwards value (RFC 3261, 20.22). One above 255
// is ErrRange with 255; RFC 4475, 3.1.2.4 lets an element take it for absent.
func ParseMaxForwards(b []byte) (hops uint8, n int, err error) {
	if len(b) == 2 { // as nearly all have
		if tens, ones := b[0]-'0', b[1]-'0'; tens <= 9 && ones <= 9 {
			return tens*10 + ones, 2, nil
		}
	}
	v, n, err := ParseUint(b, 255)
	return uint8(v), n, err
}

// ParseContentLength reads a Content-Length value in bytes (RFC 3261, 20.14).
// One above 2^63-1 is ErrRange with 2^63-1, so that it stays above whatever
// limit it is held against.
func ParseContentLength(b []byte) (length int64, n int, err error) {
	v, n, err := ParseUint(b, math.MaxInt64)
	return int64(v), n, err
}

// ParseRSeq reads an RSeq value (RFC 3262, 7.1).
func ParseRSeq(b []byte) (seq uint32, n int, err error) {
	v, n, err := ParseUint(b, math.MaxUint32)
	return uint32(v), n, err
}

// ParseExpires reads the value of Expires or Min-Expires in seconds (RFC 3261,
// 20.19 and 20.23). A number above 2^32-1 is 2^32-1 without an error. With an
// error seconds is 3600, the value that RFC 3261, 10.2.1.1 has a registrar use
// for a malformed one.
func ParseExpires(b []byte) (seconds uint32, n int, err error) {
	seconds, n, code := ConsumeSeconds(b, SkipLWS(b, 0))
	if n, code = AtEnd(b, n, code); code != 0 {
		return MalformedExpires, n, code
	}
	return seconds, n, nil
}

// ConsumeSeconds reads delta-seconds at i. "Implementations MAY treat values
// larger than 2**32-1 as equivalent to 2**32-1" (RFC 3261, 10.2.1).
func ConsumeSeconds(b []byte, i int) (seconds uint32, n int, code sipwire.Code) {
	v, n, code := abnf.ConsumeUint(b, i, math.MaxUint32)
	if code == sipwire.ErrRange {
		code = 0
	}
	return uint32(v), n, code
}

package header

import (
	"math/bits"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// A CSeq is the value of CSeq: a sequence number and a method (RFC 3261,
// 20.16). The zero CSeq is invalid; it is valid as long as the bytes it was
// parsed from are.
type CSeq struct {
	method []byte
	number uint32
	id     Method
}

const maxCSeq = 1<<31 - 1 // RFC 3261, 8.1.1.5

// Parse reads b, the whole of which must be 1*DIGIT LWS Method with a number
// below 2^31; the whitespace may be of any length and may fold. Without an
// error n is len(b), with one the offset of the byte that is wrong, or of the
// number that is too large; the error is a [Code] and v is invalid.
func (v *CSeq) Parse(b []byte) (n int, err error) { return v.ParseIn(b, 0, len(b)) }

// ParseIn is Parse for the value b[lo:hi], where 0 <= lo <= hi <= len(b). It is
// faster when sixteen bytes of b follow lo; those behind hi may be read, and do
// not matter. n counts from lo.
func (v *CSeq) ParseIn(b []byte, lo, hi int) (n int, err error) {
	if v.plain(b, lo, hi) {
		return hi - lo, nil
	}
	b = b[lo:hi]
	n, code := v.parse(b, skipLWS(b, 0))
	if code != 0 {
		*v = CSeq{}
		return n, code
	}
	return n, nil
}

// plain reads what nearly all values are: up to ten digits, one space and a
// method of the table.
func (v *CSeq) plain(b []byte, lo, hi int) bool {
	const maxDigits = 10
	if len(b)-lo < 2*8 {
		return false
	}
	first, second := abnf.DigitValues(abnf.Load64(b[lo:])), abnf.DigitValues(abnf.Load64(b[lo+8:]))
	digits1 := bits.TrailingZeros64(abnf.NotDigits(first)) / 8
	digits2 := bits.TrailingZeros64(abnf.NotDigits(second)) / 8
	digits2 &= -(digits1 >> 3) // none unless all of the first are digits
	digits := digits1 + digits2
	method := lo + digits + 1
	if uint(digits-1) > maxDigits-1 || b[method-1] != ' ' || method > hi {
		return false
	}
	number := abnf.Decimal(first<<(uint(64-8*digits1)&63)) * tens[digits2&3]
	number += abnf.Decimal(second << 1 << (uint(63-8*digits2) & 63))
	id := LookupMethodIn(b, method, hi)
	if id == MethodOther || number > maxCSeq {
		return false
	}
	v.number, v.method, v.id = uint32(number), b[method:hi:hi], id
	return true
}

var tens = [4]uint64{1, 10, 100, 1000}

func (v *CSeq) parse(b []byte, i int) (int, sipwire.Code) {
	number, j, code := consumeSequence(b, i, maxCSeq)
	if code != 0 {
		return j, code
	}
	hi := abnf.Span(b, j, abnf.Token)
	if hi == j {
		return j, sipwire.ErrMethod
	}
	v.number, v.method, v.id = number, b[j:hi:hi], LookupMethod(b[j:hi])
	if n := skipLWS(b, hi); n < len(b) {
		return n, sipwire.ErrTrailing
	}
	return len(b), 0
}

// consumeSequence reads 1*DIGIT LWS at i and returns the index behind both.
func consumeSequence(b []byte, i int, most uint64) (uint32, int, sipwire.Code) {
	v, j, code := abnf.ConsumeUint(b, i, most)
	switch {
	case code == sipwire.ErrRange:
		return 0, i, code
	case code != 0 && i >= len(b):
		return 0, i, sipwire.ErrEmpty
	case code != 0:
		return 0, i, code
	}
	k := skipLWS(b, j)
	if k == j {
		return 0, j, sipwire.ErrMethod
	}
	return uint32(v), k, 0
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v *CSeq) IsValid() bool { return v.method != nil }

// Number returns the sequence number.
func (v *CSeq) Number() uint32 { return v.number }

// Method returns the method, MethodOther for one outside the table.
func (v *CSeq) Method() Method { return v.id }

// MethodBytes returns the method as it came; methods are compared with case
// (RFC 3261, 7.1).
func (v *CSeq) MethodBytes() []byte { return v.method }

// A RAck is the value of RAck, which names the provisional response that a
// PRACK acknowledges (RFC 3262, 7.2). The zero RAck is invalid; it is valid as
// long as the bytes it was parsed from are.
type RAck struct {
	rseq uint32
	cseq CSeq
}

// Parse reads b, the whole of which must be response-num LWS CSeq-num LWS
// Method. n and err are as for [CSeq.Parse].
func (v *RAck) Parse(b []byte) (n int, err error) {
	*v = RAck{}
	rseq, n, code := consumeSequence(b, skipLWS(b, 0), 1<<32-1)
	if code == sipwire.ErrMethod {
		code = sipwire.ErrNumber // the number behind the first one
	}
	if code == 0 {
		n, code = v.cseq.parse(b, n)
	}
	if code != 0 {
		*v = RAck{}
		return n, code
	}
	v.rseq = rseq
	return n, nil
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v *RAck) IsValid() bool { return v.cseq.IsValid() }

// RSeq returns the RSeq number of the response that is acknowledged.
func (v *RAck) RSeq() uint32 { return v.rseq }

// CSeq returns the CSeq of the response that is acknowledged.
func (v *RAck) CSeq() CSeq { return v.cseq }

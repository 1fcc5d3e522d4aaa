package header

import (
	"math/bits"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/methodname"
	"github.com/sipwire/sipwire/internal/value"
)

// CSeq is a view of the value of CSeq: a sequence number and a method (RFC 3261,
// 20.16). The zero CSeq is invalid. It is valid as long as the bytes it was parsed
// from are.
type CSeq struct {
	method []byte
	number uint32
	id     Method
}

const maxCSeq = 1<<31 - 1 // RFC 3261, 8.1.1.5

// Parse reads b, the whole of which must be 1*DIGIT LWS Method with a number below
// 2^31; the whitespace may be of any length and may fold. Without an error n is
// len(b). With one n is the offset of the byte that is wrong, or of the number
// when it is too large, the error is a sipwire.Code and v is invalid.
func (v *CSeq) Parse(b []byte) (n int, err error) {
	// Nearly all values of eight bytes and more are up to ten digits, one space and a
	// method of the table.
	const maxDigits = 10
	if len(b) < 8 {
		return v.parseOther(b)
	}
	// second holds the bytes from the ninth on, with zeros after the last.
	less := len(b) - 16
	at := 8 + less&(less>>(bits.UintSize-1)) // min would be a jump
	first := abnf.DigitValues(abnf.Load64(b))
	second := abnf.DigitValues(abnf.Load64(b[at:]) >> (64 - 8*at))
	digits1 := bits.TrailingZeros64(abnf.NotDigits(first)) / 8
	digits2 := bits.TrailingZeros64(abnf.NotDigits(second)) / 8
	digits2 &= -(digits1 >> 3) // none unless all of the first are digits
	digits := digits1 + digits2
	size := uint(len(b) - digits - 1) // of the method
	if uint(digits-1) > maxDigits-1 || size > uint(len(b)) || b[digits] != ' ' {
		return v.parseOther(b)
	}
	number := abnf.Decimal(first<<(uint(64-8*digits1)&63)) * tens[digits2&3]
	number += abnf.Decimal(second << 1 << (uint(63-8*digits2) & 63))
	id := MethodOther
	if size <= 8 {
		unused := (64 - 8*size) & 63
		id = Method(methodname.OfWord(abnf.Load64(b[len(b)-8:])>>unused<<unused, size))
	} else {
		id = Method(methodname.Find(b, digits+1, len(b)))
	}
	if id == MethodOther || number > maxCSeq {
		return v.parseOther(b)
	}
	v.number, v.method, v.id = uint32(number), b[digits+1:len(b):len(b)], id
	return len(b), nil
}

var tens = [4]uint64{1, 10, 100, 1000}

// parseOther is Parse for any value.
func (v *CSeq) parseOther(b []byte) (n int, err error) {
	n, code := v.parse(b, value.SkipLWS(b, 0))
	if code != 0 {
		*v = CSeq{}
		return n, code
	}
	return n, nil
}

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
	if n := value.SkipLWS(b, hi); n < len(b) {
		return n, sipwire.ErrTrailing
	}
	return len(b), 0
}

// consumeSequence reads 1*DIGIT LWS at i and returns the index after both.
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
	k := value.SkipLWS(b, j)
	if k == j {
		return 0, j, sipwire.ErrMethod
	}
	return uint32(v), k, 0
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v CSeq) IsValid() bool { return v.method != nil }

// Number returns the sequence number.
func (v CSeq) Number() uint32 { return v.number }

// Method returns the method, MethodOther for one outside the table.
func (v CSeq) Method() Method { return v.id }

// MethodBytes returns the method as received. Methods are compared with case (RFC
// 3261, 7.1).
func (v CSeq) MethodBytes() []byte { return v.method }

// AppendTo appends the number, one space and the method.
func (v CSeq) AppendTo(dst []byte) []byte {
	if !v.IsValid() {
		return dst
	}
	dst = append(abnf.AppendUint(dst, uint64(v.number)), ' ')
	return append(dst, v.method...)
}

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of an
// invalid value.
func (v CSeq) AppendText(dst []byte) ([]byte, error) {
	if !v.IsValid() {
		return dst, sipwire.ErrEmpty
	}
	return v.AppendTo(dst), nil
}

// String returns a copy of the value. It allocates.
func (v CSeq) String() string { return string(v.AppendTo(nil)) }

package header

import (
	"math"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// malformedExpires stands for an expiry that can not be read (RFC 3261,
// 10.2.1.1; RFC 4475, 3.1.2.4).
const malformedExpires = 3600

// ParseUint reads b, the whole of which must be 1*DIGIT of at most max, the
// value of a header of class [Integer]. Without an error n is len(b), with one
// the offset of the byte that is wrong, or of the number that is too large
// (ErrRange, with v = max).
func ParseUint(b []byte, max uint64) (v uint64, n int, err error) {
	lo := skipLWS(b, 0)
	v, n, code := abnf.ConsumeUint(b, lo, max)
	large := code == sipwire.ErrRange
	if large {
		code = 0
	}
	if n, code = atEnd(b, n, code); code != 0 {
		return 0, n, code
	}
	if large {
		return v, lo, sipwire.ErrRange
	}
	return v, n, nil
}

// atEnd ends the reading of a whole value at i: nothing but whitespace may
// follow. The code of an earlier error comes first.
func atEnd(b []byte, i int, code sipwire.Code) (int, sipwire.Code) {
	if code != 0 {
		if i >= len(b) {
			code = sipwire.ErrEmpty
		}
		return i, code
	}
	if i = skipLWS(b, i); i < len(b) {
		return i, sipwire.ErrTrailing
	}
	return i, 0
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
	seconds, n, code := consumeSeconds(b, skipLWS(b, 0))
	if n, code = atEnd(b, n, code); code != 0 {
		return malformedExpires, n, code
	}
	return seconds, n, nil
}

// consumeSeconds reads delta-seconds at i. "Implementations MAY treat values
// larger than 2**32-1 as equivalent to 2**32-1" (RFC 3261, 10.2.1).
func consumeSeconds(b []byte, i int) (seconds uint32, n int, code sipwire.Code) {
	v, n, code := abnf.ConsumeUint(b, i, math.MaxUint32)
	if code == sipwire.ErrRange {
		code = 0
	}
	return uint32(v), n, code
}

// IntegerParams is a view of a number with parameters behind it, the value of
// a header of class [IntParams]; of [IntCommentParams] with a comment between
// them. The zero value is 0 without either. It may be copied freely; it and
// everything it returns are valid as long as the bytes it was parsed from are.
type IntegerParams struct {
	b       []byte
	comment part
	paramLo uint32
	paramHi uint32
	value   uint32
}

// Parse reads b, the whole of which must be one value without a comment. A
// number above 2^32-1 is 2^32-1, as for [ParseExpires]. Without an error n is
// len(b), with one the offset of the byte that is wrong; the error is a [Code]
// and v is zero.
func (v *IntegerParams) Parse(b []byte) (n int, err error) { return v.parse(b, false) }

func (v *IntegerParams) parse(b []byte, comment bool) (int, error) {
	n, code := v.consume(b, comment)
	if code != 0 {
		*v = IntegerParams{}
		return n, code
	}
	return n, nil
}

func (v *IntegerParams) consume(b []byte, comment bool) (n int, code sipwire.Code) {
	if tooLong(b) {
		return 0, sipwire.ErrRange
	}
	*v = IntegerParams{b: b}
	v.value, n, code = consumeSeconds(b, skipLWS(b, 0))
	if code != 0 {
		return atEnd(b, n, code)
	}
	if i := skipLWS(b, n); comment && i < len(b) && b[i] == '(' {
		if n, code = abnf.ConsumeComment(b, i); code != 0 {
			return n, code
		}
		v.comment = makePart(i, n)
	}
	lo := skipLWS(b, n)
	if lo < len(b) && b[lo] != ';' {
		return lo, sipwire.ErrTrailing
	}
	hi, n, code := consumeParams(b, lo)
	if code == 0 && n < len(b) {
		code = sipwire.ErrTrailing
	}
	v.paramLo, v.paramHi = uint32(lo), uint32(hi)
	return n, code
}

// Value returns the number.
func (v *IntegerParams) Value() uint32 { return v.value }

// Params returns the parameters.
func (v *IntegerParams) Params() ParamList {
	return ParamList{part{v.paramLo, v.paramHi}.of(v.b)}
}

// SessionExpires is the value of Session-Expires (RFC 4028, 4). What
// [IntegerParams] says holds for it.
type SessionExpires struct{ IntegerParams }

// Seconds returns the interval of the session.
func (v *SessionExpires) Seconds() uint32 { return v.value }

// Refresher says which side refreshes a session (RFC 4028, 4).
type Refresher uint8

// The sides. The zero Refresher means that none is named, or neither of the
// two.
const (
	RefresherNone Refresher = iota
	RefresherUAC
	RefresherUAS
)

// String returns "uac", "uas", or "" for RefresherNone.
func (r Refresher) String() string {
	switch r {
	case RefresherUAC:
		return "uac"
	case RefresherUAS:
		return "uas"
	}
	return ""
}

// Refresher returns the refresher parameter.
func (v *SessionExpires) Refresher() Refresher {
	value, _ := v.Params().Get("refresher")
	switch {
	case abnf.EqualFold(value, "uac"):
		return RefresherUAC
	case abnf.EqualFold(value, "uas"):
		return RefresherUAS
	}
	return RefresherNone
}

// MinSE is the value of Min-SE (RFC 4028, 5). What [IntegerParams] says holds
// for it.
type MinSE struct{ IntegerParams }

// Seconds returns the shortest interval of a session.
func (v *MinSE) Seconds() uint32 { return v.value }

// RetryAfter is the value of Retry-After (RFC 3261, 20.33). What
// [IntegerParams] says holds for it; the field has no legal range (RFC 4475,
// 3.1.2.5).
type RetryAfter struct{ IntegerParams }

// Parse reads b, the whole of which must be one value; see
// [IntegerParams.Parse].
func (v *RetryAfter) Parse(b []byte) (n int, err error) { return v.parse(b, true) }

// Seconds returns how long to wait.
func (v *RetryAfter) Seconds() uint32 { return v.value }

// Comment returns the comment as it came, with its parentheses, nil when there
// is none.
func (v *RetryAfter) Comment() []byte { return v.comment.of(v.b) }

// Duration returns the duration parameter in seconds, how long the callee will
// be there once it is. It is not ok when there is none or it is malformed.
func (v *RetryAfter) Duration() (seconds uint32, ok bool) {
	value, _ := v.Params().Get("duration")
	seconds, n, code := consumeSeconds(value, 0)
	return seconds, code == 0 && n == len(value)
}

// Timestamp is a view of a Timestamp value (RFC 3261, 20.38: 1*DIGIT [ "."
// *DIGIT ] [ LWS delay ]). The zero Timestamp is invalid. It is valid as long
// as the bytes it was parsed from are.
type Timestamp struct {
	b            []byte
	value, delay part
}

// Parse reads b, the whole of which must be one value. Without an error n is
// len(b), with one the offset of the byte that is wrong; the error is a [Code]
// and v is invalid.
func (v *Timestamp) Parse(b []byte) (n int, err error) {
	n, code := v.parse(b)
	if code != 0 {
		*v = Timestamp{}
		return n, code
	}
	return n, nil
}

func (v *Timestamp) parse(b []byte) (int, sipwire.Code) {
	if tooLong(b) {
		return 0, sipwire.ErrRange
	}
	*v = Timestamp{b: b}
	lo := skipLWS(b, 0)
	hi := abnf.Span(b, lo, abnf.Digit)
	if hi == lo {
		return atEnd(b, lo, sipwire.ErrNumber)
	}
	hi = consumeFraction(b, hi)
	v.value = makePart(lo, hi)
	// delay is *DIGIT [ "." *DIGIT ], so that "." alone is one, and nothing
	// at all behind whitespace none that is there.
	if lo = skipLWS(b, hi); lo > hi {
		hi = consumeFraction(b, abnf.Span(b, lo, abnf.Digit))
		if hi > lo {
			v.delay = makePart(lo, hi)
		}
	}
	return atEnd(b, hi, 0)
}

// consumeFraction reads [ "." *DIGIT ] at i.
func consumeFraction(b []byte, i int) int {
	if i < len(b) && b[i] == '.' {
		return abnf.Span(b, i+1, abnf.Digit)
	}
	return i
}

// Value returns the time of the sender as it came; a response repeats it byte
// by byte (RFC 3261, 8.2.6.1).
func (v *Timestamp) Value() []byte { return v.value.of(v.b) }

// DelayBytes returns the delay as it came, nil when there is none.
func (v *Timestamp) DelayBytes() []byte { return v.delay.of(v.b) }

// Time returns the time of the sender, a span since whatever moment it counts
// from, down to nanoseconds. It is not ok above 292 years.
func (v *Timestamp) Time() (d time.Duration, ok bool) { return parseDecimal(v.Value()) }

// Delay returns how long the request waited for its response. It is not ok
// when there is none or it is above 292 years.
func (v *Timestamp) Delay() (d time.Duration, ok bool) { return parseDecimal(v.DelayBytes()) }

// parseDecimal reads *DIGIT [ "." *DIGIT ] seconds.
func parseDecimal(b []byte) (d time.Duration, ok bool) {
	if len(b) == 0 {
		return 0, false
	}
	const limit = uint64(math.MaxInt64/time.Second) - 1
	seconds, i, code := abnf.ConsumeUint(b, 0, limit)
	if code == sipwire.ErrRange {
		return 0, false
	}
	d = time.Duration(seconds) * time.Second
	if i < len(b) {
		i++ // "."
	}
	for scale := time.Second / 10; i < len(b) && scale > 0; i, scale = i+1, scale/10 {
		d += time.Duration(b[i]-'0') * scale
	}
	return d, true
}

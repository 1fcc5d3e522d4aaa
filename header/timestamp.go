package header

import (
	"math"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// Timestamp is a view of a Timestamp value (RFC 3261, 20.38: 1*DIGIT [ "."
// *DIGIT ] [ LWS delay ]). The zero Timestamp is invalid. It and everything it
// returns are valid as long as the bytes it was parsed from are.
type Timestamp struct {
	b            []byte
	value, delay value.Part
}

// Parse reads b, the whole of which must be one value. Without an error n is len(b). With one n is the offset of the byte that
// is wrong, the error is a sipwire.Code and v is invalid.
func (v *Timestamp) Parse(b []byte) (n int, err error) {
	n, code := v.parse(b)
	if code != 0 {
		*v = Timestamp{}
		return n, code
	}
	return n, nil
}

func (v *Timestamp) parse(b []byte) (int, sipwire.Code) {
	if value.TooLong(b) {
		return 0, sipwire.ErrRange
	}
	*v = Timestamp{b: b}
	lo := value.SkipLWS(b, 0)
	hi := abnf.Span(b, lo, abnf.Digit)
	if hi == lo {
		return value.AtEnd(b, lo, sipwire.ErrNumber)
	}
	hi = consumeFraction(b, hi)
	v.value = value.MakePart(lo, hi)
	// delay is *DIGIT [ "." *DIGIT ], so "." alone is one. Whitespace with
	// nothing after it is no delay.
	if lo = value.SkipLWS(b, hi); lo > hi {
		hi = consumeFraction(b, abnf.Span(b, lo, abnf.Digit))
		if hi > lo {
			v.delay = value.MakePart(lo, hi)
		}
	}
	return value.AtEnd(b, hi, 0)
}

// consumeFraction reads [ "." *DIGIT ] at i.
func consumeFraction(b []byte, i int) int {
	if i < len(b) && b[i] == '.' {
		return abnf.Span(b, i+1, abnf.Digit)
	}
	return i
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v Timestamp) IsValid() bool { return v.value.Hi != 0 }

// Bytes returns the whole value as received.
func (v Timestamp) Bytes() []byte {
	return value.Part{Lo: v.value.Lo, Hi: max(v.value.Hi, v.delay.Hi)}.Of(v.b)
}

// AppendTo appends the value as received, folds included.
func (v Timestamp) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of an
// invalid value.
func (v Timestamp) AppendText(dst []byte) ([]byte, error) {
	if !v.IsValid() {
		return dst, sipwire.ErrEmpty
	}
	return v.AppendTo(dst), nil
}

// String returns a copy of the value. It allocates.
func (v Timestamp) String() string { return string(v.AppendTo(nil)) }

// Value returns the time of the sender as received. A response repeats it byte by
// byte (RFC 3261, 8.2.6.1).
func (v Timestamp) Value() []byte { return v.value.Of(v.b) }

// DelayBytes returns the delay as received, nil when it is missing.
func (v Timestamp) DelayBytes() []byte { return v.delay.Of(v.b) }

// Time returns the time of the sender in nanoseconds, counted from a moment that
// only the sender knows. It is not ok above 292 years.
func (v Timestamp) Time() (d time.Duration, ok bool) { return parseDecimal(v.Value()) }

// Delay returns how long the request waited for its response. It is not ok
// when it is missing or above 292 years.
func (v Timestamp) Delay() (d time.Duration, ok bool) { return parseDecimal(v.DelayBytes()) }

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

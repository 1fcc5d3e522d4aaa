package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// ResourcePriority is a view of one value of Resource-Priority and
// Accept-Resource-Priority (RFC 4412, 3: namespace "." r-priority). The zero
// ResourcePriority is invalid. It may be copied freely; it and everything it
// returns are valid as long as the bytes it was parsed from are.
type ResourcePriority struct {
	b   []byte
	dot int
}

// Parse reads b, the whole of which must be one value; neither part of it may
// hold a ".". Without an error n is len(b), with one the offset of the byte
// that is wrong; the error is a [Code] and v is invalid.
func (v *ResourcePriority) Parse(b []byte) (n int, err error) {
	*v = ResourcePriority{}
	lo := skipLWS(b, 0)
	if lo == len(b) {
		return lo, sipwire.ErrEmpty
	}
	hi, dot := span(b, lo, inToken), -1
	for i := lo; i < hi; i++ {
		switch {
		case b[i] != '.':
		case dot >= 0 || i == lo:
			return i, sipwire.ErrValue
		default:
			dot = i
		}
	}
	if hi == lo {
		return lo, sipwire.ErrToken
	}
	if dot < 0 || dot+1 == hi {
		return hi, sipwire.ErrValue
	}
	n, code := atEnd(b, hi, 0)
	if code != 0 {
		return n, code
	}
	v.b, v.dot = b[lo:hi:hi], dot-lo
	return n, nil
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v *ResourcePriority) IsValid() bool { return len(v.b) > 0 }

// Bytes returns the whole value, such as "wps.0".
func (v *ResourcePriority) Bytes() []byte { return v.b }

// AppendTo appends the value as it came.
func (v *ResourcePriority) AppendTo(dst []byte) []byte { return append(dst, v.b...) }

// Namespace returns the part before the dot, such as "wps".
func (v *ResourcePriority) Namespace() []byte { return v.b[:v.dot:v.dot] }

// Priority returns the part after the dot, such as "0". Its order is a matter
// of the namespace (RFC 4412, 10).
func (v *ResourcePriority) Priority() []byte {
	if !v.IsValid() {
		return nil
	}
	return v.b[v.dot+1:]
}

// Is compares the whole value with s, without case (RFC 4412, 3.1).
func (v *ResourcePriority) Is(s string) bool { return abnf.EqualFold(v.b, s) }

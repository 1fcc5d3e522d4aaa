package header

import (
	"iter"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Privacy is a view of the value of Privacy (RFC 3323, 4.2: priv-value
// *( ";" priv-value )), the only header of the class [SemiTokenList]. The zero
// Privacy is invalid; a Privacy is valid as long as the bytes it was parsed
// from are.
type Privacy struct{ b []byte }

// Parse reads b, the whole of which must be priv-values. Without an error n is
// len(b), with one the offset of the byte that is wrong; the error is a [Code]
// and v is invalid.
func (v *Privacy) Parse(b []byte) (n int, err error) {
	*v = Privacy{}
	lo := skipLWS(b, 0)
	if lo == len(b) {
		return lo, sipwire.ErrEmpty
	}
	for i := lo; ; {
		hi := span(b, i, inToken)
		if hi == i {
			return i, sipwire.ErrToken
		}
		if i = skipLWS(b, hi); i == len(b) {
			v.b = b[lo:hi:hi]
			return i, nil
		}
		if b[i] != ';' {
			return i, sipwire.ErrTrailing
		}
		i = skipLWS(b, i+1)
	}
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v Privacy) IsValid() bool { return len(v.b) > 0 }

// Bytes returns the whole value as it came.
func (v Privacy) Bytes() []byte { return v.b }

// AppendTo appends the value as it came, folds included.
func (v Privacy) AppendTo(dst []byte) []byte { return append(dst, v.b...) }

// All ranges over the priv-values in their order.
func (v Privacy) All() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) { eachPrivacy(v.b, yield) }
}

func eachPrivacy(b []byte, yield func([]byte) bool) {
	for i := 0; i < len(b); i++ { // at the end of a turn i is at a ";"
		i = skipLWS(b, i)
		hi := span(b, i, inToken)
		if !yield(b[i:hi:hi]) {
			return
		}
		i = skipLWS(b, hi)
	}
}

// Has reports whether the value holds a priv-value: "header", "session",
// "user", "none", "critical" (RFC 3323), "id" (RFC 3325), "history" (RFC
// 7044). They are compared without case.
func (v Privacy) Has(name string) bool {
	found := false
	eachPrivacy(v.b, func(t []byte) bool {
		found = abnf.EqualFold(t, name)
		return !found
	})
	return found
}

package ext

import (
	"iter"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// Privacy is a view of the value of Privacy (RFC 3323, 4.2: priv-value *( ";"
// priv-value )). The zero Privacy is invalid. It and everything it returns are
// valid as long as the bytes it was parsed from are.
type Privacy struct{ b []byte }

// Parse reads b, the whole of which must be priv-values. Without an error n is len(b). With one n
// is the offset of the byte that is wrong, the error is a sipwire.Code and v is invalid.
func (v *Privacy) Parse(b []byte) (n int, err error) {
	*v = Privacy{}
	lo, hi, n, code := value.ParseSemiTokens(b)
	if code != 0 {
		return n, code
	}
	v.b = b[lo:hi:hi]
	return n, nil
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v Privacy) IsValid() bool { return len(v.b) > 0 }

// Bytes returns the whole value as received.
func (v Privacy) Bytes() []byte { return v.b }

// AppendTo appends the value as received, folds included.
func (v Privacy) AppendTo(dst []byte) []byte { return append(dst, v.b...) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of an
// invalid value.
func (v Privacy) AppendText(dst []byte) ([]byte, error) {
	if !v.IsValid() {
		return dst, sipwire.ErrEmpty
	}
	return v.AppendTo(dst), nil
}

// String returns a copy of the value. It allocates.
func (v Privacy) String() string { return string(v.AppendTo(nil)) }

// All ranges over the priv-values in their order.
func (v Privacy) All() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) { eachPrivacy(v.b, yield) }
}

func eachPrivacy(b []byte, yield func([]byte) bool) {
	for i := 0; i < len(b); i++ { // at the end of a turn i is at a ";"
		i = value.SkipLWS(b, i)
		hi := value.Span(b, i, value.Token)
		if !yield(b[i:hi:hi]) {
			return
		}
		i = value.SkipLWS(b, hi)
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

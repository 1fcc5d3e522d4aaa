package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// FreeText is a view of a value that is read by people and by no parser: Subject,
// Organization and every other header of the grammar "text", and those of the
// grammar "opaque" (RFC 3261, 25.1: TEXT-UTF8-TRIM and header-value). It may be
// empty. The zero FreeText is an empty text. It is valid as long as the bytes it
// was parsed from are.
type FreeText struct{ b []byte }

// Parse reads b, which may hold any byte but control bytes; a line end must fold.
// Parse does not check that the text is UTF-8. Without an error n is len(b). With
// one n is the offset of the byte that is wrong, the error is a sipwire.Code and v
// is empty.
func (v *FreeText) Parse(b []byte) (n int, err error) {
	*v = FreeText{}
	lo, hi := abnf.TrimLWS(b, 0, len(b))
	for i := lo; i < hi; i++ {
		if abnf.Is(b[i], abnf.Control) {
			j := abnf.SkipLWS(b, i)
			if j == i {
				return i, sipwire.ErrControl
			}
			i = j - 1
		}
	}
	v.b = b[lo:hi:hi]
	return len(b), nil
}

// Bytes returns the text as received, without whitespace around it.
func (v FreeText) Bytes() []byte { return v.b }

// AppendTo appends the text with every fold as one space (RFC 3261, 7.3.1).
func (v FreeText) AppendTo(dst []byte) []byte { return abnf.AppendUnfolded(dst, v.b) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is nil: a text
// may be empty.
func (v FreeText) AppendText(dst []byte) ([]byte, error) { return v.AppendTo(dst), nil }

// String returns the text with every fold as one space. It allocates.
func (v FreeText) String() string { return string(v.AppendTo(nil)) }

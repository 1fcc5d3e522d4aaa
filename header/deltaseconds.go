package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// DeltaSeconds is a view of a number with parameters after it, and with a comment
// between them where the header allows one: the value of Retry-After (RFC 3261,
// 20.33), and of Session-Expires, Min-SE and the other headers of the grammar
// "int-params". The zero value is 0 without a comment or parameters. It may be
// copied freely. It and everything it returns are valid as long as the bytes it
// was parsed from are.
type DeltaSeconds struct {
	b       []byte
	comment value.Part
	params  value.Part
	seconds uint32
}

// Parse reads b, the whole of which must be one value without a comment. A number
// above 2^32-1 is 2^32-1, as for [ParseExpires]. Without an error n is len(b).
// With one n is the offset of the byte that is wrong, the error is a sipwire.Code
// and v is zero.
func (v *DeltaSeconds) Parse(b []byte) (n int, err error) { return v.parse(b, false) }

// ParseComment is Parse for a value that may have a comment: that of Retry-After.
func (v *DeltaSeconds) ParseComment(b []byte) (n int, err error) { return v.parse(b, true) }

func (v *DeltaSeconds) parse(b []byte, comment bool) (int, error) {
	n, code := v.consume(b, comment)
	if code != 0 {
		*v = DeltaSeconds{}
		return n, code
	}
	return n, nil
}

func (v *DeltaSeconds) consume(b []byte, comment bool) (n int, code sipwire.Code) {
	if value.TooLong(b) {
		return 0, sipwire.ErrRange
	}
	*v = DeltaSeconds{b: b}
	v.seconds, n, code = value.ConsumeSeconds(b, value.SkipLWS(b, 0))
	if code != 0 {
		return value.AtEnd(b, n, code)
	}
	if i := value.SkipLWS(b, n); comment && i < len(b) && b[i] == '(' {
		if n, code = abnf.ConsumeComment(b, i); code != 0 {
			return n, code
		}
		v.comment = value.MakePart(i, n)
	}
	lo := value.SkipLWS(b, n)
	if lo < len(b) && b[lo] != ';' {
		return lo, sipwire.ErrTrailing
	}
	hi, n, code := value.ConsumeParams(b, lo)
	if code == 0 && n < len(b) {
		code = sipwire.ErrTrailing
	}
	v.params = value.MakePart(lo, hi)
	return n, code
}

// Seconds returns the number.
func (v DeltaSeconds) Seconds() uint32 { return v.seconds }

// Comment returns the comment as received, with its parentheses, nil when it is
// missing.
func (v DeltaSeconds) Comment() []byte { return v.comment.Of(v.b) }

// Params returns the parameters.
func (v DeltaSeconds) Params() ParamList {
	return ParamList{v.params.Of(v.b)}
}

// Bytes returns the whole value as received, nil for the zero value.
func (v DeltaSeconds) Bytes() []byte {
	lo, hi := abnf.TrimLWS(v.b, 0, len(v.b))
	return v.b[lo:hi:hi]
}

// AppendTo appends the value as received, folds included.
func (v DeltaSeconds) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of the
// zero value, which was not parsed.
func (v DeltaSeconds) AppendText(dst []byte) ([]byte, error) {
	if v.b == nil {
		return dst, sipwire.ErrEmpty
	}
	return v.AppendTo(dst), nil
}

// String returns a copy of the whole value. It allocates.
func (v DeltaSeconds) String() string { return string(v.Bytes()) }

// Duration returns the duration parameter of Retry-After in seconds: how long the
// callee will be available. It is not ok when it is missing or malformed.
func (v DeltaSeconds) Duration() (seconds uint32, ok bool) { return v.Params().Seconds("duration") }

package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// Item is a view of a token with parameters, the most common form of a value (RFC
// 3261, 25.1: token *( SEMI generic-param )). It reads every header of such a
// form that has no view of its own, such as Accept-Encoding and Priority, and it
// is part of those that have one. The zero Item is invalid. It may be copied
// freely. It and everything it returns are valid as long as the bytes it was
// parsed from are.
type Item struct {
	b             []byte
	value, params value.Part
}

// Parse reads b, the whole of which must be one value that begins with a token.
// Without an error n is len(b). With one n is the offset of the byte that is
// wrong, the error is a sipwire.Code and v is invalid.
func (v *Item) Parse(b []byte) (n int, err error) {
	n, code := v.parse(b, false)
	return n, v.result(code)
}

// ParseQuoted is Parse for the headers whose value may be a quoted-string
// instead of a token: P-Visited-Network-ID (RFC 7315, 5.3) and User-to-User
// (RFC 7433, 4.1).
func (v *Item) ParseQuoted(b []byte) (n int, err error) {
	n, code := v.parse(b, true)
	return n, v.result(code)
}

func (v *Item) result(code sipwire.Code) error {
	if code != 0 {
		*v = Item{}
		return code
	}
	return nil
}

func (v *Item) parse(b []byte, quoted bool) (n int, code sipwire.Code) {
	if value.TooLong(b) {
		return 0, sipwire.ErrRange
	}
	*v = Item{b: b}
	lo := value.SkipLWS(b, 0)
	if lo == len(b) {
		return lo, sipwire.ErrEmpty
	}
	hi := value.Span(b, lo, value.Token)
	if quoted && b[lo] == '"' {
		if hi, code = abnf.ConsumeQuoted(b, lo); code != 0 {
			return hi, code
		}
	}
	if hi == lo {
		return lo, sipwire.ErrToken
	}
	v.value = value.MakePart(lo, hi)
	return value.ConsumeRest(b, hi, &v.params)
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v Item) IsValid() bool { return v.value.Hi != 0 }

// Bytes returns the whole value as received, parameters included.
func (v Item) Bytes() []byte { return value.Part{Lo: v.value.Lo, Hi: v.params.Hi}.Of(v.b) }

// AppendTo appends the value as received, folds included.
func (v Item) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of an
// invalid value.
func (v Item) AppendText(dst []byte) ([]byte, error) {
	if !v.IsValid() {
		return dst, sipwire.ErrEmpty
	}
	return v.AppendTo(dst), nil
}

// String returns a copy of the value. It allocates.
func (v Item) String() string { return string(v.AppendTo(nil)) }

// Value returns what is before the parameters, a quoted string with its quotes
// ([AppendUnquoted] removes them).
func (v Item) Value() []byte { return v.value.Of(v.b) }

// Is compares the value with s, without case (RFC 3261, 7.3.1).
func (v Item) Is(s string) bool { return abnf.EqualFold(v.Value(), s) }

// Params returns the parameters.
func (v Item) Params() ParamList { return ParamList{v.params.Of(v.b)} }

// Q returns the q parameter in thousandths, 0 to 1000 (RFC 3261, 25.1: qvalue), as
// the Accept headers have it. It is 1000 and not ok when it is missing or
// malformed.
func (v Item) Q() (thousandths int, ok bool) { return preference(v.Params()) }

// preference returns the q parameter; see [Item.Q].
func preference(p ParamList) (thousandths int, ok bool) {
	q, _ := p.Get("q")
	return parseQ(q)
}

// parseQ reads a qvalue; see [Item.Q].
func parseQ(b []byte) (thousandths int, ok bool) {
	if len(b) == 0 || len(b) > len("0.000") || b[0] != '0' && b[0] != '1' || len(b) > 1 && b[1] != '.' {
		return 1000, false
	}
	q := int(b[0]-'0') * 1000
	for i, scale := 2, 100; i < len(b); i, scale = i+1, scale/10 {
		d := int(b[i]) - '0'
		if d < 0 || d > 9 {
			return 1000, false
		}
		q += d * scale
	}
	if q > 1000 {
		return 1000, false
	}
	return q, true
}

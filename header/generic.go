package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Item is a view of a token with parameters, the most common shape of a value
// (RFC 3261, 25.1: token *( SEMI generic-param )). It reads every header of
// the classes [TokenParams], [TokenParamsList], [TokQParamsList] and
// [StarParamsList] that has no view of its own, and is part of those that
// have. The zero Item is invalid. It may be copied freely; it and everything
// it returns are valid as long as the bytes it was parsed from are.
type Item struct {
	b             []byte
	value, params part
}

// Parse reads b, the whole of which must be one value that begins with a
// token. Without an error n is len(b), with one the offset of the byte that is
// wrong; the error is a [Code] and v is invalid.
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
	if tooLong(b) {
		return 0, sipwire.ErrRange
	}
	*v = Item{b: b}
	lo := skipLWS(b, 0)
	if lo == len(b) {
		return lo, sipwire.ErrEmpty
	}
	hi := span(b, lo, inToken)
	if quoted && b[lo] == '"' {
		if hi, code = abnf.ConsumeQuoted(b, lo); code != 0 {
			return hi, code
		}
	}
	if hi == lo {
		return lo, sipwire.ErrToken
	}
	v.value = makePart(lo, hi)
	return consumeRest(b, hi, &v.params)
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v *Item) IsValid() bool { return v.value.hi != 0 }

// Bytes returns the whole value as it came, parameters included.
func (v *Item) Bytes() []byte { return part{v.value.lo, v.params.hi}.of(v.b) }

// AppendTo appends the value as it came, folds included.
func (v *Item) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// Value returns what stands in front of the parameters, a quoted string with
// its quotes ([AppendUnquoted] takes them off).
func (v *Item) Value() []byte { return v.value.of(v.b) }

// Is compares the value with s, without case (RFC 3261, 7.3.1).
func (v *Item) Is(s string) bool { return abnf.EqualFold(v.Value(), s) }

// Params returns the parameters.
func (v *Item) Params() ParamList { return ParamList{v.params.of(v.b)} }

// consumeRest reads *( SEMI generic-param ) from i up to the end of b.
func consumeRest(b []byte, i int, p *part) (int, sipwire.Code) {
	if j := skipLWS(b, i); j < len(b) && b[j] != ';' {
		return j, sipwire.ErrTrailing
	}
	hi, n, code := consumeParams(b, i)
	if code == 0 && n < len(b) {
		code = sipwire.ErrTrailing // a comma
	}
	if code == 0 {
		*p = makePart(i, hi)
	}
	return n, code
}

// delta returns the value of a parameter made of digits, clamped to 2**32-1
// as RFC 3261 asks for delta-seconds (20.19).
func delta(p ParamList, name string) (v uint32, ok bool) {
	value, _ := p.Get(name)
	n, j, code := abnf.ConsumeUint(value, 0, 1<<32-1)
	if code == sipwire.ErrNumber || j != len(value) {
		return 0, false
	}
	return uint32(n), true
}

// preference returns the q parameter in thousandths, as [Contact.Q] does.
func preference(p ParamList) (thousandths int, ok bool) {
	q, _ := p.Get("q")
	return parseQ(q)
}

// FreeText is a view of a value that people read and no parser does: Subject,
// Organization and every other header of the class [Text], and, for want of a
// grammar, those of the class [Opaque] (RFC 3261, 25.1: TEXT-UTF8-TRIM and
// header-value). It may be empty. The zero FreeText is an empty text.
type FreeText struct{ b []byte }

// Parse reads b, which may hold any byte but control bytes; a line end must
// fold. Whether the text is UTF-8 is not judged here. Without an error n is
// len(b), with one the offset of the byte that is wrong; the error is a [Code]
// and v is empty.
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

// Bytes returns the text as it came, without whitespace around it.
func (v FreeText) Bytes() []byte { return v.b }

// AppendTo appends the text with every fold as one space (RFC 3261, 7.3.1).
func (v FreeText) AppendTo(dst []byte) []byte { return abnf.AppendUnfolded(dst, v.b) }

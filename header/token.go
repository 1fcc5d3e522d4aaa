package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Token is a view of a value that is one token (RFC 3261, 25.1): Priority,
// SIP-ETag, SIP-If-Match, Suppress-If-Match and the rest of the class
// [TokenValue], and one element of the class [TokenList]. The zero Token is
// invalid; a Token is valid as long as the bytes it was parsed from are.
type Token struct{ b []byte }

// Parse reads b, the whole of which must be one token. Without an error n is
// len(b), with one the offset of the byte that is wrong; the error is a [Code]
// and v is invalid.
func (v *Token) Parse(b []byte) (n int, err error) {
	*v = Token{}
	lo := skipLWS(b, 0)
	if lo == len(b) {
		return lo, sipwire.ErrEmpty
	}
	hi := span(b, lo, inToken)
	if hi == lo {
		return lo, sipwire.ErrToken
	}
	n, code := atEnd(b, hi, 0)
	if code != 0 {
		return n, code
	}
	v.b = b[lo:hi:hi]
	return n, nil
}

// IsValid reports whether v holds a token.
func (v Token) IsValid() bool { return len(v.b) > 0 }

// Bytes returns the token as it came.
func (v Token) Bytes() []byte { return v.b }

// AppendTo appends the token as it came.
func (v Token) AppendTo(dst []byte) []byte { return append(dst, v.b...) }

// Is compares the token with s, without case, as for all tokens of which
// nothing else is said (RFC 3261, 7.3.1). Entity tags (RFC 3903, 4.1) and
// methods are compared with case: use Bytes.
func (v Token) Is(s string) bool { return abnf.EqualFold(v.b, s) }

// tokens calls yield with each element of a token list. It stops at the first
// element that is not a token and returns where and why.
func tokens(field []byte, yield func(token []byte)) (n int, code sipwire.Code) {
	lo, hi := abnf.TrimLWS(field, 0, len(field))
	if lo == hi {
		return len(field), 0
	}
	b := field[:hi]
	for i := lo; ; i++ {
		if i = skipLWS(b, i); i == hi || b[i] == ',' {
			return i, sipwire.ErrList
		}
		j := span(b, i, inToken)
		if j == i {
			return i, sipwire.ErrToken
		}
		yield(b[i:j:j])
		if i = skipLWS(b, j); i == hi {
			return len(field), 0
		}
		if b[i] != ',' {
			return i, sipwire.ErrTrailing
		}
	}
}

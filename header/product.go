package header

import (
	"iter"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// UserAgent is a view of the value of User-Agent and Server (RFC 3261, 20.35,
// 20.41 and 25.1: server-val *( LWS server-val )), the class [Product]. The
// zero UserAgent is invalid; it and everything it returns are valid as long as
// the bytes it was parsed from are.
type UserAgent struct{ b []byte }

// ProductValue is one server-val: a product with or without a version, or a
// comment, of which only Comment is set. Comment has its parentheses.
type ProductValue struct{ Name, Version, Comment []byte }

// Parse reads b, the whole of which must be products and comments. Beyond the
// grammar, no whitespace is asked for around a comment, as in
// "Phone/2.0(b)". Without an error n is len(b), with one the offset of the
// byte that is wrong; the error is a [Code] and v is invalid.
func (v *UserAgent) Parse(b []byte) (n int, err error) {
	*v = UserAgent{}
	lo := skipLWS(b, 0)
	if lo == len(b) {
		return lo, sipwire.ErrEmpty
	}
	for i := lo; ; {
		hi, next, code := consumeProduct(b, i, nil)
		if code != 0 {
			return next, code
		}
		i = next
		if i == len(b) {
			v.b = b[lo:hi:hi]
			return i, nil
		}
	}
}

// consumeProduct reads one server-val at i and the whitespace behind it. hi is
// the index behind the value, next that behind the whitespace, or, with a
// code, that of the byte that is wrong.
func consumeProduct(b []byte, i int, p *ProductValue) (hi, next int, code sipwire.Code) {
	if b[i] == '(' {
		hi, c := abnf.ConsumeComment(b, i)
		if c != 0 {
			return i, hi, c
		}
		if p != nil {
			p.Comment = b[i:hi:hi]
		}
		return hi, skipLWS(b, hi), 0
	}
	hi = span(b, i, inToken)
	if hi == i {
		return i, i, sipwire.ErrToken
	}
	if p != nil {
		p.Name = b[i:hi:hi]
	}
	next = skipLWS(b, hi)
	if next == len(b) || b[next] != '/' {
		return hi, next, 0
	}
	i = skipLWS(b, next+1)
	if hi = span(b, i, inToken); hi == i {
		return i, i, sipwire.ErrToken
	}
	if p != nil {
		p.Version = b[i:hi:hi]
	}
	return hi, skipLWS(b, hi), 0
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v UserAgent) IsValid() bool { return len(v.b) > 0 }

// Bytes returns the whole value as it came.
func (v UserAgent) Bytes() []byte { return v.b }

// AppendTo appends the value with every fold as one space.
func (v UserAgent) AppendTo(dst []byte) []byte { return abnf.AppendUnfolded(dst, v.b) }

// All ranges over products and comments in their order.
func (v UserAgent) All() iter.Seq[ProductValue] {
	return func(yield func(ProductValue) bool) { eachProduct(v.b, yield) }
}

func eachProduct(b []byte, yield func(ProductValue) bool) {
	for i := 0; i < len(b); {
		var p ProductValue
		if _, i, _ = consumeProduct(b, i, &p); !yield(p) {
			return
		}
	}
}

package header

import (
	"iter"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// UserAgent is a view of the value of User-Agent and Server (RFC 3261, 20.35, 20.41
// and 25.1: server-val *( LWS server-val )). The zero UserAgent is invalid. It and
// everything it returns are valid as long as the bytes it was parsed from are.
type UserAgent struct{ b []byte }

// Parse reads b, the whole of which must be products and comments. Beyond the
// grammar, a comment needs no whitespace around it, as in "Phone/2.0(b)", and a
// version may have slashes, as in "Linux-5.14/x86_64/glibc-2.31".
// Without an error n is len(b). With one n is the offset of the byte that is
// wrong, the error is a sipwire.Code and v is invalid.
func (v *UserAgent) Parse(b []byte) (n int, err error) {
	*v = UserAgent{}
	lo := value.SkipLWS(b, 0)
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

// product is one server-val, as [UserAgent.All] yields it.
type product struct{ name, version []byte }

// consumeProduct reads one server-val at i and the whitespace after it. hi is the
// index after the value, next that after the whitespace, or, with a code, that of
// the byte that is wrong.
func consumeProduct(b []byte, i int, p *product) (hi, next int, code sipwire.Code) {
	if b[i] == '(' {
		hi, c := abnf.ConsumeComment(b, i)
		if c != 0 {
			return i, hi, c
		}
		if p != nil {
			p.name = b[i:hi:hi]
		}
		return hi, value.SkipLWS(b, hi), 0
	}
	hi = value.Span(b, i, value.Token)
	if hi == i {
		return i, i, sipwire.ErrToken
	}
	if p != nil {
		p.name = b[i:hi:hi]
	}
	next = value.SkipLWS(b, hi)
	if next == len(b) || b[next] != '/' {
		return hi, next, 0
	}
	lo := value.SkipLWS(b, next+1)
	for i = lo; ; i = value.SkipLWS(b, next+1) {
		if hi = value.Span(b, i, value.Token); hi == i {
			return i, i, sipwire.ErrToken
		}
		if next = value.SkipLWS(b, hi); next == len(b) || b[next] != '/' {
			break
		}
	}
	if p != nil {
		p.version = b[lo:hi:hi]
	}
	return hi, next, 0
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v UserAgent) IsValid() bool { return len(v.b) > 0 }

// Bytes returns the whole value as received.
func (v UserAgent) Bytes() []byte { return v.b }

// AppendTo appends the value with every fold as one space.
func (v UserAgent) AppendTo(dst []byte) []byte { return abnf.AppendUnfolded(dst, v.b) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of an
// invalid value.
func (v UserAgent) AppendText(dst []byte) ([]byte, error) {
	if !v.IsValid() {
		return dst, sipwire.ErrEmpty
	}
	return v.AppendTo(dst), nil
}

// String returns a copy of the value. It allocates.
func (v UserAgent) String() string { return string(v.AppendTo(nil)) }

// All ranges over products and comments in their order. A product is its name and
// its version, which is nil when it is missing. A comment is returned as the name,
// with its parentheses, which no product begins with.
func (v UserAgent) All() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, version []byte) bool) { eachProduct(v.b, yield) }
}

func eachProduct(b []byte, yield func(name, version []byte) bool) {
	for i := 0; i < len(b); {
		var p product
		if _, i, _ = consumeProduct(b, i, &p); !yield(p.name, p.version) {
			return
		}
	}
}

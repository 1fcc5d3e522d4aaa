package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/uri"
)

// Identity is a view of the value of Identity (RFC 8224, 4 and 8.1): a
// PASSporT in compact or full form, and where to find the certificate. It also
// reads the older form, a signature alone (RFC 4474, 9; RFC 4475, 3.1.1.11),
// with or without quotes. A message may carry several; each is read by itself.
// The zero Identity is invalid. It may be copied freely; it and everything it
// returns are valid as long as the bytes it was parsed from are.
type Identity struct {
	b                           []byte
	all, digest, info, alg, ppt part
}

// Parse reads b, the whole of which must be one value. The signature may hold
// the letters of base64 and of base64url, which PASSporTs are written in (RFC
// 8225, 6). Without an error n is len(b), with one the offset of the byte that
// is wrong; the error is a [Code], which may be one of package uri, and v is
// invalid.
func (v *Identity) Parse(b []byte) (n int, err error) {
	n, code := v.parse(b)
	if code != 0 {
		*v = Identity{}
		return n, code
	}
	return n, nil
}

func (v *Identity) parse(b []byte) (n int, code sipwire.Code) {
	if tooLong(b) {
		return 0, sipwire.ErrRange
	}
	*v = Identity{b: b}
	lo := skipLWS(b, 0)
	if lo == len(b) {
		return lo, sipwire.ErrEmpty
	}
	quoted := b[lo] == '"'
	i := lo
	if quoted {
		i++
	}
	hi := i
	for hi < len(b) && identityChar(b[hi]) {
		hi++
	}
	if hi == i {
		return i, sipwire.ErrValue
	}
	v.digest = makePart(i, hi)
	if quoted {
		if hi == len(b) {
			return lo, sipwire.ErrQuote
		}
		if b[hi] != '"' {
			return hi, sipwire.ErrValue
		}
		hi++
	}
	return v.parseParams(lo, hi)
}

// parseParams reads the parameters from i up to the end. That of info is a URI
// in "<>", so they are no generic-params.
func (v *Identity) parseParams(lo, i int) (int, sipwire.Code) {
	b := v.b
	for {
		hi := i
		if i = skipLWS(b, i); i == len(b) {
			v.all = makePart(lo, hi)
			return i, 0
		}
		if b[i] != ';' {
			return i, sipwire.ErrTrailing
		}
		var a param
		var code sipwire.Code
		i = skipLWS(b, i+1)
		if j := infoValue(b, i); j > 0 {
			if i, code = v.parseInfo(j); code != 0 {
				return i, code
			}
			continue
		}
		if i, code = consumeParam(b, i, &a); code != 0 {
			return i, code
		}
		switch {
		case a.is(b, "info"):
			// consumeParam lets an empty value through.
			return a.nameHi, sipwire.ErrNeedAngle
		case a.is(b, "alg") && v.alg.hi == 0 && a.valueLo >= 0:
			v.alg = makePart(a.valueLo, a.valueHi)
		case a.is(b, "ppt") && v.ppt.hi == 0 && a.valueLo >= 0:
			v.ppt = makePart(a.valueLo, a.valueHi)
		}
	}
}

// infoValue returns the index of the "<" of an info parameter that stands at
// i, 0 when no such parameter does.
func infoValue(b []byte, i int) int {
	if i+4 > len(b) || !abnf.EqualFold(b[i:i+4], "info") {
		return 0
	}
	i = skipLWS(b, i+4)
	if i == len(b) || b[i] != '=' {
		return 0
	}
	if i = skipLWS(b, i+1); i == len(b) || b[i] != '<' {
		return 0
	}
	return i
}

// parseInfo reads "<" absoluteURI ">" at i.
func (v *Identity) parseInfo(i int) (int, sipwire.Code) {
	b := v.b
	hi := i + 1
	for hi < len(b) && b[hi] != '>' {
		hi++
	}
	if hi == len(b) {
		return i, sipwire.ErrAngle
	}
	var u uri.URI
	if n, err := u.Parse(b[i+1 : hi]); err != nil {
		return i + 1 + n, codeOf(err)
	}
	if v.info.hi == 0 {
		v.info = makePart(i+1, hi)
	}
	return hi + 1, 0
}

// identityChar holds base64, base64url and the dots between the parts of a
// PASSporT.
func identityChar(c byte) bool {
	return abnf.Is(c, abnf.Alpha|abnf.Digit) || c == '.' || c == '+' || c == '/' ||
		c == '-' || c == '_' || c == '='
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v *Identity) IsValid() bool { return v.all.hi != 0 }

// Bytes returns the whole value as it came.
func (v *Identity) Bytes() []byte { return v.all.of(v.b) }

// AppendTo appends the value as it came, folds included.
func (v *Identity) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// Signature returns the PASSporT, in full ("header.payload.signature") or in
// compact form ("..signature": RFC 8225, 7), or the signature of RFC 4474,
// without quotes.
func (v *Identity) Signature() []byte { return v.digest.of(v.b) }

// IsCompact reports whether the PASSporT is in compact form.
func (v *Identity) IsCompact() bool {
	d := v.Signature()
	return len(d) > 2 && d[0] == '.' && d[1] == '.'
}

// Info returns the URI of the certificate as it came, without "<>", nil when
// there is none, as in the form of RFC 4474.
func (v *Identity) Info() []byte { return v.info.of(v.b) }

// Algorithm returns the alg parameter, nil when there is none, which stands
// for "ES256" (RFC 8224, 4).
func (v *Identity) Algorithm() []byte { return v.alg.of(v.b) }

// Type returns the ppt parameter, the type of the PASSporT, as it came, such
// as "shaken" (RFC 8588), nil when there is none.
func (v *Identity) Type() []byte { return v.ppt.of(v.b) }

package value

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/uri"
)

// Identity is the value of Identity (RFC 8224, 4 and 8.1): a PASSporT or the
// signature of RFC 4474, and parameters.
type Identity struct {
	B                           []byte
	All, Digest, Info, Alg, PPT Part
}

// Parse reads b, the whole of which must be one value.
func (v *Identity) Parse(b []byte) (n int, code sipwire.Code) {
	if TooLong(b) {
		return 0, sipwire.ErrRange
	}
	*v = Identity{B: b}
	lo := SkipLWS(b, 0)
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
	v.Digest = MakePart(i, hi)
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

// parseParams reads the parameters from i up to the end. They are no
// generic-params: the value of info is a URI in "<>".
func (v *Identity) parseParams(lo, i int) (int, sipwire.Code) {
	b := v.B
	for {
		hi := i
		if i = SkipLWS(b, i); i == len(b) {
			v.All = MakePart(lo, hi)
			return i, 0
		}
		if b[i] != ';' {
			return i, sipwire.ErrTrailing
		}
		var a Param
		var code sipwire.Code
		i = SkipLWS(b, i+1)
		if j := infoValue(b, i); j > 0 {
			if i, code = v.parseInfo(j); code != 0 {
				return i, code
			}
			continue
		}
		if i, code = ConsumeParam(b, i, &a); code != 0 {
			return i, code
		}
		switch {
		case a.Is(b, "info"):
			// consumeParam lets an empty value through.
			return a.NameHi, sipwire.ErrNeedAngle
		case a.Is(b, "alg") && v.Alg.Hi == 0 && a.ValueLo >= 0:
			v.Alg = MakePart(a.ValueLo, a.ValueHi)
		case a.Is(b, "ppt") && v.PPT.Hi == 0 && a.ValueLo >= 0:
			v.PPT = MakePart(a.ValueLo, a.ValueHi)
		}
	}
}

// infoValue returns the index of the "<" of an info parameter at i, 0 when
// there is no such parameter.
func infoValue(b []byte, i int) int {
	if i+4 > len(b) || !abnf.EqualFold(b[i:i+4], "info") {
		return 0
	}
	i = SkipLWS(b, i+4)
	if i == len(b) || b[i] != '=' {
		return 0
	}
	if i = SkipLWS(b, i+1); i == len(b) || b[i] != '<' {
		return 0
	}
	return i
}

// parseInfo reads "<" absoluteURI ">" at i.
func (v *Identity) parseInfo(i int) (int, sipwire.Code) {
	b := v.B
	hi := i + 1
	for hi < len(b) && b[hi] != '>' {
		hi++
	}
	if hi == len(b) {
		return i, sipwire.ErrAngle
	}
	var u uri.URI
	if n, err := u.Parse(b[i+1 : hi]); err != nil {
		return i + 1 + n, CodeOf(err)
	}
	if v.Info.Hi == 0 {
		v.Info = MakePart(i+1, hi)
	}
	return hi + 1, 0
}

// identityChar holds base64, base64url and the dots between the parts of a
// PASSporT.
func identityChar(c byte) bool {
	return abnf.Is(c, abnf.Alpha|abnf.Digit) || c == '.' || c == '+' || c == '/' ||
		c == '-' || c == '_' || c == '='
}

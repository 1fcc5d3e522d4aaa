package header

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/uri"
)

// Reference is a view of one value of a header that refers to something by
// its URI: Alert-Info, Call-Info, Error-Info (RFC 3261, 20.4, 20.9, 20.18),
// Geolocation (RFC 6442) and the rest of the classes [URIRef], [URIRefList]
// and [URIList]. The zero Reference is invalid. It may be copied freely; it
// and everything it returns are valid as long as the bytes it was parsed from
// are.
type Reference struct {
	b                []byte
	all, uri, params part
}

// Parse reads b, the whole of which must be one URI in "<>" with parameters
// behind it. Without an error n is len(b), with one the offset of the byte
// that is wrong; the error is a [Code], which may be one of package uri, and v
// is invalid.
func (v *Reference) Parse(b []byte) (n int, err error) {
	n, code := v.parse(b, false)
	return n, v.result(code)
}

// ParseBare is Parse for the headers that take a URI without "<>" as well, the
// class [URIList]: P-Asserted-Service and P-Preferred-Service (RFC 6050, 4),
// Trigger-Consent (RFC 5360, 5.11) and Policy-ID (RFC 6794). Without "<>" the
// parameters belong to the header.
func (v *Reference) ParseBare(b []byte) (n int, err error) {
	n, code := v.parse(b, true)
	return n, v.result(code)
}

func (v *Reference) result(code sipwire.Code) error {
	if code != 0 {
		*v = Reference{}
		return code
	}
	return nil
}

func (v *Reference) parse(b []byte, bare bool) (n int, code sipwire.Code) {
	if tooLong(b) {
		return 0, sipwire.ErrRange
	}
	*v = Reference{b: b}
	lo := skipLWS(b, 0)
	if lo == len(b) {
		return lo, sipwire.ErrEmpty
	}
	i, hi, end := lo, lo, lo // the URI is b[i:hi], and ends before end
	switch {
	case b[lo] == '<':
		i = lo + 1
		hi = bytes.IndexByte(b[i:], '>')
		if hi < 0 {
			return lo, sipwire.ErrAngle
		}
		hi += i
		end = hi + 1
	case bare:
		for hi < len(b) && bareURI[b[hi]] || hi < len(b) && b[hi] == '?' {
			hi++
		}
		end = hi
	default:
		return lo, sipwire.ErrNeedAngle
	}
	var u uri.URI
	if n, err := u.Parse(b[i:hi]); err != nil {
		return i + n, codeOf(err)
	}
	v.uri = makePart(i, hi)
	n, code = consumeRest(b, end, &v.params)
	v.all = part{uint32(lo), v.params.hi}
	return n, code
}

// codeOf returns the Code that err is.
func codeOf(err error) sipwire.Code {
	code, _ := err.(sipwire.Code)
	return code
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v *Reference) IsValid() bool { return v.all.hi != 0 }

// Bytes returns the whole value as it came, parameters included.
func (v *Reference) Bytes() []byte { return v.all.of(v.b) }

// AppendTo appends the value as it came, folds included.
func (v *Reference) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// URIBytes returns the URI as it came, without "<>".
func (v *Reference) URIBytes() []byte { return v.uri.of(v.b) }

// URI returns the URI, parsed anew at each call; that of an invalid Reference
// is invalid.
func (v *Reference) URI() uri.URI {
	var u uri.URI
	if v.IsValid() {
		u.Parse(v.URIBytes()) // Parse has seen it to be good
	}
	return u
}

// Params returns the parameters of the header; those of the URI are not among
// them.
func (v *Reference) Params() ParamList { return ParamList{v.params.of(v.b)} }

// Purpose returns the purpose parameter of Call-Info, such as "icon" (RFC
// 3261, 20.9) or "EmergencyCallData.Comment" (RFC 7852), nil when there is
// none.
func (v *Reference) Purpose() []byte {
	p, _ := v.Params().Get("purpose")
	return p
}

// IsPurpose compares the purpose parameter with s, without case.
func (v *Reference) IsPurpose(s string) bool { return abnf.EqualFold(v.Purpose(), s) }

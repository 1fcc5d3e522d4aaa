package header

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
	"github.com/sipwire/sipwire/uri"
)

// Reference is a view of one value of a header that refers to something by its
// URI: Alert-Info, Call-Info, Error-Info (RFC 3261, 20.4, 20.9, 20.18),
// Geolocation (RFC 6442) and the other headers of the grammars "uriref",
// "uriref-list" and "uri-list". The zero Reference is invalid. It may be copied
// freely. It and everything it returns are valid as long as the bytes it was
// parsed from are.
type Reference struct {
	b                []byte
	all, uri, params value.Part
}

// Parse reads b, the whole of which must be one URI in "<>" with the parameters
// after it. Without an error n is len(b). With one n is the offset of the byte
// that is wrong, the error is a sipwire.Code and v is invalid.
func (v *Reference) Parse(b []byte) (n int, err error) {
	n, code := v.parse(b, false)
	return n, v.result(code)
}

// ParseBare is Parse for the headers that accept a URI without "<>" as well, those
// of the grammar "uri-list": P-Asserted-Service and P-Preferred-Service (RFC 6050,
// 4), Trigger-Consent (RFC 5360, 5.11) and Policy-ID (RFC 6794). Without "<>" the
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
	if value.TooLong(b) {
		return 0, sipwire.ErrRange
	}
	*v = Reference{b: b}
	lo := value.SkipLWS(b, 0)
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
		for hi < len(b) && value.BareURI[b[hi]] || hi < len(b) && b[hi] == '?' {
			hi++
		}
		end = hi
	default:
		return lo, sipwire.ErrNeedAngle
	}
	var u uri.URI
	if n, err := u.Parse(b[i:hi]); err != nil {
		return i + n, value.CodeOf(err)
	}
	v.uri = value.MakePart(i, hi)
	n, code = value.ConsumeRest(b, end, &v.params)
	v.all = value.Part{Lo: uint32(lo), Hi: v.params.Hi}
	return n, code
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v Reference) IsValid() bool { return v.all.Hi != 0 }

// Bytes returns the whole value as received, parameters included.
func (v Reference) Bytes() []byte { return v.all.Of(v.b) }

// AppendTo appends the value as received, folds included.
func (v Reference) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of an
// invalid value.
func (v Reference) AppendText(dst []byte) ([]byte, error) {
	if !v.IsValid() {
		return dst, sipwire.ErrEmpty
	}
	return v.AppendTo(dst), nil
}

// String returns a copy of the value. It allocates.
func (v Reference) String() string { return string(v.AppendTo(nil)) }

// URIBytes returns the URI as received, without "<>".
func (v Reference) URIBytes() []byte { return v.uri.Of(v.b) }

// URI parses the URI, at each call again, and returns it. The error is that of an
// invalid Reference.
func (v Reference) URI() (u uri.URI, err error) {
	if !v.IsValid() {
		return u, sipwire.ErrEmpty
	}
	return uri.Parse(v.URIBytes())
}

// Params returns the parameters of the header, without those of the URI.
func (v Reference) Params() ParamList { return ParamList{v.params.Of(v.b)} }

// Purpose returns the purpose parameter of Call-Info, such as "icon" (RFC
// 3261, 20.9) or "EmergencyCallData.Comment" (RFC 7852), nil when it is
// missing.
func (v Reference) Purpose() []byte {
	p, _ := v.Params().Get("purpose")
	return p
}

// IsPurpose compares the purpose parameter with s, without case.
func (v Reference) IsPurpose(s string) bool { return abnf.EqualFold(v.Purpose(), s) }

package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// ContentType is a view of the value of Content-Type (RFC 3261, 20.15 and 25.1:
// media-type) and of one value of Accept (20.1: accept-range). The zero ContentType
// is invalid. It may be copied freely. It and everything it returns are valid as
// long as the bytes it was parsed from are.
type ContentType struct {
	b                   []byte
	typ, subtyp, params value.Part
}

// Parse reads b, the whole of which must be one media type. A parameter must
// have a value (RFC 3261, 25.1: m-parameter). Without an error n is len(b).
// With one n is the offset of the byte that is wrong, the error is a sipwire.Code
// and v is invalid.
func (v *ContentType) Parse(b []byte) (n int, err error) {
	n, code := v.parse(b)
	if code == 0 {
		var a value.Param
		for i := int(v.params.Lo); a.Next(b, &i); {
			if a.ValueLo < 0 {
				n, code = a.NameHi, sipwire.ErrParam
				break
			}
		}
	}
	return n, v.result(code)
}

// ParseRange is Parse for a value of Accept, which may have parameters without a
// value.
func (v *ContentType) ParseRange(b []byte) (n int, err error) {
	n, code := v.parse(b)
	return n, v.result(code)
}

func (v *ContentType) result(code sipwire.Code) error {
	if code != 0 {
		*v = ContentType{}
		return code
	}
	return nil
}

// parse reads m-type SLASH m-subtype *( SEMI generic-param ).
func (v *ContentType) parse(b []byte) (n int, code sipwire.Code) {
	if value.TooLong(b) {
		return 0, sipwire.ErrRange
	}
	*v = ContentType{b: b}
	lo := value.SkipLWS(b, 0)
	if lo == len(b) {
		return lo, sipwire.ErrEmpty
	}
	hi := value.Span(b, lo, value.Token)
	if hi == lo {
		return lo, sipwire.ErrToken
	}
	v.typ = value.MakePart(lo, hi)
	if lo = value.SkipLWS(b, hi); lo == len(b) || b[lo] != '/' {
		return lo, sipwire.ErrValue
	}
	lo = value.SkipLWS(b, lo+1)
	if hi = value.Span(b, lo, value.Token); hi == lo {
		return lo, sipwire.ErrToken
	}
	v.subtyp = value.MakePart(lo, hi)
	return value.ConsumeRest(b, hi, &v.params)
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v ContentType) IsValid() bool { return v.subtyp.Hi != 0 }

// Bytes returns the whole value as received, parameters included.
func (v ContentType) Bytes() []byte { return value.Part{Lo: v.typ.Lo, Hi: v.params.Hi}.Of(v.b) }

// AppendTo appends the value as received, folds included.
func (v ContentType) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of an
// invalid value.
func (v ContentType) AppendText(dst []byte) ([]byte, error) {
	if !v.IsValid() {
		return dst, sipwire.ErrEmpty
	}
	return v.AppendTo(dst), nil
}

// String returns a copy of the value. It allocates.
func (v ContentType) String() string { return string(v.AppendTo(nil)) }

// Type returns the type, such as "application".
func (v ContentType) Type() []byte { return v.typ.Of(v.b) }

// Subtype returns the subtype, such as "sdp".
func (v ContentType) Subtype() []byte { return v.subtyp.Of(v.b) }

// Is compares type and subtype, without case, with a media type such as
// "application/sdp".
func (v ContentType) Is(media string) bool {
	t, s := v.Type(), v.Subtype()
	return v.IsValid() && len(media) == len(t)+1+len(s) && media[len(t)] == '/' &&
		abnf.EqualFold(t, media[:len(t)]) && abnf.EqualFold(s, media[len(t)+1:])
}

// IsMultipart reports whether the body has parts (RFC 2046, 5.1).
func (v ContentType) IsMultipart() bool { return abnf.EqualFold(v.Type(), "multipart") }

// Params returns the parameters.
func (v ContentType) Params() ParamList { return ParamList{v.params.Of(v.b)} }

// Boundary returns the boundary parameter of a multipart type as received, with
// quotes ([AppendUnquoted] removes them), nil when it is missing.
func (v ContentType) Boundary() []byte {
	p, _ := v.Params().Get("boundary")
	return p
}

// Charset returns the charset parameter as received, nil when it is missing.
func (v ContentType) Charset() []byte {
	p, _ := v.Params().Get("charset")
	return p
}

// Q returns the q parameter of a value of Accept; see [Item.Q].
func (v ContentType) Q() (thousandths int, ok bool) { return preference(v.Params()) }

// Matches reports whether a value of Accept includes a media type. Parameters are
// ignored.
func (v ContentType) Matches(t ContentType) bool {
	if !v.IsValid() || !t.IsValid() {
		return false
	}
	if string(v.Type()) != "*" && !abnf.EqualFold(v.Type(), t.Type()) {
		return false
	}
	return string(v.Subtype()) == "*" || abnf.EqualFold(v.Subtype(), t.Subtype())
}

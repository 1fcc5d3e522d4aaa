package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// ContentType is a view of the value of Content-Type (RFC 3261, 20.15 and
// 25.1: media-type). The zero ContentType is invalid. It may be copied freely;
// it and everything it returns are valid as long as the bytes it was parsed
// from are.
type ContentType struct {
	b                   []byte
	typ, subtyp, params part
}

// Parse reads b, the whole of which must be one media type. A parameter must
// have a value (RFC 3261, 25.1: m-parameter). Without an error n is len(b),
// with one the offset of the byte that is wrong; the error is a [Code] and v
// is invalid.
func (v *ContentType) Parse(b []byte) (n int, err error) {
	n, code := v.parse(b)
	if code == 0 {
		var a param
		for i := int(v.params.lo); a.next(b, &i); {
			if a.valueLo < 0 {
				n, code = a.nameHi, sipwire.ErrParam
				break
			}
		}
	}
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
	if tooLong(b) {
		return 0, sipwire.ErrRange
	}
	*v = ContentType{b: b}
	lo := skipLWS(b, 0)
	if lo == len(b) {
		return lo, sipwire.ErrEmpty
	}
	hi := span(b, lo, inToken)
	if hi == lo {
		return lo, sipwire.ErrToken
	}
	v.typ = makePart(lo, hi)
	if lo = skipLWS(b, hi); lo == len(b) || b[lo] != '/' {
		return lo, sipwire.ErrValue
	}
	lo = skipLWS(b, lo+1)
	if hi = span(b, lo, inToken); hi == lo {
		return lo, sipwire.ErrToken
	}
	v.subtyp = makePart(lo, hi)
	return consumeRest(b, hi, &v.params)
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v *ContentType) IsValid() bool { return v.subtyp.hi != 0 }

// Bytes returns the whole value as it came, parameters included.
func (v *ContentType) Bytes() []byte { return part{v.typ.lo, v.params.hi}.of(v.b) }

// AppendTo appends the value as it came, folds included.
func (v *ContentType) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// Type returns the type, such as "application".
func (v *ContentType) Type() []byte { return v.typ.of(v.b) }

// Subtype returns the subtype, such as "sdp".
func (v *ContentType) Subtype() []byte { return v.subtyp.of(v.b) }

// Is compares type and subtype, without case, with a media type such as
// "application/sdp".
func (v *ContentType) Is(media string) bool {
	t, s := v.Type(), v.Subtype()
	return v.IsValid() && len(media) == len(t)+1+len(s) && media[len(t)] == '/' &&
		abnf.EqualFold(t, media[:len(t)]) && abnf.EqualFold(s, media[len(t)+1:])
}

// IsMultipart reports whether the body has parts (RFC 2046, 5.1).
func (v *ContentType) IsMultipart() bool { return abnf.EqualFold(v.Type(), "multipart") }

// Params returns the parameters.
func (v *ContentType) Params() ParamList { return ParamList{v.params.of(v.b)} }

// Boundary returns the boundary parameter of a multipart type as it came,
// quotes included ([AppendUnquoted] takes them off), nil when there is none.
func (v *ContentType) Boundary() []byte {
	p, _ := v.Params().Get("boundary")
	return p
}

// Charset returns the charset parameter as it came, nil when there is none.
func (v *ContentType) Charset() []byte {
	p, _ := v.Params().Get("charset")
	return p
}

// MediaRange is a view of one value of Accept (RFC 3261, 20.1 and 25.1:
// accept-range). The zero MediaRange is invalid; it and everything it returns
// are valid as long as the bytes it was parsed from are.
type MediaRange struct{ ContentType }

// Parse reads b, the whole of which must be one range. Without an error n is
// len(b), with one the offset of the byte that is wrong; the error is a [Code]
// and v is invalid.
func (v *MediaRange) Parse(b []byte) (n int, err error) {
	n, code := v.parse(b)
	return n, v.result(code)
}

// Q returns the q parameter in thousandths. Without one, and with a malformed
// one, it is 1000 and not ok.
func (v *MediaRange) Q() (thousandths int, ok bool) { return preference(v.Params()) }

// Matches reports whether the range takes in a media type; parameters do not
// count.
func (v *MediaRange) Matches(t *ContentType) bool {
	if !v.IsValid() || !t.IsValid() {
		return false
	}
	if string(v.Type()) != "*" && !abnf.EqualFold(v.Type(), t.Type()) {
		return false
	}
	return string(v.Subtype()) == "*" || abnf.EqualFold(v.Subtype(), t.Subtype())
}

// Encoding is a view of one value of Accept-Encoding (RFC 3261, 20.2):
// a content-coding or "*". The zero Encoding is invalid; it and everything it
// returns are valid as long as the bytes it was parsed from are.
type Encoding struct{ Item }

// Q returns the q parameter in thousandths. Without one, and with a malformed
// one, it is 1000 and not ok.
func (v *Encoding) Q() (thousandths int, ok bool) { return preference(v.Params()) }

// Language is a view of one value of Accept-Language (RFC 3261, 20.3) and of
// Content-Language (20.13), which has no parameters: a language tag or "*".
// The zero Language is invalid; it and everything it returns are valid as long
// as the bytes it was parsed from are.
type Language struct{ Item }

// Parse reads b, the whole of which must be one language range with its
// parameters. Beyond RFC 3261 a subtag may hold digits, as "es-419" does (RFC
// 5646, 2.1). Without an error n is len(b), with one the offset of the byte
// that is wrong; the error is a [Code] and v is invalid.
func (v *Language) Parse(b []byte) (n int, err error) {
	n, code := v.parse(b, false)
	if code == 0 {
		if i := badLanguage(v.Value()); i >= 0 {
			n, code = int(v.value.lo)+i, sipwire.ErrValue
		}
	}
	return n, v.result(code)
}

// badLanguage returns the offset of what is wrong with a language range, or -1.
func badLanguage(t []byte) int {
	if string(t) == "*" {
		return -1
	}
	start, set := 0, abnf.Alpha
	for i := 0; ; i++ {
		if i < len(t) && abnf.Is(t[i], set) {
			if i-start == 8 {
				return i
			}
			continue
		}
		if i == start || i < len(t) && t[i] != '-' {
			return i
		}
		if i == len(t) {
			return -1
		}
		start, set = i+1, abnf.Alpha|abnf.Digit
	}
}

// Q returns the q parameter in thousandths. Without one, and with a malformed
// one, it is 1000 and not ok.
func (v *Language) Q() (thousandths int, ok bool) { return preference(v.Params()) }

// Matches reports whether the range takes in a language tag: it is "*", equal,
// or a prefix that ends before a "-" (RFC 2616, 14.4). Case does not count.
func (v *Language) Matches(tag []byte) bool {
	r := v.Value()
	if string(r) == "*" {
		return true
	}
	return v.IsValid() && len(tag) >= len(r) && abnf.EqualFold(tag[:len(r)], r) &&
		(len(tag) == len(r) || tag[len(r)] == '-')
}

// Disposition is a view of the value of Content-Disposition (RFC 3261, 20.11).
// The zero Disposition is invalid; it and everything it returns are valid as
// long as the bytes it was parsed from are.
type Disposition struct{ Item }

// Type returns the disposition type, such as "session".
func (v *Disposition) Type() []byte { return v.Value() }

// IsOptional reports whether the handling parameter is "optional". Without
// it a body that is not understood must be rejected, for "required" is to be
// assumed (RFC 3261, 20.11).
func (v *Disposition) IsOptional() bool {
	h, _ := v.Params().Get("handling")
	return abnf.EqualFold(h, "optional")
}

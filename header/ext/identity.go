package ext

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/value"
)

// Identity is a view of the value of Identity (RFC 8224, 4 and 8.1): a PASSporT in
// compact or full form, and where to find the certificate. It also reads the older
// form, a signature alone (RFC 4474, 9; RFC 4475, 3.1.1.11), with or without
// quotes. A message may carry several; each is read by itself. The zero Identity is
// invalid. It may be copied freely. It and everything it returns are valid as long
// as the bytes it was parsed from are.
type Identity struct{ v value.Identity }

// Parse reads b, the whole of which must be one value. The signature may hold the
// letters of base64 and of base64url, which PASSporTs are written in (RFC 8225, 6).
// Without an error n is len(b). With one n is the offset of the byte that is
// wrong, the error is a sipwire.Code and v is invalid.
func (v *Identity) Parse(b []byte) (n int, err error) {
	n, code := v.v.Parse(b)
	if code != 0 {
		*v = Identity{}
		return n, code
	}
	return n, nil
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v Identity) IsValid() bool { return v.v.All.Hi != 0 }

// Bytes returns the whole value as received.
func (v Identity) Bytes() []byte { return v.v.All.Of(v.v.B) }

// AppendTo appends the value as received, folds included.
func (v Identity) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of an
// invalid value.
func (v Identity) AppendText(dst []byte) ([]byte, error) {
	if !v.IsValid() {
		return dst, sipwire.ErrEmpty
	}
	return v.AppendTo(dst), nil
}

// String returns a copy of the value. It allocates.
func (v Identity) String() string { return string(v.AppendTo(nil)) }

// Signature returns the PASSporT, in full ("header.payload.signature") or in
// compact form ("..signature": RFC 8225, 7), or the signature of RFC 4474,
// without quotes.
func (v Identity) Signature() []byte { return v.v.Digest.Of(v.v.B) }

// IsCompact reports whether the PASSporT is in compact form.
func (v Identity) IsCompact() bool {
	d := v.Signature()
	return len(d) > 2 && d[0] == '.' && d[1] == '.'
}

// Info returns the URI of the certificate, without "<>", nil when it is missing, as
// in the form of RFC 4474.
func (v Identity) Info() []byte { return v.v.Info.Of(v.v.B) }

// Algorithm returns the alg parameter. It is nil when it is missing, which means
// "ES256" (RFC 8224, 4).
func (v Identity) Algorithm() []byte { return v.v.Alg.Of(v.v.B) }

// Type returns the ppt parameter, the type of the PASSporT, such as "shaken" (RFC
// 8588), nil when it is missing.
func (v Identity) Type() []byte { return v.v.PPT.Of(v.v.B) }

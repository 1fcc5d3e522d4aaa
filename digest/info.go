package digest

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header/auth"
)

// AppendInfo appends the value of the Authentication-Info that goes into the
// response to a request with the credentials c (RFC 7616, 3.5): rspauth, by which
// the client sees that the server knows the secret, with qop, cnonce and nc as
// received; and nextnonce unless it is nil, which [Server.AppendNonce] makes. body
// is that of the response.
//
// Errors are as for [Digester.AppendResponse]; ErrInjection when a value holds CR,
// LF or NUL. dst is then returned unchanged.
func (d *Digester) AppendInfo(dst []byte, c *auth.Credentials, s *Secret, nextNonce, body []byte) ([]byte, error) {
	x, code := exchangeOf(c, s, nil, body)
	if code == 0 && !s.isSet(x.alg) {
		code = sipwire.ErrParam
	}
	if code != 0 {
		return dst, code
	}
	r, code := d.response(&x)
	if code != 0 {
		return dst, code
	}
	from := len(dst)
	out := append(dst, `rspauth="`...)
	out = append(append(out, r...), '"')
	if x.qop != QOPNone {
		out = append(append(out, `, qop=`...), x.qopToken...)
		out = append(append(out, `, nc=`...), x.nc...)
		out = append(appendValue(append(out, `, cnonce="`...), x.cnonce), '"')
	}
	if nextNonce != nil {
		out = append(appendQuotedText(append(out, `, nextnonce="`...), nextNonce), '"')
	}
	if hasLineByte(out[from:]) {
		return dst, sipwire.ErrInjection
	}
	return out, nil
}

// VerifyInfo reports whether the rspauth of info shows that the server knows
// the secret: c are the credentials of the request, body is that of the
// response. It compares in constant time, and fails closed as [Digester.Verify]
// does.
func (d *Digester) VerifyInfo(info *auth.Info, c *auth.Credentials, s *Secret, body []byte) bool {
	return !info.Repeated() && d.matches(info.Rspauth(), c, s, nil, body)
}

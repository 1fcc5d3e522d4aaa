package digest

import (
	"crypto/subtle"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header/auth"
)

// exchangeOf takes the values out of credentials.
func exchangeOf(c *auth.Credentials, s *Secret, method, body []byte) (x exchange, code sipwire.Code) {
	if !c.IsDigest() {
		return x, sipwire.ErrValue
	}
	if c.Nonce() == nil || c.URI() == nil || s.HA1 == nil &&
		(c.Realm() == nil || s.Username == nil && (c.Username() == nil || c.Userhash())) {
		return x, sipwire.ErrParam
	}
	return exchange{
		alg: LookupAlgorithm(c.Algorithm()), qop: usedQOP(c.QOP()), qopToken: c.QOP(),
		username: c.Username(), realm: c.Realm(), nonce: c.Nonce(),
		nc: c.NonceCountBytes(), cnonce: c.CNonce(), uri: c.URI(),
		secret: s, method: method, content: body,
	}, 0
}

// AppendResponse appends the response that belongs in the credentials c, 32 or 64
// lower-case hexadecimal digits, for a request with the method and the body. The
// body is used for auth-int only, and the response that c holds is ignored. With
// an empty method it is the rspauth of Authentication-Info (RFC 7616, 3.5).
//
// The error is a sipwire.Code, and dst is then returned unchanged: ErrValue for an
// unknown scheme, algorithm or qop, or an HA1 that does not fit the algorithm;
// ErrParam when c lacks something.
func (d *Digester) AppendResponse(dst []byte, c *auth.Credentials, s *Secret, method, body []byte) ([]byte, error) {
	x, code := exchangeOf(c, s, method, body)
	if code != 0 {
		return dst, code
	}
	r, code := d.response(&x)
	if code != 0 {
		return dst, code
	}
	return append(dst, r...), nil
}

// Verify reports whether the response in the credentials is the one that the
// secret gives for a request with the method and the body. It compares in
// constant time.
//
// The caller must check that the nonce is its own and fresh, that its count has
// not been used, that the algorithm is one that was offered, and that the URI is
// that of the request (RFC 3261, 22.4; RFC 7616, 5).
func (d *Digester) Verify(c *auth.Credentials, s *Secret, method, body []byte) bool {
	x, code := exchangeOf(c, s, method, body)
	if code != 0 {
		return false
	}
	r, code := d.response(&x)
	return code == 0 && subtle.ConstantTimeCompare(r, c.Response()) == 1
}

// VerifyInfo reports whether the rspauth of info shows that the server knows
// the secret: c are the credentials of the request, body is that of the
// response. It compares in constant time.
func (d *Digester) VerifyInfo(info *auth.Info, c *auth.Credentials, s *Secret, body []byte) bool {
	x, code := exchangeOf(c, s, nil, body)
	if code != 0 {
		return false
	}
	r, code := d.response(&x)
	return code == 0 && subtle.ConstantTimeCompare(r, info.Rspauth()) == 1
}

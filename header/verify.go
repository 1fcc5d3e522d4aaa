package header

import (
	"crypto/subtle"

	"github.com/sipwire/sipwire"
)

// exchangeOf takes the values out of credentials.
func exchangeOf(c *AuthCredentials, s *Secret, method, body []byte) (x exchange, code sipwire.Code) {
	if !c.IsDigest() {
		return x, sipwire.ErrValue
	}
	if !c.has(authNonce) || !c.has(authURI) || s.HA1 == nil &&
		(!c.has(authRealm) || s.Username == nil && (!c.has(authUsername) || c.Userhash())) {
		return x, sipwire.ErrParam
	}
	return exchange{
		alg: c.Algorithm(), qop: c.QOP(), qopToken: c.get(authQOP),
		username: c.Username(), realm: c.Realm(), nonce: c.Nonce(),
		nc: c.get(authNC), cnonce: c.CNonce(), uri: c.URI(),
		secret: s, method: method, content: body,
	}, 0
}

// AppendResponse appends the response, 32 or 64 lower-case hexadecimal digits,
// that belongs into the credentials c of a request with the method and the
// body, which counts only for auth-int. The response that c holds does not
// count. With an empty method it is the rspauth of Authentication-Info (RFC
// 7616, 3.5).
//
// The error is a [Code], and dst is then as it was: [ErrValue] for a scheme,
// algorithm or qop that is not known, or an HA1 that does not fit the
// algorithm; [ErrParam] when c lacks something.
func (d *Digester) AppendResponse(dst []byte, c *AuthCredentials, s *Secret, method, body []byte) ([]byte, error) {
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
// That the nonce is one of the server's own and fresh, that its count has not
// been used, that the algorithm is one that was offered and that the URI is
// that of the request is for the caller to see to (RFC 3261, 22.4; RFC 7616,
// 5).
func (d *Digester) Verify(c *AuthCredentials, s *Secret, method, body []byte) bool {
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
func (d *Digester) VerifyInfo(info *AuthenticationInfo, c *AuthCredentials, s *Secret, body []byte) bool {
	x, code := exchangeOf(c, s, nil, body)
	if code != 0 {
		return false
	}
	r, code := d.response(&x)
	return code == 0 && subtle.ConstantTimeCompare(r, info.Rspauth()) == 1
}

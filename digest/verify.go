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
// secret gives for a request with the method and the body, and the credentials use
// what the server offers. It compares in constant time.
//
// It fails closed: false for a secret without password, HA1 or RES, as a failed
// look-up of a user leaves it; for a parameter that is given twice, an nc that is
// not eight lower-case hexadecimal digits, and an empty cnonce with a qop.
//
// The caller must check that the nonce is its own and fresh, and that its count
// has not been used, or leave all of it to [Server.Check]; and that the URI is that
// of the request (RFC 3261, 22.4; RFC 7616, 5).
func (d *Digester) Verify(c *auth.Credentials, s *Secret, o *Offer, method, body []byte) bool {
	return o.Includes(c) && d.matches(c.Response(), c, s, method, body)
}

// matches reports whether response is the one that belongs in c.
func (d *Digester) matches(response []byte, c *auth.Credentials, s *Secret, method, body []byte) bool {
	x, code := exchangeOf(c, s, method, body)
	if code != 0 || c.Repeated() {
		return false
	}
	r, code := d.response(&x)
	// The look at the secret comes last: a user who is not there takes as long
	// as one who is.
	return code == 0 && subtle.ConstantTimeCompare(r, response) == 1 && s.isSet(x.alg)
}

package header

import "github.com/sipwire/sipwire"

// AuthenticationInfo is a view of the value of Authentication-Info and
// Proxy-Authentication-Info (RFC 3261, 20.6; RFC 7615): auth-params without a
// scheme. The zero AuthenticationInfo is invalid. It may be copied freely; it
// and everything it returns are valid as long as the bytes it was parsed from
// are.
type AuthenticationInfo struct{ auth }

// Parse reads b, the whole of which must be auth-params. Without an error n is
// len(b), with one the offset of the byte that is wrong; the error is a [Code]
// and v is invalid.
func (v *AuthenticationInfo) Parse(b []byte) (n int, err error) {
	if tooLong(b) {
		return 0, sipwire.ErrRange
	}
	v.auth = auth{b: b}
	lo := skipLWS(b, 0)
	if lo == len(b) {
		v.auth = auth{}
		return lo, sipwire.ErrEmpty
	}
	n, code := v.parseParams(lo, lo)
	return n, v.result(code)
}

// NextNonce returns the nonce for the next request, without quotes.
func (v *AuthenticationInfo) NextNonce() []byte { return v.get(authNextNonce) }

// Rspauth returns the response-digest without quotes; [Digester.VerifyInfo]
// checks it.
func (v *AuthenticationInfo) Rspauth() []byte { return v.get(authRspauth) }

// CNonce returns the nonce of the client, repeated, without quotes.
func (v *AuthenticationInfo) CNonce() []byte { return v.get(authCNonce) }

// QOP returns the quality of protection that was used, QOPNone when there is
// no such parameter.
func (v *AuthenticationInfo) QOP() QOP { return v.qop() }

// NonceCount returns the nonce-count, repeated. It is not ok when it is
// missing or not eight hexadecimal digits.
func (v *AuthenticationInfo) NonceCount() (count uint32, ok bool) { return v.nonceCount() }

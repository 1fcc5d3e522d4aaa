package header

import "github.com/sipwire/sipwire"

// AuthCredentials is a view of credentials, the value of Authorization and
// Proxy-Authorization (RFC 3261, 20.7, 20.28 and 22). [Digester.Verify] checks
// them. The zero AuthCredentials is invalid. It may be copied freely; it and
// everything it returns are valid as long as the bytes it was parsed from are.
type AuthCredentials struct{ auth }

// Parse reads b, the whole of which must be credentials of one scheme. Any
// auth-param may stand as a token or as a quoted-string, whichever the grammar
// of RFC 3261 asks for. Without an error n is len(b), with one the offset of
// the byte that is wrong; the error is a [Code] and v is invalid.
func (v *AuthCredentials) Parse(b []byte) (n int, err error) {
	n, code := v.parseScheme(b, 0)
	if code == 0 && n < len(b) {
		code = sipwire.ErrTrailing
	}
	return n, v.result(code)
}

// Username returns the user name, or its hash when Userhash says so, without
// quotes.
func (v *AuthCredentials) Username() []byte { return v.get(authUsername) }

// URI returns the digest-uri without quotes.
func (v *AuthCredentials) URI() []byte { return v.get(authURI) }

// Response returns the request-digest without quotes.
func (v *AuthCredentials) Response() []byte { return v.get(authResponse) }

// CNonce returns the nonce of the client without quotes.
func (v *AuthCredentials) CNonce() []byte { return v.get(authCNonce) }

// QOP returns the quality of protection that was used, QOPNone when there is
// no such parameter.
func (v *AuthCredentials) QOP() QOP { return v.qop() }

// NonceCount returns the nonce-count. It is not ok when it is missing or not
// eight hexadecimal digits.
func (v *AuthCredentials) NonceCount() (count uint32, ok bool) { return v.nonceCount() }

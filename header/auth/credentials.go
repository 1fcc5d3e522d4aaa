package auth

import "github.com/sipwire/sipwire/internal/value"

// Credentials is a view of the value of Authorization and Proxy-Authorization
// (RFC 3261, 20.7, 20.28 and 22). Package digest makes and checks them. The zero
// Credentials is invalid. It may be copied freely. It and everything it returns
// are valid as long as the bytes it was parsed from are.
type Credentials struct{ params }

// Parse reads b, the whole of which must be credentials of one scheme. Any
// auth-param may be a token or a quoted-string, whichever of the two RFC 3261
// asks for. Without an error n is len(b). With one n is the offset of the byte
// that is wrong, the error is a sipwire.Code and v is invalid.
func (v *Credentials) Parse(b []byte) (n int, err error) {
	n, code := v.v.ParseScheme(b, 0)
	return v.whole(b, n, code)
}

// Username returns the name of the user. It is a hash when
// [Credentials.Userhash] is true.
func (v *Credentials) Username() []byte { return v.v.Get(value.AuthUsername) }

// URI returns the digest-uri.
func (v *Credentials) URI() []byte { return v.v.Get(value.AuthURI) }

// Response returns the request-digest.
func (v *Credentials) Response() []byte { return v.v.Get(value.AuthResponse) }

// CNonce returns the nonce of the client.
func (v *Credentials) CNonce() []byte { return v.v.Get(value.AuthCNonce) }

// NonceCountBytes returns the nonce-count as received.
func (v *Credentials) NonceCountBytes() []byte { return v.v.Get(value.AuthNC) }

// NonceCount returns the nonce-count. It is not ok when it is missing or not
// eight hexadecimal digits.
func (v *Credentials) NonceCount() (count uint32, ok bool) { return nonceCount(v.NonceCountBytes()) }

package auth

import "github.com/sipwire/sipwire/internal/value"

// Info is a view of the value of Authentication-Info and
// Proxy-Authentication-Info (RFC 3261, 20.6; RFC 7615): auth-params without a
// scheme. The zero Info is invalid. It may be copied freely. It and everything
// it returns are valid as long as the bytes it was parsed from are.
type Info struct{ params }

// Parse reads b, the whole of which must be auth-params. Without an error n is
// len(b). With one n is the offset of the byte that is wrong, the error is a
// sipwire.Code and v is invalid.
func (v *Info) Parse(b []byte) (n int, err error) {
	n, code := v.v.ParseInfo(b)
	return n, v.result(code)
}

// NextNonce returns the nonce for the next request.
func (v *Info) NextNonce() []byte { return v.v.Get(value.AuthNextNonce) }

// Rspauth returns the response-digest, by which the server shows that it knows
// the secret. Package digest checks it.
func (v *Info) Rspauth() []byte { return v.v.Get(value.AuthRspauth) }

// CNonce returns the nonce of the client, repeated by the server.
func (v *Info) CNonce() []byte { return v.v.Get(value.AuthCNonce) }

// NonceCount returns the nonce-count, repeated by the server. It is not ok when
// it is missing or not eight hexadecimal digits.
func (v *Info) NonceCount() (count uint32, ok bool) {
	return nonceCount(v.v.Get(value.AuthNC))
}

package auth

import (
	"iter"

	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// Challenge is a view of the value of WWW-Authenticate and Proxy-Authenticate
// (RFC 3261, 20.27, 20.44 and 22). A message may carry several, each in a field
// of its own (7.3.1); package digest chooses one. The zero Challenge is invalid.
// It may be copied freely. It and everything it returns are valid as long as the
// bytes it was parsed from are.
type Challenge struct{ params }

// Parse reads b, the whole of which must be one challenge. Any auth-param may be
// a token or a quoted-string, whichever of the two RFC 3261 asks for. Without an
// error n is len(b). With one n is the offset of the byte that is wrong, the
// error is a sipwire.Code and v is invalid.
func (v *Challenge) Parse(b []byte) (n int, err error) {
	n, code := v.v.ParseScheme(b, 0)
	return v.whole(b, n, code)
}

// ParseFrom reads the challenge that begins at b[i] in a field that may hold
// several, which RFC 3261 forbids and RFC 7235, 4.1 allows. Without an error n
// is len(b) after the last challenge, else the index of the comma after this
// one; the next one begins at n+1. With an error it is as for [Challenge.Parse].
func (v *Challenge) ParseFrom(b []byte, i int) (n int, err error) {
	n, code := v.v.ParseScheme(b, i)
	return n, v.result(code)
}

// Domains ranges over the URIs of the domain parameter.
func (v *Challenge) Domains() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		d := v.v.Get(value.AuthDomain)
		for i := 0; i < len(d); {
			if i = value.SkipLWS(d, i); i == len(d) {
				return
			}
			lo := i
			for i++; i < len(d) && d[i] > ' '; i++ {
			}
			if !yield(d[lo:i:i]) {
				return
			}
		}
	}
}

// Stale reports whether the nonce of the request was valid once. The request is
// then repeated with the new nonce, without asking the user (RFC 2617, 3.2.1).
func (v *Challenge) Stale() bool { return abnf.EqualFold(v.v.Get(value.AuthStale), "true") }

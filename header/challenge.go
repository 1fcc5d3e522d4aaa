package header

import (
	"iter"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// AuthChallenge is a view of a challenge, the value of WWW-Authenticate and
// Proxy-Authenticate (RFC 3261, 20.27, 20.44 and 22). A message may carry
// several, one in each field (7.3.1); choose with [AuthChallenge.Beats]. The
// zero AuthChallenge is invalid. It may be copied freely; it and everything it
// returns are valid as long as the bytes it was parsed from are.
type AuthChallenge struct{ auth }

// Parse reads b, the whole of which must be one challenge. Any auth-param may
// stand as a token or as a quoted-string, whichever the grammar of RFC 3261
// asks for. Without an error n is len(b), with one the offset of the byte that
// is wrong; the error is a [Code] and v is invalid.
func (v *AuthChallenge) Parse(b []byte) (n int, err error) {
	n, code := v.parseScheme(b, 0)
	if code == 0 && n < len(b) {
		code = sipwire.ErrTrailing
	}
	return n, v.result(code)
}

// ParseFrom reads the challenge that begins at b[i] in a field that may hold
// several, which RFC 3261 forbids and RFC 7235, 4.1 allows. Without an error n
// is the index of the comma behind the challenge, and the next one begins at
// n+1, or len(b) after the last one. With an error it is as for Parse.
func (v *AuthChallenge) ParseFrom(b []byte, i int) (n int, err error) {
	n, code := v.parseScheme(b, i)
	return n, v.result(code)
}

// Domains ranges over the URIs of the domain parameter.
func (v *AuthChallenge) Domains() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		d := v.get(authDomain)
		for i := 0; i < len(d); {
			if i = skipLWS(d, i); i == len(d) {
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

// Stale reports whether the nonce of the request was good once, so that it is
// to be repeated with the new one without asking the user (RFC 2617, 3.2.1).
func (v *AuthChallenge) Stale() bool { return abnf.EqualFold(v.get(authStale), "true") }

// QOP returns the qualities of protection that are offered, as a set. An empty
// list offers none.
func (v *AuthChallenge) QOP() (set QOP) {
	q := v.get(authQOP)
	for i := 0; i < len(q); {
		lo := skipLWS(q, i)
		for i = lo; i < len(q) && q[i] != ','; i++ {
		}
		_, hi := abnf.TrimLWS(q, lo, i)
		if hi > lo {
			set |= lookupQOP(q[lo:hi])
		}
		i++
	}
	return set
}

// IsUsable reports whether a [Digester] can answer the challenge: it is a
// Digest challenge with a realm and a nonce, an algorithm of RFC 8760, and no
// qop or one that is known.
func (v *AuthChallenge) IsUsable() bool {
	q := v.QOP()
	return v.IsDigest() && v.has(authRealm) && v.has(authNonce) &&
		v.Algorithm() != AlgorithmOther && (q == 0 || q&(QOPAuth|QOPAuthInt) != 0)
}

// Beats reports whether v is usable and best is not, or v has the stronger
// algorithm (RFC 8760, 2.1). Going through the challenges of a realm in the
// order of the message, the one that no other beats is the strongest; of
// equals it is the topmost, which the server prefers.
func (v *AuthChallenge) Beats(best *AuthChallenge) bool {
	if !v.IsUsable() {
		return false
	}
	return !best.IsUsable() || v.Algorithm().Strength() > best.Algorithm().Strength()
}

package digest

import (
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header/auth"
)

// DefaultLifetime is how long a nonce lasts when Server.Lifetime is 0.
const DefaultLifetime = 5 * time.Minute

// A Server challenges requests and checks the answers (RFC 3261, 22; RFC 7616). It
// keeps nothing for the challenges that it makes: its nonces say when they were
// made, and nobody without the key can make one. It must not be changed while it
// is used; any number of goroutines may use it at once, each with a [Digester] of
// its own.
type Server struct {
	// Offer is what the challenges offer.
	Offer Offer
	// Key is secret, and random: crypto/rand makes one. All servers that
	// check one another's nonces have the same.
	Key [16]byte
	// Lifetime is how long a nonce lasts, 0 for DefaultLifetime. An answer that
	// comes later is [Stale].
	Lifetime time.Duration
	// Counts remembers the nonce counts that were used. Without it, nil, a
	// request that somebody has seen passes again as long as its nonce lasts.
	Counts *Counts
}

// A Verdict is what a server makes of credentials.
type Verdict uint8

// The verdicts.
const (
	// Refused is anything wrong but the nonce: challenge again, or answer 403.
	Refused Verdict = iota
	// Stale says that secret and response are right, and the nonce is too old,
	// not of this server, or its count was used: challenge with stale, and the
	// client answers without asking its user.
	Stale
	// Accepted lets the request pass.
	Accepted
)

// String returns the name of the verdict.
func (v Verdict) String() string {
	switch v {
	case Stale:
		return "stale"
	case Accepted:
		return "accepted"
	}
	return "refused"
}

// Check checks the credentials of a request at the given time: [Digester.Verify]
// with what the server offers, and its nonce and nonce count (RFC 7616, 3.4 and 5).
// The caller must check that the URI is that of the request, and use the secret of
// the user that the credentials name.
//
// With Counts, check each request once: its retransmission has the same count, and
// is for the transaction to answer (RFC 3261, 17.2).
func (s *Server) Check(d *Digester, c *auth.Credentials, secret *Secret, method, body []byte, now time.Time) Verdict {
	// Only who knows the secret learns about the nonce, and takes up room in
	// Counts.
	if !d.Verify(c, secret, &s.Offer, method, body) {
		return Refused
	}
	id, ok := s.readNonce(c.Nonce())
	// A nonce from the future is of a server whose clock is ahead. A second is
	// let pass; beyond that it would outlive its time.
	age := now.UnixMilli() - id.made()
	if !ok || age < -1000 || age >= s.lifetime().Milliseconds() {
		return Stale
	}
	if count, counted := c.NonceCount(); counted && s.Counts != nil && usedQOP(c.QOP()) != QOPNone {
		if !s.Counts.use(&id, count) {
			return Stale
		}
	}
	return Accepted
}

func (s *Server) lifetime() time.Duration {
	if s.Lifetime <= 0 {
		return DefaultLifetime
	}
	return s.Lifetime
}

// AppendChallenge appends the value of a WWW-Authenticate or Proxy-Authenticate
// with a new nonce, made at the given time. A server that offers several
// algorithms puts in one header field for each, in the order of [Offer.Algorithms].
// stale is true when the credentials at hand were [Stale].
//
// An algorithm that is not offered is ErrValue; other errors are those of
// [Challenge.AppendTo].
func (s *Server) AppendChallenge(dst []byte, a Algorithm, stale bool, now time.Time) ([]byte, error) {
	if !s.Offer.hasAlgorithm(a) {
		return dst, sipwire.ErrValue
	}
	var nonce [2 * nonceLen]byte
	c := Challenge{Realm: s.Offer.Realm, Nonce: s.AppendNonce(nonce[:0], now), Algorithm: a, QOP: s.Offer.QOP, Stale: stale}
	return c.AppendTo(dst)
}

package digest

import (
	"github.com/sipwire/sipwire/header/auth"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Offer is what the challenges of a server offer. Credentials that use something
// else do not pass: they would let a client, or whoever is between, choose a
// weaker way (RFC 7616, 5). The zero Offer offers nothing, so nothing passes.
type Offer struct {
	// Realm is the realm as people read it.
	Realm []byte
	// Algorithms are those of the challenges, the preferred one first.
	Algorithms []Algorithm
	// QOP is a set of QOPAuth and QOPAuthInt; QOPNone makes challenges as RFC
	// 2069 had them, without nonce counts.
	QOP QOP
	// WithoutQOP lets in clients that ignore the qop of a challenge (RFC 3261,
	// 22.4, point 8). Their requests can be sent again by anybody who has seen
	// them, as long as the nonce lasts.
	WithoutQOP bool
}

// Includes reports whether the credentials are for the realm, and use an algorithm
// and a quality of protection that are offered.
func (o *Offer) Includes(c *auth.Credentials) bool {
	if !c.IsDigest() || c.Realm() == nil || !equalText(c.Realm(), o.Realm) {
		return false
	}
	q := usedQOP(c.QOP())
	if q == QOPNone && o.QOP != QOPNone && !o.WithoutQOP || q&^o.QOP != 0 || q&QOPOther != 0 {
		return false
	}
	return o.hasAlgorithm(LookupAlgorithm(c.Algorithm()))
}

// hasAlgorithm reports whether the algorithm is offered.
func (o *Offer) hasAlgorithm(a Algorithm) bool {
	for _, offered := range o.Algorithms {
		if a == offered && a.HexLen() > 0 {
			return true
		}
	}
	return false
}

// equalText reports whether the inside of a quoted string is that text.
func equalText(value, text []byte) bool {
	k := 0
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch c {
		case '\\':
			if i++; i == len(value) {
				return false
			}
			c = value[i]
		case '\r', '\n':
			i = max(abnf.SkipLWS(value, i)-1, i)
			c = ' '
		}
		if k == len(text) || text[k] != c {
			return false
		}
		k++
	}
	return k == len(text)
}

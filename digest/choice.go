package digest

import "github.com/sipwire/sipwire/header/auth"

// IsUsable reports whether a [Digester] can answer the challenge with a password:
// it is a Digest challenge with a realm and a nonce, an algorithm of RFC 8760, and
// no qop or one that is known. AKAv1-MD5 is not, for its answer takes a USIM.
func IsUsable(c *auth.Challenge) bool {
	return isUsable(c) && LookupAlgorithm(c.Algorithm()) != AKAv1MD5
}

// IsAKA reports whether a [Digester] can answer the challenge with [Secret.RES]: it is
// as [IsUsable] asks for, but of AKAv1-MD5, and its nonce holds what a USIM is given
// ([ParseAKANonce]; RFC 3310, 3.2).
func IsAKA(c *auth.Challenge) bool {
	if !isUsable(c) || LookupAlgorithm(c.Algorithm()) != AKAv1MD5 {
		return false
	}
	_, _, ok := ParseAKANonce(c.Nonce())
	return ok
}

// isUsable is IsUsable with AKAv1-MD5.
func isUsable(c *auth.Challenge) bool {
	q := LookupQOP(c.QOP())
	return c.IsDigest() && c.Realm() != nil && c.Nonce() != nil &&
		LookupAlgorithm(c.Algorithm()) != AlgorithmOther && (q == 0 || q&(QOPAuth|QOPAuthInt) != 0)
}

// Beats reports whether c is usable and best is not, or c has the stronger
// algorithm (RFC 8760, 2.1). Go through the challenges of a realm in the order of
// the message and keep the one that beats the best so far. The result is the
// strongest; of equals it is the topmost, which the server prefers.
func Beats(c, best *auth.Challenge) bool {
	if !IsUsable(c) {
		return false
	}
	return !IsUsable(best) || LookupAlgorithm(c.Algorithm()).Strength() > LookupAlgorithm(best.Algorithm()).Strength()
}

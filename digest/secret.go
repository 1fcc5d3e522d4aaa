package digest

// Secret is what both sides of a Digest exchange know. The zero Secret is that of
// nobody: no credentials pass with it.
type Secret struct {
	// Username is the name of the user as typed. A server may leave it nil
	// to use the name in the credentials, unless that is hashed.
	Username []byte
	// Password is the password as typed. A server that has a user with an
	// empty password, as RFC 3261, 22.1 has for "anonymous", sets HA1.
	Password []byte
	// HA1 is what a server keeps instead of the password: the hash of
	// username ":" realm ":" password in lower-case hexadecimal digits, by
	// the algorithm of the credentials. When it is set, Username and
	// Password are ignored.
	HA1 []byte
	// RES is the password of AKAv1-MD5 (RFC 3310, 3.3): the response of the
	// USIM to the challenge, as bytes. Nothing else is used with that
	// algorithm, and RES with no other one.
	RES []byte
}

// isSet reports whether there is something to know. What an empty password gives,
// anybody can compute.
func (s *Secret) isSet(a Algorithm) bool {
	if a == AKAv1MD5 {
		return len(s.RES) > 0
	}
	return len(s.HA1) > 0 || len(s.Password) > 0
}

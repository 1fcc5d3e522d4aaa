package digest

// Secret is what both sides of a Digest exchange know.
type Secret struct {
	// Username is the name of the user as typed. A server may leave it nil
	// to use the name in the credentials, unless that is hashed.
	Username []byte
	// Password is the password as typed.
	Password []byte
	// HA1 is what a server keeps instead of the password: the hash of
	// username ":" realm ":" password in lower-case hexadecimal digits, by
	// the algorithm of the credentials. When it is set, Username and
	// Password are ignored.
	HA1 []byte
}

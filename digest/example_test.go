package digest_test

import (
	"fmt"

	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header/auth"
)

// A client is challenged twice, answers the stronger challenge, and the server
// checks the answer.
func ExampleDigester() {
	fields := []string{
		`Digest realm="atlanta.example", nonce="84a4cc6f3082121f32b42a2187831a9e", qop="auth", algorithm=MD5`,
		`Digest realm="atlanta.example", nonce="84a4cc6f3082121f32b42a2187831a9e", qop="auth", algorithm=SHA-256`,
	}
	var best auth.Challenge
	for _, field := range fields {
		var c auth.Challenge
		if _, err := c.Parse([]byte(field)); err == nil && digest.Beats(&c, &best) {
			best = c
		}
	}
	fmt.Printf("answering %s\n", best.Algorithm())

	var d digest.Digester // one for each goroutine, kept
	value, err := d.AppendCredentials(nil, &best, &digest.Answer{
		Secret: digest.Secret{Username: []byte("bob"), Password: []byte("zanzibar")},
		Method: []byte("REGISTER"),
		URI:    []byte("sip:atlanta.example"),
		CNonce: []byte("0a4f113b"),
	})
	fmt.Printf("%s %v\n", value, err)

	var c auth.Credentials
	c.Parse(value)
	for _, password := range []string{"zanzibar", "guess"} {
		secret := digest.Secret{Password: []byte(password)}
		fmt.Println(password, d.Verify(&c, &secret, []byte("REGISTER"), nil))
	}
	// Output:
	// answering SHA-256
	// Digest username="bob", realm="atlanta.example", nonce="84a4cc6f3082121f32b42a2187831a9e", uri="sip:atlanta.example", response="e3eb34c1bb050599b40263eb43d89b7e570333d70cfceb86aa96a67e9602c2bc", algorithm=SHA-256, cnonce="0a4f113b", qop=auth, nc=00000001 <nil>
	// zanzibar true
	// guess false
}

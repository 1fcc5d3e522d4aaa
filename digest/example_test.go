package digest_test

import (
	"crypto/rand"
	"fmt"
	"time"

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

	offer := digest.Offer{Realm: []byte("atlanta.example"), Algorithms: []digest.Algorithm{digest.SHA256, digest.MD5}, QOP: digest.QOPAuth}
	var c auth.Credentials
	c.Parse(value)
	for _, password := range []string{"zanzibar", "guess"} {
		secret := digest.Secret{Password: []byte(password)}
		fmt.Println(password, d.Verify(&c, &secret, &offer, []byte("REGISTER"), nil))
	}
	// Output:
	// answering SHA-256
	// Digest username="bob", realm="atlanta.example", nonce="84a4cc6f3082121f32b42a2187831a9e", uri="sip:atlanta.example", response="e3eb34c1bb050599b40263eb43d89b7e570333d70cfceb86aa96a67e9602c2bc", algorithm=SHA-256, cnonce="0a4f113b", qop=auth, nc=00000001 <nil>
	// zanzibar true
	// guess false
}

// A registrar challenges, and checks what comes back. The next request must not
// have the same nonce count.
func ExampleServer() {
	server := digest.Server{
		Offer: digest.Offer{
			Realm:      []byte("atlanta.example"),
			Algorithms: []digest.Algorithm{digest.SHA256, digest.MD5},
			QOP:        digest.QOPAuth,
		},
		Counts: digest.NewCounts(10_000),
	}
	rand.Read(server.Key[:])
	var d digest.Digester // one for each goroutine, kept
	now := time.Now()

	// One WWW-Authenticate for each algorithm goes into the 401.
	var challenge auth.Challenge
	for _, algorithm := range server.Offer.Algorithms {
		value, _ := server.AppendChallenge(nil, algorithm, false, now)
		var c auth.Challenge
		c.Parse(value)
		if digest.Beats(&c, &challenge) {
			challenge = c
		}
	}

	value, _ := d.AppendCredentials(nil, &challenge, &digest.Answer{
		Secret: digest.Secret{Username: []byte("bob"), Password: []byte("zanzibar")},
		Method: []byte("REGISTER"), URI: []byte("sip:atlanta.example"), CNonce: []byte("0a4f113b"),
	})
	var credentials auth.Credentials
	credentials.Parse(value)
	users := map[string]digest.Secret{"bob": {Password: []byte("zanzibar")}}
	secret := users[string(credentials.Username())] // the zero Secret when there is no such user
	for _, later := range []time.Duration{time.Second, time.Second, time.Hour} {
		fmt.Println(server.Check(&d, &credentials, &secret, []byte("REGISTER"), nil, now.Add(later)))
	}
	nobody := users["alice"]
	fmt.Println(server.Check(&d, &credentials, &nobody, []byte("REGISTER"), nil, now))
	// Output:
	// accepted
	// stale
	// stale
	// refused
}

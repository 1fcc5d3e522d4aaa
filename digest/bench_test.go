package digest

import (
	"testing"
	"time"

	"github.com/sipwire/sipwire/header/auth"
)

func BenchmarkDigest(b *testing.B) {
	for _, alg := range []Algorithm{MD5, SHA256, SHA512256} {
		ch := read[auth.Challenge](`Digest realm="atlanta.example",nonce="84a4cc6f3082121f32b42a2187831a9e",qop=auth,algorithm=` + alg.String())
		answer := &Answer{Secret: Secret{Username: []byte("bob"), Password: []byte("zanzibar")},
			Method: []byte("REGISTER"), URI: []byte("sip:atlanta.example"), CNonce: []byte("0a4f113b")}
		var d Digester
		value, err := d.AppendCredentials(nil, ch, answer)
		if err != nil {
			b.Fatal(err)
		}
		offer := &Offer{Realm: []byte("atlanta.example"), Algorithms: []Algorithm{alg}, QOP: QOPAuth}
		b.Run("algorithm="+alg.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var c auth.Credentials
				sink.n, sink.err = c.Parse(value)
				sink.ok = d.Verify(&c, &answer.Secret, offer, answer.Method, nil)
			}
			if !sink.ok {
				b.Fatal("does not pass")
			}
		})
	}
}

// BenchmarkServer checks the credentials of one client after the other, nonce and
// count included.
func BenchmarkServer(b *testing.B) {
	s := &Server{Offer: Offer{Realm: []byte("atlanta.example"), Algorithms: []Algorithm{MD5}, QOP: QOPAuth}, Counts: NewCounts(1000)}
	secret := &Secret{Username: []byte("bob"), HA1: []byte(hashHex(MD5, "bob:atlanta.example:zanzibar"))}
	c := make([]*auth.Credentials, 1000)
	now := start
	for i := range c {
		c[i] = answered(s, MD5, &Secret{Username: []byte("bob"), Password: []byte("zanzibar")}, 1, now.Add(time.Duration(i)*time.Millisecond))
	}
	var d Digester
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if n++; n%len(c) == 0 {
			s.Counts = NewCounts(1000)
		}
		if s.Check(&d, c[n%len(c)], secret, []byte("REGISTER"), nil, now.Add(time.Second)) == Refused {
			b.Fatal("does not pass")
		}
	}
}

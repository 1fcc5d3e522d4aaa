package digest

import (
	"testing"

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
		b.Run("algorithm="+alg.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var c auth.Credentials
				sink.n, sink.err = c.Parse(value)
				sink.ok = d.Verify(&c, &answer.Secret, answer.Method, nil)
			}
			if !sink.ok {
				b.Fatal("does not pass")
			}
		})
	}
}

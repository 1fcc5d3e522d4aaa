package digest

import (
	"testing"
	"time"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
)

var sink struct {
	b   []byte
	err error
	n   int
	ok  bool
}

// read parses a value that must be good.
func read[T any, P interface {
	*T
	Parse([]byte) (int, error)
}](value string) P {
	var v T
	if _, err := P(&v).Parse([]byte(value)); err != nil {
		panic(value + ": " + err.Error())
	}
	return &v
}

// digestAllocs are authentication and digests.
func digestAllocs(dst []byte) map[string]func() {
	cases := map[string]func(){}
	var d Digester
	body, method := []byte("v=0\r\n"), []byte("INVITE")
	weak := read[auth.Challenge](`Digest realm="a",nonce="b"`)
	for _, alg := range allAlgorithms {
		ch := read[auth.Challenge](`Digest realm="a\"b",nonce="c",qop="auth,auth-int",userhash=true,opaque="d",domain="sip:a sip:b",algorithm=` + alg.String())
		answer := &Answer{Secret: Secret{Username: []byte("u"), Password: []byte("p")}, Method: method,
			URI: []byte("sip:a@b"), Body: body, CNonce: []byte("cn"), QOP: QOPAuthInt}
		value, err := d.AppendCredentials(nil, ch, answer)
		if err != nil {
			panic(err)
		}
		c := read[auth.Credentials](string(value))
		info := read[auth.Info](`rspauth="00"`)
		wrong := &Secret{Username: []byte("u"), Password: []byte("q")}
		offer := offers(c)
		none := read[auth.Credentials]("Bearer a")
		cases["Digester "+alg.String()] = func() {
			sink.b, sink.err = d.AppendCredentials(dst, ch, answer)
			sink.b, sink.err = d.AppendResponse(dst, c, &answer.Secret, method, body)
			sink.ok = d.Verify(c, &answer.Secret, offer, method, body)
			sink.ok = d.Verify(c, wrong, offer, method, body)
			sink.ok = d.VerifyInfo(info, c, wrong, body)
			sink.ok = d.Verify(none, wrong, offer, method, body)
			sink.b, sink.err = d.AppendResponse(dst, none, wrong, method, body)
			sink.b = d.AppendUserhash(dst, alg, answer.Secret.Username, ch.Realm())
		}
		cases["auth "+alg.String()] = func() {
			sink.ok = Beats(ch, weak)
			for uri := range ch.Domains() {
				sink.b = uri
			}
			for name := range c.Params() {
				sink.b = name
			}
			sink.b, sink.ok = c.Param("NC")
			_, sink.ok = c.NonceCount()
			sink.b = header.AppendUnquoted(dst, ch.Realm())
			sink.n = int(LookupQOP(ch.QOP())) + int(LookupQOP(c.QOP())) + int(LookupAlgorithm(c.Algorithm()))
		}
	}
	return cases
}

// serverAllocs are the server's side.
func serverAllocs(cases map[string]func(), dst []byte) {
	s := &Server{Offer: Offer{Realm: []byte("a"), Algorithms: []Algorithm{MD5}, QOP: QOPAuth}, Counts: NewCounts(10)}
	secret := &Secret{Username: []byte("u"), Password: []byte("p")}
	var d Digester
	good := answered(s, MD5, secret, 1, start)
	bad := read[auth.Credentials](`Digest username="u",realm="a",nonce="b",uri="c",qop=auth,nc=00000001,cnonce="d",response="00"`)
	method, next := []byte("REGISTER"), []byte("next")
	rand, autn := [16]byte{1}, [16]byte{2}
	aka := AppendAKANonce(nil, &rand, &autn, method)
	cases["Server"] = func() {
		sink.b, sink.err = s.AppendChallenge(dst, MD5, true, start)
		sink.b, sink.err = s.AppendChallenge(dst, SHA256, true, start)
		sink.n = int(s.Check(&d, good, secret, method, nil, start))
		sink.n = int(s.Check(&d, good, secret, method, nil, start.Add(time.Hour)))
		sink.n = int(s.Check(&d, bad, secret, method, nil, start))
		sink.n = int(s.Check(&d, good, &Secret{}, method, nil, start))
		sink.b, sink.err = d.AppendInfo(dst, good, secret, next, nil)
		sink.b, sink.err = d.AppendInfo(dst, good, &Secret{}, next, nil)
		sink.b = AppendAKANonce(dst, &rand, &autn, method)
		_, _, sink.ok = ParseAKANonce(aka)
		_, _, sink.ok = ParseAKANonce(dst[:44])
	}
}

// TestAllocs lists what must not allocate after the first use of an algorithm,
// error paths included.
func TestAllocs(t *testing.T) {
	algorithm := []byte("SHA-512-256-sess")
	cases := digestAllocs(make([]byte, 0, 1024))
	serverAllocs(cases, make([]byte, 0, 1024))
	cases["LookupAlgorithm"] = func() { sink.n = int(LookupAlgorithm(algorithm)) }
	for name, f := range cases {
		if n := testing.AllocsPerRun(20, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

package digest

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
)

// The examples of RFC 2617, 3.5, of RFC 7616, 3.9.1, and the one that RFC 2069
// has for digests without qop.
var digestVectors = []struct {
	name, user, password, method, value string
}{
	{"RFC 2617 3.5", "", "Circle Of Life", "GET",
		`Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
			uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b",
			response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41"`},
	{"RFC 7616 3.9.1 MD5", "", "Circle of Life", "GET",
		`Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=MD5,
			nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001,
			cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth,
			response="8ca523f5e9506fed4657c9700eebdbec", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`},
	{"RFC 7616 3.9.1 SHA-256", "", "Circle of Life", "GET",
		`Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=SHA-256,
			nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001,
			cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth,
			response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
			opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`},
	{"RFC 2069 2.4", "", "CircleOfLife", "GET",
		`Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
			uri="/dir/index.html", response="1949323746fe6a43ef61f9606e7febea",
			opaque="5ccc069c403ebaf9f0171e9517f40e41"`},
}

// offers is a server that has offered what the credentials use.
func offers(c *auth.Credentials) *Offer {
	return &Offer{Realm: header.AppendUnquoted(nil, c.Realm()), Algorithms: []Algorithm{LookupAlgorithm(c.Algorithm())}, QOP: usedQOP(c.QOP())}
}

// fold makes a multi-line test value what a folded header is on the wire.
func fold(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func TestDigestVectors(t *testing.T) {
	var d Digester
	for _, v := range digestVectors {
		var c auth.Credentials
		if n, err := c.Parse([]byte(fold(v.value))); err != nil {
			t.Fatalf("%s: %v at %d", v.name, err, n)
		}
		s := Secret{Password: []byte(v.password)}
		if v.user != "" {
			s.Username = []byte(v.user)
		}
		if !d.Verify(&c, &s, offers(&c), []byte(v.method), nil) {
			got, err := d.AppendResponse(nil, &c, &s, []byte(v.method), nil)
			t.Errorf("%s: response %s (%v), want %s", v.name, got, err, c.Response())
		}
		if d.Verify(&c, &s, offers(&c), []byte("PUT"), nil) {
			t.Errorf("%s: another method passes", v.name)
		}
		s.Password = append(s.Password, 'x')
		if d.Verify(&c, &s, offers(&c), []byte(v.method), nil) {
			t.Errorf("%s: a wrong password passes", v.name)
		}
	}
}

// TestUserhash follows the second example of RFC 7616 (3.9.2): SHA-512-256 and
// a hashed user name outside ASCII. The figures of the RFC are those of SHA-512
// cut short, as the name hash shows, not of SHA-512/256, so they can not serve.
func TestUserhash(t *testing.T) {
	const (
		user, realm = "J\u00e4s\u00f8n Doe", "api@example.org"
		cut         = "488869477bf257147b804c45308cd62ac4e25eb717b12b298c79e62dcea254ec"
	)
	var d Digester
	if full := fmt.Sprintf("%x", sha512.Sum512([]byte(user+":"+realm))); full[:64] != cut {
		t.Errorf("the name hash of the RFC is not SHA-512 cut short: %s", full)
	}
	want := fmt.Sprintf("%x", sha512.Sum512_256([]byte(user+":"+realm)))
	if got := d.AppendUserhash(nil, SHA512256, []byte(user), []byte(realm)); string(got) != want {
		t.Errorf("userhash %s, want %s", got, want)
	}
	if got := d.AppendUserhash([]byte("x"), AlgorithmOther, []byte(user), []byte(realm)); string(got) != "x" {
		t.Errorf("userhash of no algorithm: %q", got)
	}

	var ch auth.Challenge
	mustParse(t, &ch, `Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="n", charset=UTF-8, userhash=true`)
	a := Answer{Secret: Secret{Username: []byte(user), Password: []byte("Secret, or not?")},
		Method: []byte("GET"), URI: []byte("/doe.json"), CNonce: []byte("c")}
	value, err := d.AppendCredentials(nil, &ch, &a)
	if err != nil {
		t.Fatal(err)
	}
	var c auth.Credentials
	mustParse(t, &c, string(value))
	if string(c.Username()) != want || !c.Userhash() {
		t.Errorf("credentials %s", value)
	}
	if d.Verify(&c, &Secret{Password: a.Secret.Password}, offers(&c), a.Method, nil) {
		t.Error("a hashed name was taken for the name")
	}
	if !d.Verify(&c, &a.Secret, offers(&c), a.Method, nil) {
		t.Error("the named user does not pass")
	}
}

func mustParse(t testing.TB, v interface{ Parse([]byte) (int, error) }, value string) {
	t.Helper()
	if n, err := v.Parse([]byte(value)); err != nil || n != len(value) {
		t.Fatalf("%q: %d, %v", value, n, err)
	}
}

// oracle computes a response from strings, straight after RFC 7616, 3.4.
func oracle(alg Algorithm, qop, user, realm, password, nonce, nc, cnonce, method, uri, body string) string {
	h := func(s string) string {
		switch alg {
		case MD5, MD5Sess:
			return fmt.Sprintf("%x", md5.Sum([]byte(s)))
		case SHA256, SHA256Sess:
			return fmt.Sprintf("%x", sha256.Sum256([]byte(s)))
		}
		return fmt.Sprintf("%x", sha512.Sum512_256([]byte(s)))
	}
	a1 := user + ":" + realm + ":" + password
	if strings.HasSuffix(alg.String(), "-sess") {
		a1 = h(a1) + ":" + nonce + ":" + cnonce
	}
	a2 := method + ":" + uri
	if qop == "auth-int" {
		a2 += ":" + h(body)
	}
	if qop == "" {
		return h(h(a1) + ":" + nonce + ":" + h(a2))
	}
	return h(h(a1) + ":" + nonce + ":" + nc + ":" + cnonce + ":" + qop + ":" + h(a2))
}

var allAlgorithms = []Algorithm{MD5, MD5Sess, SHA256, SHA256Sess, SHA512256, SHA512256Sess}

// TestDigestOracle goes from challenge to credentials to check, for every
// algorithm and quality, with texts of every length around the buffer of the
// Digester and with bytes that must be escaped.
func TestDigestOracle(t *testing.T) {
	rnd := rand.New(rand.NewPCG(22, 4))
	text := func(max int) string {
		b := make([]byte, 1+rnd.IntN(max))
		for i := range b {
			b[i] = "abcXYZ019 @:;,=%\"\\\t\x80\xff"[rnd.IntN(21)]
		}
		return string(b)
	}
	quote := func(s string) string {
		return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace(s) + `"`
	}
	var d Digester
	for i := range 3000 {
		alg := allAlgorithms[i%len(allAlgorithms)]
		qop := []string{"", "auth", "auth-int"}[i/len(allAlgorithms)%3]
		user, realm, password := text(300), text(140), text(300)
		nonce, cnonce, body := text(140), text(140), text(400)
		challenge := "Digest realm=" + quote(realm) + " ,nonce= " + quote(nonce) + ",algorithm=" + alg.String()
		if qop != "" {
			challenge += `,qop="` + qop + `"`
		}
		var ch auth.Challenge
		mustParse(t, &ch, challenge)
		a := Answer{Secret: Secret{Username: []byte(user), Password: []byte(password)},
			Method: []byte("REGISTER"), URI: []byte("sip:a@b.example"), Body: []byte(body),
			CNonce: []byte(cnonce), NonceCount: rnd.Uint32()}
		value, err := d.AppendCredentials([]byte("keep"), &ch, &a)
		if err != nil || !bytes.HasPrefix(value, []byte("keep")) {
			t.Fatalf("%s: %v", challenge, err)
		}
		var c auth.Credentials
		mustParse(t, &c, string(value[4:]))
		nc := fmt.Sprintf("%08x", max(a.NonceCount, 1))
		want := oracle(alg, qop, user, realm, password, nonce, nc, cnonce, "REGISTER", "sip:a@b.example", body)
		if string(c.Response()) != want {
			t.Fatalf("%s\n%s\nwant response %s", challenge, value, want)
		}
		if len(want) != alg.HexLen() {
			t.Fatalf("%v: HexLen %d, want %d", alg, alg.HexLen(), len(want))
		}
		if n, ok := c.NonceCount(); qop != "" && (!ok || n != max(a.NonceCount, 1)) {
			t.Fatalf("%s: nonce count %d %v", value, n, ok)
		}
		if got := string(header.AppendUnquoted(nil, c.Username())); got != user {
			t.Fatalf("user %q came out as %q", user, got)
		}
		s := Secret{Password: []byte(password)}
		if !d.Verify(&c, &s, offers(&c), a.Method, a.Body) {
			t.Fatalf("%s: does not pass", value)
		}
		ha1 := Secret{HA1: []byte(strings.ToLower(hashHex(alg, user+":"+realm+":"+password)))}
		if !d.Verify(&c, &ha1, offers(&c), a.Method, a.Body) {
			t.Fatalf("%s: does not pass with HA1", value)
		}
		if got := d.Verify(&c, &s, offers(&c), a.Method, a.Body[1:]); got != (qop != "auth-int") {
			t.Fatalf("%s: another body passes: %v", value, got)
		}

		// The other direction (RFC 7616, 3.5): the method is left out.
		rsp := oracle(alg, qop, user, realm, password, nonce, nc, cnonce, "", "sip:a@b.example", body)
		var info auth.Info
		mustParse(t, &info, `qop=auth, rspauth="`+rsp+`"`)
		if !d.VerifyInfo(&info, &c, &s, a.Body) {
			t.Fatalf("%s: rspauth does not pass", value)
		}
		if d.VerifyInfo(&info, &c, &Secret{Password: []byte(password + "x")}, a.Body) {
			t.Fatalf("%s: rspauth passes with a wrong password", value)
		}
	}
}

func hashHex(alg Algorithm, s string) string {
	switch alg.Strength() {
	case 1:
		return fmt.Sprintf("%x", md5.Sum([]byte(s)))
	case 2:
		return fmt.Sprintf("%x", sha256.Sum256([]byte(s)))
	}
	return fmt.Sprintf("%x", sha512.Sum512_256([]byte(s)))
}

// TestDigestRefuses lists what must not be answered or must not pass.
func TestDigestRefuses(t *testing.T) {
	const good = `Digest username="u",realm="r",nonce="n",uri="sip:h",qop=auth,nc=00000001,cnonce="c",response=""`
	var d Digester
	for _, test := range []struct {
		value string
		s     Secret
		want  sipwire.Code
	}{
		{good, Secret{Password: []byte("p")}, 0},
		{strings.Replace(good, "Digest", "Other", 1), Secret{}, sipwire.ErrValue},
		{good + ",algorithm=MD6", Secret{}, sipwire.ErrValue},
		{strings.Replace(good, "qop=auth", "qop=auth-conf", 1), Secret{}, sipwire.ErrValue},
		{strings.Replace(good, `nonce="n",`, "", 1), Secret{}, sipwire.ErrParam},
		{strings.Replace(good, `uri="sip:h",`, "", 1), Secret{}, sipwire.ErrParam},
		{strings.Replace(good, `username="u",`, "", 1), Secret{}, sipwire.ErrParam},
		{strings.Replace(good, `username="u",`, "", 1), Secret{Username: []byte("u")}, 0},
		{strings.Replace(good, `realm="r",`, "", 1), Secret{}, sipwire.ErrParam},
		{strings.Replace(good, `realm="r",`, "", 1), Secret{HA1: []byte(strings.Repeat("a", 32))}, 0},
		{strings.Replace(good, `nc=00000001,`, "", 1), Secret{}, sipwire.ErrParam},
		{strings.Replace(good, `cnonce="c",`, "", 1), Secret{}, sipwire.ErrParam},
		{good + ",userhash=true", Secret{}, sipwire.ErrParam},
		{good, Secret{HA1: []byte("abc")}, sipwire.ErrValue},
		{good, Secret{HA1: []byte(strings.Repeat("A", 32))}, sipwire.ErrValue},
		{good + ",algorithm=SHA-256", Secret{HA1: []byte(strings.Repeat("a", 32))}, sipwire.ErrValue},
		{`Digest username="u",realm="r",nonce="n",uri="sip:h",algorithm=MD5-sess,response=""`, Secret{}, sipwire.ErrParam},
	} {
		var c auth.Credentials
		mustParse(t, &c, test.value)
		got, err := d.AppendResponse([]byte("x"), &c, &test.s, []byte("INVITE"), nil)
		if !errors.Is(err, test.want.Err()) || test.want != 0 && string(got) != "x" || len(got) == 1 && test.want == 0 {
			t.Errorf("%s: %q, %v, want %v", test.value, got, err, test.want.Err())
		}
		if d.Verify(&c, &test.s, offers(&c), []byte("INVITE"), nil) {
			t.Errorf("%s: passes with an empty response", test.value)
		}
	}
	if d.Verify(&auth.Credentials{}, &Secret{Password: []byte("p")}, &Offer{}, nil, nil) {
		t.Error("no credentials pass")
	}

	const challenge = `Digest realm="r",nonce="n"`
	for _, test := range []struct {
		value string
		a     Answer
		want  sipwire.Code
	}{
		{challenge, Answer{}, 0},
		{challenge + `,qop=""`, Answer{}, 0},
		{`Basic realm="r"`, Answer{}, sipwire.ErrValue},
		{`Digest realm="r"`, Answer{}, sipwire.ErrValue},
		{`Digest nonce="r"`, Answer{}, sipwire.ErrValue},
		{challenge + ",algorithm=x", Answer{}, sipwire.ErrValue},
		{challenge + ",qop=x", Answer{}, sipwire.ErrValue},
		{challenge, Answer{QOP: QOPAuth}, sipwire.ErrValue},
		{challenge + ",qop=auth-int", Answer{QOP: QOPAuth}, sipwire.ErrValue},
		{challenge + `,qop="auth-int,auth"`, Answer{QOP: QOPOther}, sipwire.ErrValue},
		{challenge + `,qop="auth-int,auth"`, Answer{}, sipwire.ErrParam}, // no cnonce
		{challenge + `,algorithm=SHA-256-sess`, Answer{}, sipwire.ErrParam},
		{challenge, Answer{URI: []byte("sip:a\r\nX: y")}, sipwire.ErrInjection},
		{challenge, Answer{CNonce: []byte("a\x00")}, sipwire.ErrInjection},
		{challenge, Answer{Secret: Secret{Username: []byte("a\n")}}, sipwire.ErrInjection},
	} {
		var ch auth.Challenge
		mustParse(t, &ch, test.value)
		if test.a.Secret.Username == nil {
			test.a.Secret.Username = []byte("u")
		}
		if test.a.URI == nil {
			test.a.URI = []byte("sip:h")
		}
		got, err := d.AppendCredentials([]byte("x"), &ch, &test.a)
		if !errors.Is(err, test.want.Err()) || test.want != 0 && string(got) != "x" {
			t.Errorf("%s: %q, %v, want %v", test.value, got, err, test.want.Err())
		}
	}
	var ch auth.Challenge
	mustParse(t, &ch, challenge)
	if _, err := d.AppendCredentials(nil, &ch, &Answer{URI: []byte("sip:h")}); !errors.Is(err, sipwire.ErrParam) {
		t.Errorf("without a user name: %v", err)
	}
	if _, err := d.AppendCredentials(nil, &ch, &Answer{Secret: Secret{Username: []byte("u")}}); !errors.Is(err, sipwire.ErrParam) {
		t.Errorf("without a URI: %v", err)
	}
}

// TestCredentialsFold answers a challenge whose realm and opaque are folded:
// what goes out holds no line end, and still passes.
func TestCredentialsFold(t *testing.T) {
	var ch auth.Challenge
	mustParse(t, &ch, "Digest realm=\"a\r\n b \\\" c\",nonce=\"n\", opaque=\"o\r\n\tp\"")
	var d Digester
	a := Answer{Secret: Secret{Username: []byte("u\x01\"\\"), Password: []byte("p")}, Method: []byte("BYE"), URI: []byte("sip:h")}
	value, err := d.AppendCredentials(nil, &ch, &a)
	if err != nil || bytes.ContainsAny(value, "\r\n") {
		t.Fatalf("%q, %v", value, err)
	}
	var c auth.Credentials
	mustParse(t, &c, string(value))
	if string(header.AppendUnquoted(nil, c.Realm())) != `a b " c` || string(c.Opaque()) != "o p" {
		t.Errorf("%s", value)
	}
	if !d.Verify(&c, &Secret{Password: []byte("p")}, offers(&c), a.Method, nil) {
		t.Errorf("%s: does not pass", value)
	}
	want := oracle(MD5, "", "u\x01\"\\", `a b " c`, "p", "n", "", "", "BYE", "sip:h", "")
	if string(c.Response()) != want {
		t.Errorf("response %s, want %s", c.Response(), want)
	}
}

// TestDigesterForgets looks for what a digest has left in the buffers.
func TestDigesterForgets(t *testing.T) {
	var d Digester
	var c auth.Credentials
	mustParse(t, &c, fold(digestVectors[0].value))
	d.Verify(&c, &Secret{Password: []byte(digestVectors[0].password)}, offers(&c), []byte("GET"), nil)
	if d.buf != [len(d.buf)]byte{} {
		t.Errorf("the buffer still holds %q", d.buf)
	}
	if d.ha1 != [len(d.ha1)]byte{} {
		t.Errorf("HA1 is still there: %q", d.ha1)
	}
}

func TestAlgorithm(t *testing.T) {
	for _, a := range allAlgorithms {
		if got := LookupAlgorithm([]byte(strings.ToLower(a.String()))); got != a {
			t.Errorf("%v found as %v", a, got)
		}
		if a.IsSess() != strings.HasSuffix(a.String(), "-sess") {
			t.Errorf("%v: IsSess %v", a, a.IsSess())
		}
	}
	for _, s := range []string{"", "MD", "MD55", "SHA-1", "SHA_256", "SHA-512", "AKAv2-MD5", "AKAv1-MD5-sess"} {
		if got := LookupAlgorithm([]byte(s)); got != AlgorithmOther {
			t.Errorf("%q found as %v", s, got)
		}
	}
	if a := Algorithm(99); a.String() != "" || a.Strength() != 0 || a.HexLen() != 0 || a.IsSess() {
		t.Error("an algorithm outside the table")
	}
	order := []Algorithm{AlgorithmOther, MD5, SHA256, SHA512256}
	for i := 1; i < len(order); i++ {
		if order[i].Strength() <= order[i-1].Strength() {
			t.Errorf("%v is not stronger than %v", order[i], order[i-1])
		}
	}
}

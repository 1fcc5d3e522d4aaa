package digest

import (
	"errors"
	"testing"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// answered is a client's answer to a challenge that the server makes at now.
func answered(s *Server, a Algorithm, secret *Secret, count uint32, now time.Time) *auth.Credentials {
	value, err := s.AppendChallenge(nil, a, false, now)
	if err != nil {
		panic(err)
	}
	return again(string(value), secret, count)
}

// again answers a challenge with that count.
func again(challenge string, secret *Secret, count uint32) *auth.Credentials {
	var d Digester
	ch := read[auth.Challenge](challenge)
	if secret.Username == nil {
		secret = &Secret{Username: []byte("bob"), Password: secret.Password, RES: secret.RES}
	}
	value, err := d.AppendCredentials(nil, ch, &Answer{Secret: *secret, Method: []byte("REGISTER"), URI: []byte("sip:h"), CNonce: []byte("c"), NonceCount: count})
	if err != nil {
		panic(err)
	}
	return read[auth.Credentials](string(value))
}

func newServer() *Server {
	return &Server{
		Offer: Offer{Realm: []byte(`at "home"`), Algorithms: []Algorithm{SHA256, MD5}, QOP: QOPAuth | QOPAuthInt},
		Key:   [16]byte{1, 2, 3}, Counts: NewCounts(100),
	}
}

// TestServer goes from the challenge to each verdict.
func TestServer(t *testing.T) {
	s, other := newServer(), newServer()
	other.Key[15] = 9
	elsewhere := newServer()
	elsewhere.Offer.Realm = []byte("elsewhere")
	var d Digester
	secret := &Secret{Password: []byte("p")}
	register := []byte("REGISTER")
	for _, test := range []struct {
		name   string
		by     *Server
		secret *Secret
		method string
		after  time.Duration
		want   Verdict
	}{
		{"at once", s, secret, "REGISTER", 0, Accepted},
		{"in time", s, secret, "REGISTER", DefaultLifetime - time.Millisecond, Accepted},
		{"too late", s, secret, "REGISTER", DefaultLifetime, Stale},
		{"before it was made", s, secret, "REGISTER", -time.Minute, Stale},
		{"a clock that is a little behind", s, secret, "REGISTER", -time.Second, Accepted},
		{"a nonce of another key", other, secret, "REGISTER", 0, Stale},
		{"another realm", elsewhere, secret, "REGISTER", 0, Refused},
		{"another password", s, &Secret{Password: []byte("q")}, "REGISTER", 0, Refused},
		{"another password, too late", s, &Secret{Password: []byte("q")}, "REGISTER", time.Hour, Refused},
		{"nobody", s, &Secret{}, "REGISTER", 0, Refused},
		{"another method", s, secret, "INVITE", 0, Refused},
	} {
		for _, a := range s.Offer.Algorithms {
			c := answered(test.by, a, secret, 1, start)
			if got := s.Check(&d, c, test.secret, []byte(test.method), nil, start.Add(test.after)); got != test.want {
				t.Errorf("%s, %v: %v, want %v", test.name, a, got, test.want)
			}
		}
	}

	s.Lifetime = time.Second
	c := answered(s, MD5, secret, 1, start)
	if got := s.Check(&d, c, secret, register, nil, start.Add(time.Second)); got != Stale {
		t.Errorf("after its lifetime: %v", got)
	}
	if Verdict(0) != Refused || Refused.String() != "refused" || Stale.String() != "stale" || Accepted.String() != "accepted" {
		t.Error("verdicts")
	}
}

// TestServerNonce tries nonces that the server has not made.
func TestServerNonce(t *testing.T) {
	s := newServer()
	good := string(s.AppendNonce(nil, start))
	if id, ok := s.readNonce([]byte(good)); !ok || id.made() != start.UnixMilli() {
		t.Fatalf("%s: %v", good, ok)
	}
	for i := range good {
		for _, c := range []byte("A_\n\"\x00z") {
			if bad := good[:i] + string(c) + good[i+1:]; bad != good {
				if _, ok := s.readNonce([]byte(bad)); ok {
					t.Errorf("%q is taken for %q", bad, good)
				}
			}
		}
		if _, ok := s.readNonce([]byte(good[:i])); ok {
			t.Errorf("%q is taken", good[:i])
		}
	}
	seen := map[string]bool{}
	for range 1000 {
		nonce := string(s.AppendNonce(nil, start))
		seen[nonce] = true
		if _, ok := s.readNonce([]byte(nonce[:len(nonce)-1] + "\n")); ok {
			t.Errorf("%q is taken without its last character", nonce)
		}
	}
	if len(seen) != 1000 {
		t.Errorf("%d different nonces of 1000 of one moment", len(seen))
	}
	if _, ok := s.readNonce(s.AppendNonce(nil, time.Unix(-1, 0))); !ok {
		t.Error("a time before 1970")
	}
}

// TestServerChallenge reads the challenges back.
func TestServerChallenge(t *testing.T) {
	s := newServer()
	for i, a := range s.Offer.Algorithms {
		value, err := s.AppendChallenge([]byte("x"), a, i == 1, start)
		if err != nil || value[0] != 'x' {
			t.Fatalf("%q, %v", value, err)
		}
		c := read[auth.Challenge](string(value[1:]))
		if string(header.AppendUnquoted(nil, c.Realm())) != `at "home"` || c.Stale() != (i == 1) || !IsUsable(c) ||
			LookupAlgorithm(c.Algorithm()) != a || LookupQOP(c.QOP()) != QOPAuth|QOPAuthInt {
			t.Errorf("%s", value)
		}
	}
	if got, err := s.AppendChallenge([]byte("x"), SHA512256, false, start); !errors.Is(err, sipwire.ErrValue) || string(got) != "x" {
		t.Errorf("an algorithm that is not offered: %q, %v", got, err)
	}
	full := Challenge{Realm: []byte("r"), Nonce: []byte("n"), Algorithm: MD5}
	for _, test := range []struct {
		change func(c *Challenge)
		want   string
		code   sipwire.Code
	}{
		{func(c *Challenge) {}, `Digest realm="r", nonce="n", algorithm=MD5`, 0},
		{func(c *Challenge) { c.QOP = QOPAuthInt }, `Digest realm="r", nonce="n", algorithm=MD5, qop="auth-int"`, 0},
		{func(c *Challenge) { c.QOP, c.Algorithm = QOPAuth, SHA256Sess }, `Digest realm="r", nonce="n", algorithm=SHA-256-sess, qop="auth"`, 0},
		{func(c *Challenge) { c.Opaque, c.Domain = []byte(`o"`), []byte("sip:a sip:b") },
			`Digest realm="r", nonce="n", algorithm=MD5, opaque="o\"", domain="sip:a sip:b"`, 0},
		{func(c *Challenge) { c.Realm = nil }, "", sipwire.ErrParam},
		{func(c *Challenge) { c.Nonce = nil }, "", sipwire.ErrParam},
		{func(c *Challenge) { c.Algorithm = AlgorithmOther }, "", sipwire.ErrValue},
		{func(c *Challenge) { c.Algorithm = 99 }, "", sipwire.ErrValue},
		{func(c *Challenge) { c.QOP = QOPOther }, "", sipwire.ErrValue},
		{func(c *Challenge) { c.Realm = []byte("r\r\nX: y") }, "", sipwire.ErrInjection},
		{func(c *Challenge) { c.Nonce = []byte("n\n") }, "", sipwire.ErrInjection},
		{func(c *Challenge) { c.Opaque = []byte("\x00") }, "", sipwire.ErrInjection},
		{func(c *Challenge) { c.Domain = []byte("\r") }, "", sipwire.ErrInjection},
	} {
		c := full
		test.change(&c)
		got, err := c.AppendTo([]byte("x"))
		if string(got) != "x"+test.want || !errors.Is(err, test.code.Err()) {
			t.Errorf("%q, %v, want %q, %v", got, err, test.want, test.code.Err())
		}
	}
}

// TestServerCounts uses nonce counts as clients do, and as who repeats them does.
func TestServerCounts(t *testing.T) {
	s := newServer()
	var d Digester
	secret := &Secret{Password: []byte("p")}
	value, _ := s.AppendChallenge(nil, MD5, false, start)
	check := func(count uint32) Verdict {
		return s.Check(&d, again(string(value), secret, count), secret, []byte("REGISTER"), nil, start)
	}
	for _, step := range []struct {
		count uint32
		want  Verdict
	}{
		{1, Accepted}, {1, Stale}, {3, Accepted}, {2, Accepted}, {2, Stale}, {3, Stale}, {70, Accepted},
		{7, Accepted}, {6, Stale}, {7, Stale}, {4, Stale}, {1 << 31, Accepted}, {70, Stale}, {1<<31 - 63, Accepted}, {1<<31 - 64, Stale},
		{1<<32 - 1, Accepted}, {1<<32 - 1, Stale},
	} {
		if got := check(step.count); got != step.want {
			t.Errorf("count %d: %v, want %v", step.count, got, step.want)
		}
	}
	s.Counts = nil
	if first, again := check(1), check(1); first != Accepted || again != Accepted {
		t.Error("without Counts a count is used up")
	}
}

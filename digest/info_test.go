package digest

import (
	"errors"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header/auth"
)

// TestInfo goes from the server's Authentication-Info to the client.
func TestInfo(t *testing.T) {
	s := newServer()
	var d Digester
	secret := &Secret{Password: []byte("p")}
	body := []byte("v=0\r\n")
	for _, qop := range []QOP{QOPNone, QOPAuth, QOPAuthInt} {
		s.Offer.QOP = qop
		c := answered(s, SHA256, secret, 0x1a, start)
		value, err := d.AppendInfo([]byte("x"), c, secret, []byte(`n"1`), body)
		if err != nil || value[0] != 'x' {
			t.Fatalf("%q, %v", value, err)
		}
		info := read[auth.Info](string(value[1:]))
		count, ok := info.NonceCount()
		if !d.VerifyInfo(info, c, secret, body) || string(info.NextNonce()) != `n\"1` || ok != (qop != QOPNone) || ok && count != 0x1a {
			t.Errorf("%s", value)
		}
		if d.VerifyInfo(info, c, secret, nil) != (qop != QOPAuthInt) {
			t.Errorf("qop %d: another body passes: %s", qop, value)
		}
		if plain, _ := d.AppendInfo(nil, c, secret, nil, body); strings.Contains(string(plain), "nextnonce") {
			t.Errorf("%s", plain)
		}
		for _, bad := range []struct {
			secret *Secret
			next   string
			want   sipwire.Code
		}{
			{&Secret{}, "n", sipwire.ErrParam},
			{&Secret{HA1: []byte("x")}, "n", sipwire.ErrValue},
			{secret, "n\r\nX: y", sipwire.ErrInjection},
		} {
			if got, err := d.AppendInfo([]byte("x"), c, bad.secret, []byte(bad.next), body); !errors.Is(err, bad.want) || string(got) != "x" {
				t.Errorf("%q, %v, want %v", got, err, bad.want)
			}
		}
	}
	folded := read[auth.Credentials]("Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:h\", qop=auth, nc=00000001, cnonce=\"a\r\n b\", response=\"\"")
	if value, err := d.AppendInfo(nil, folded, secret, nil, nil); err != nil || !strings.Contains(string(value), `cnonce="a b"`) {
		t.Errorf("%q, %v", value, err)
	}
}

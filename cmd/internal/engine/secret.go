package engine

import (
	"encoding/hex"

	"github.com/sipwire/sipwire/cmd/internal/milenage"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header/auth"
)

// secretFor returns what the challenge is answered with: the password, or what the
// USIM with the keys answers (RFC 3310). What the keyword does not give is of the
// command line; without aka_K, the password is the key, as in SIPp.
func (e *Engine) secretFor(ch *auth.Challenge, c *call, s *secret, step int) (known digest.Secret, err error) {
	text := func(ops []op, other string) []byte {
		if ops == nil || err != nil {
			return []byte(other)
		}
		var b []byte
		b, err = e.render(nil, c, ops, step, "")
		return b
	}
	w := &e.cfg.Words
	known.Username = text(s.user, w.AuthUser)
	known.Password = text(s.password, w.AuthPassword)
	if err != nil || !digest.IsAKA(ch) {
		return known, err
	}
	key, op := akaKey(text(s.key, string(known.Password))), akaKey(text(s.op, ""))
	if err != nil {
		return known, err
	}
	rand, autn, _ := digest.ParseAKANonce(ch.Nonce())
	res, err := milenage.Answer(&key, &op, &rand, &autn)
	known.RES = res[:]
	return known, err
}

// akaKey reads a key of 16 bytes: text, or hexadecimal digits behind "0x". A shorter
// one has zeros at its end; what is too long is not looked at.
func akaKey(text []byte) (key [16]byte) {
	if len(text) > 1 && text[0] == '0' && text[1] == 'x' {
		_, _ = hex.Decode(key[:], text[2:min(len(text), 2+2*len(key))&^1])
		return key
	}
	copy(key[:], text)
	return key
}

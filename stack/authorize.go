package stack

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
)

// authorize adds the answer to the challenge of a 401 or 407 (RFC 3261, 22).
func (b *building) authorize(r *Response) error {
	f, err := answerChallenge(r.Message, &digest.Answer{
		Secret: digest.Secret{Username: []byte(b.o.User), Password: []byte(b.o.Password)},
		Method: []byte(b.o.Method), URI: []byte(b.o.URI), Body: b.o.Body,
	})
	if err == nil {
		b.auth = append(b.auth, f)
	}
	return err
}

// answerChallenge returns the credentials for the best challenge of a response:
// ErrMissing when it has none that can be answered.
func answerChallenge(m *codec.Message, a *digest.Answer) (compose.HeaderField, error) {
	id, answer := header.IDWWWAuthenticate, header.IDAuthorization
	if m.Status() == 407 {
		id, answer = header.IDProxyAuthenticate, header.IDProxyAuthorization
	}
	var best auth.Challenge
	for f := range m.All(id) {
		var c auth.Challenge
		if _, err := c.Parse(f.Value); err == nil && digest.IsUsable(&c) && digest.Beats(&c, &best) {
			best = c
		}
	}
	if !digest.IsUsable(&best) {
		return compose.HeaderField{}, sipwire.ErrMissing
	}
	a.CNonce = compose.AppendTag(nil)
	var d digest.Digester
	v, err := d.AppendCredentials(nil, &best, a)
	return compose.HeaderField{ID: answer, Value: v}, err
}

// authorize answers a challenge within a dialog.
func (d *Dialog) authorize(res *Response, r *compose.Request) (compose.HeaderField, error) {
	c := d.core
	c.lock()
	secret := d.secret
	text := append([]byte(nil), c.layer.Text(d.handle)...)
	c.unlock()
	var m codec.Message
	if secret.Password == nil || m.Parse(text) != nil {
		return compose.HeaderField{}, sipwire.ErrMissing
	}
	target, err := m.RemoteTarget()
	if err != nil {
		return compose.HeaderField{}, err
	}
	return answerChallenge(res.Message, &digest.Answer{
		Secret: secret, Method: r.Method, URI: codec.AppendRequestURI(nil, target), Body: r.Body,
	})
}

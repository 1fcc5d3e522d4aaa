package engine

import (
	"bytes"
	"strconv"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
)

// keepChallenge keeps the best challenge of a 401 or 407 that can be answered.
func (e *Engine) keepChallenge(c *call, m *codec.Message) {
	id := header.IDWWWAuthenticate
	c.challengeName = "Authorization: "
	if m.Status() == 407 {
		id, c.challengeName = header.IDProxyAuthenticate, "Proxy-Authorization: "
	}
	var best auth.Challenge
	for value := range m.Values(id) {
		var ch auth.Challenge
		if _, err := ch.Parse(value); err == nil && digest.Beats(&ch, &best) {
			best = ch
		}
	}
	if best.IsValid() {
		c.challenge = append(c.challenge[:0], best.Bytes()...)
		c.nonceCount = 0
	}
}

// appendCredentials appends the header that answers the challenge of the call,
// nothing when there was none. The request begins at start.
func (e *Engine) appendCredentials(dst []byte, start int, c *call, o *op, step int, method string) ([]byte, error) {
	if len(c.challenge) == 0 {
		return dst, nil
	}
	var ch auth.Challenge
	if _, err := ch.Parse(c.challenge); err != nil {
		return dst, err
	}
	w := &e.cfg.Words
	user, password := []byte(w.AuthUser), []byte(w.AuthPassword)
	var err error
	if o.user != nil {
		if user, err = e.render(nil, c, o.user, step, ""); err != nil {
			return dst, err
		}
	}
	if o.password != nil {
		if password, err = e.render(nil, c, o.password, step, ""); err != nil {
			return dst, err
		}
	}
	uri := []byte(w.AuthURI)
	if len(uri) == 0 {
		uri = bytes.Clone(requestURI(dst[start:])) // dst may move
	}
	c.nonceCount++
	dst = append(dst, c.challengeName...)
	return e.digester.AppendCredentials(dst, &ch, &digest.Answer{
		Secret: digest.Secret{Username: user, Password: password}, Method: []byte(method), URI: uri,
		CNonce: strconv.AppendUint(nil, e.random.Uint64(), 16), NonceCount: c.nonceCount,
	})
}

// requestURI returns the Request-URI of a request whose start line is there, nil
// when there is none. Credentials have the same (RFC 3261, 22.4, point 5).
func requestURI(request []byte) []byte {
	line, _, _ := bytes.Cut(request, []byte("\r\n"))
	_, rest, _ := bytes.Cut(line, []byte(" "))
	uri, _, _ := bytes.Cut(rest, []byte(" "))
	return uri
}

var authentication = []byte("[authentication")

// expandCredentials puts credentials in the place of the keyword that a field
// has put in at an offset of dst.
func (e *Engine) expandCredentials(dst []byte, start, at int, c *call, step int, method string) ([]byte, error) {
	end := bytes.IndexByte(dst[at:], ']')
	if end < 0 {
		return dst, nil
	}
	keyword := string(dst[at : at+end+1])
	tail := string(dst[at+end+1:])
	part, err := scenario.Credentials(keyword)
	if err != nil {
		return dst, err
	}
	w := &e.cfg.Words
	o := op{user: bind(part.Params["username"], w, e.cfg.Files, e.cfg.OwnConn), password: bind(part.Params["password"], w, e.cfg.Files, e.cfg.OwnConn)}
	if dst, err = e.appendCredentials(dst[:at], start, c, &o, step, method); err != nil {
		return dst, err
	}
	return append(dst, tail...), nil
}

// verified reports whether the credentials in the message that an action looks
// at are those of a user and password.
func (e *Engine) verified(c *call, a *scenario.Action, step int, m *codec.Message) bool {
	if m == nil {
		if len(c.recv) == 0 {
			return false
		}
		m = e.lastMessage(c)
	}
	user, err := e.render(nil, c, e.texts[a.User], step, "")
	if err != nil {
		return false
	}
	password, err := e.render(nil, c, e.texts[a.Password], step, "")
	if err != nil {
		return false
	}
	for _, id := range []header.ID{header.IDAuthorization, header.IDProxyAuthorization} {
		for value := range m.Values(id) {
			var cred auth.Credentials
			if _, err := cred.Parse(value); err != nil || string(cred.Username()) != string(user) {
				continue
			}
			// The challenge is text of the scenario: what it offers is not known.
			offer := digest.Offer{Realm: header.AppendUnquoted(nil, cred.Realm()), Algorithms: anyAlgorithm,
				QOP: digest.QOPAuth | digest.QOPAuthInt, WithoutQOP: true}
			if e.digester.Verify(&cred, &digest.Secret{Username: user, Password: password}, &offer, m.MethodBytes(), m.Body()) {
				return true
			}
		}
	}
	return false
}

var anyAlgorithm = []digest.Algorithm{digest.MD5, digest.MD5Sess, digest.SHA256, digest.SHA256Sess, digest.SHA512256, digest.SHA512256Sess}

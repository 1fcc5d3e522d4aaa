package engine

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
)

// keepChallenge keeps the best challenge of a 401 or 407 that can be answered; one of
// AKA, for which not every scenario has the key, only beside no other one.
func (e *Engine) keepChallenge(c *call, m *codec.Message) {
	id := header.IDWWWAuthenticate
	c.challengeName = "Authorization: "
	if m.Status() == 407 {
		id, c.challengeName = header.IDProxyAuthenticate, "Proxy-Authorization: "
	}
	var best auth.Challenge
	for value := range m.Values(id) {
		var ch auth.Challenge
		if _, err := ch.Parse(value); err != nil {
			continue
		}
		if digest.Beats(&ch, &best) || digest.IsAKA(&ch) && !best.IsValid() {
			best = ch
		}
	}
	if best.IsValid() {
		c.challenge = append(c.challenge[:0], best.Bytes()...)
		c.nonceCount = 0
	}
}

// A place is where credentials belong, and how they are written.
type place struct {
	at int
	op op
}

// hashesBody reports whether the challenge of the call asks for credentials that
// are made of the body, too: auth-int and nothing else (RFC 7616, 3.4.3).
func (e *Engine) hashesBody(c *call) bool {
	var ch auth.Challenge
	if len(c.challenge) == 0 {
		return false
	}
	_, err := ch.Parse(c.challenge)
	return err == nil && digest.LookupQOP(ch.QOP())&(digest.QOPAuth|digest.QOPAuthInt) == digest.QOPAuthInt
}

// insertCredentials puts in the credentials of a message whose body is there, and
// begins at an offset.
func (e *Engine) insertCredentials(dst []byte, start, body int, c *call, late []place, step int, method string) ([]byte, error) {
	for i := len(late) - 1; i >= 0; i-- {
		p := &late[i]
		text, err := e.appendCredentials(nil, dst[start:], dst[body:], c, &p.op, step, method)
		if err != nil {
			return dst[:start], err
		}
		dst = slices.Insert(dst, p.at, text...)
		body += len(text)
	}
	return dst, nil
}

// appendCredentials appends the header that answers the challenge of the call,
// nothing when there was none. request is the message, or its beginning.
func (e *Engine) appendCredentials(dst, request, body []byte, c *call, o *op, step int, method string) ([]byte, error) {
	if len(c.challenge) == 0 {
		return dst, nil
	}
	var ch auth.Challenge
	if _, err := ch.Parse(c.challenge); err != nil {
		return dst, err
	}
	known, err := e.secretFor(&ch, c, o.secret, step)
	if err != nil {
		return dst, err
	}
	uri := []byte(e.cfg.Words.AuthURI)
	if len(uri) == 0 {
		uri = bytes.Clone(requestURI(request)) // it may move
	}
	c.nonceCount++
	dst = append(dst, c.challengeName...)
	return e.digester.AppendCredentials(dst, &ch, &digest.Answer{
		Secret: known, Method: []byte(method), URI: uri, Body: body,
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
// has put in at an offset of dst, or adds to those that are made later.
func (e *Engine) expandCredentials(dst []byte, start, at int, c *call, step int, method string, late []place) ([]byte, []place, error) {
	end := bytes.IndexByte(dst[at:], ']')
	if end < 0 {
		return dst, late, nil
	}
	keyword := string(dst[at : at+end+1])
	tail := string(dst[at+end+1:])
	part, err := scenario.Credentials(keyword)
	if err != nil {
		return dst, late, err
	}
	o := op{secret: bindSecret(part, &e.cfg.Words, e.cfg.Files, e.cfg.OwnConn)}
	if e.hashesBody(c) {
		return append(dst[:at], tail...), append(late, place{at, o}), nil
	}
	if dst, err = e.appendCredentials(dst[:at], dst[start:at], nil, c, &o, step, method); err != nil {
		return dst, late, err
	}
	return append(dst, tail...), late, nil
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

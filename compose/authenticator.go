package compose

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
)

// An Authenticator makes the requests of a user again that a server or a proxy
// has challenged (RFC 3261, 22.2 and 22.3). Keep one for each goroutine: with
// room in dst, nothing is allocated after the first use of an algorithm.
type Authenticator struct {
	// Secret is the name of the user and the password.
	Secret digest.Secret

	digester    digest.Digester
	edit        codec.Edit
	credentials []byte
}

// AppendRetry appends req once more, with credentials for a challenge of its
// response, a 401 or 407: with a new branch, the next number in CSeq, and all
// else as it was. The challenge is the strongest of the first realm that can be
// answered (RFC 8760, 2.1). A proxy that asks for another realm does so in its
// response to the new request; credentials for other realms stay.
//
// Without a challenge that can be answered it is ErrMissing. One does not count
// when req has credentials for its realm and the nonce was not stale: the
// password is wrong, and is not to be tried again (RFC 3261, 22.2). A server that says
// stale for ever is the caller's to give up. A response with another status is
// ErrState. After an error dst is as it was, and the Fault of the message
// concerned says where: the response for a challenge, else req.
func (a *Authenticator) AppendRetry(dst []byte, req, response *codec.Message) ([]byte, error) {
	in, out := header.IDWWWAuthenticate, header.IDAuthorization
	switch {
	case !req.IsRequest():
		return dst, req.Fail(codec.Fault{Code: sipwire.ErrState})
	case response.Status() == 407:
		in, out = header.IDProxyAuthenticate, header.IDProxyAuthorization
	case response.Status() != 401:
		return dst, response.Fail(codec.Fault{Code: sipwire.ErrState})
	}
	best, ok := bestChallenge(req, response, in, out)
	if !ok {
		return dst, response.Fail(codec.Fault{Code: sipwire.ErrMissing, Header: in, Offset: response.Layout().Body})
	}
	var random [32]byte // a tag has 20 bytes, a branch 27
	credentials, err := a.digester.AppendCredentials(a.credentials[:0], &best, &digest.Answer{
		Secret: a.Secret, Method: req.MethodBytes(), URI: req.RequestURIBytes(), Body: req.Body(), CNonce: AppendTag(random[:0]),
	})
	a.credentials = credentials[:0]
	if err != nil {
		code, _ := err.(sipwire.Code)
		return dst, response.Fail(codec.Fault{Code: code, Header: in})
	}
	_ = a.edit.Begin(req) // AppendTo returns the first error
	_ = a.edit.Retry(AppendBranch(random[:0]), out, credentials)
	made, err := a.edit.AppendTo(dst)
	if err != nil {
		return dst, req.Fail(a.edit.Fault())
	}
	return made, nil
}

// bestChallenge returns the strongest challenge of the first realm of a
// response that can be answered and whose credentials in req were not refused.
func bestChallenge(req, response *codec.Message, in, out header.ID) (best auth.Challenge, ok bool) {
	for i := response.Index(in); i >= 0; i = response.Next(i) {
		var c auth.Challenge
		if _, err := c.Parse(response.ValueAt(i)); err != nil || ok && !bytes.Equal(c.Realm(), best.Realm()) {
			continue
		}
		if digest.Beats(&c, &best) && (c.Stale() || !hasCredentials(req, out, c.Realm())) {
			best, ok = c, true
		}
	}
	return best, ok
}

// hasCredentials reports whether a request has credentials for a realm.
func hasCredentials(req *codec.Message, id header.ID, realm []byte) bool {
	var c auth.Credentials
	for i := req.Index(id); i >= 0; i = req.Next(i) {
		if _, err := c.Parse(req.ValueAt(i)); err == nil && bytes.Equal(c.Realm(), realm) {
			return true
		}
	}
	return false
}

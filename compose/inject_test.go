package compose

import (
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/hostile"
)

func replyWith(change func(r *Reply, text []byte)) func(m *codec.Message, text []byte) ([]byte, error) {
	return func(m *codec.Message, text []byte) ([]byte, error) {
		r := &Reply{Status: 200, Tag: []byte("t")}
		change(r, text)
		return AppendReply(nil, m, r)
	}
}

func requestWith(change func(d *Dialog, r *Request, text []byte)) func(m *codec.Message, text []byte) ([]byte, error) {
	return func(m *codec.Message, text []byte) ([]byte, error) {
		var d Dialog
		if err := d.Begin(m, []byte("t")); err != nil {
			return nil, err
		}
		via := *bobVia
		r := &Request{Method: []byte("BYE"), CSeq: 1, Via: &via}
		change(&d, r, text)
		return AppendRequest(nil, &d, r)
	}
}

func challengeWith(change func(c *digest.Challenge, text []byte)) func(r *Reply, text []byte) {
	return func(r *Reply, text []byte) {
		c := digest.Challenge{Realm: []byte("r"), Nonce: []byte("n"), Algorithm: digest.MD5}
		change(&c, text)
		r.Status, r.Fields = 401, []HeaderField{{ID: header.IDWWWAuthenticate, Challenge: &c}}
	}
}

// setters is every place of Reply and Request that takes text.
var setters = []hostile.Setter{
	{Name: "Reply tag", Kind: "token", Make: replyWith(func(r *Reply, b []byte) { r.Tag = b })},
	{Name: "Reply reason", Kind: "text", Make: replyWith(func(r *Reply, b []byte) { r.Reason = b })},
	{Name: "Reply name", Kind: "token", Make: replyWith(func(r *Reply, b []byte) { r.Fields = []HeaderField{{Name: b}} })},
	{Name: "Reply value", Kind: "text", Make: replyWith(func(r *Reply, b []byte) { r.Fields = []HeaderField{{ID: header.IDServer, Value: b}} })},
	{Name: "Reply display name", Kind: "text", Make: replyWith(func(r *Reply, b []byte) {
		r.Fields = []HeaderField{{ID: header.IDContact, Addr: &Address{Display: b, URI: []byte("sip:a@b")}}}
	})},
	{Name: "Reply contact", Kind: "uri", Make: replyWith(func(r *Reply, b []byte) {
		r.Fields = []HeaderField{{ID: header.IDContact, Addr: &Address{URI: b}}}
	})},
	{Name: "Reply contact parameter", Kind: "token", Make: replyWith(func(r *Reply, b []byte) {
		r.Fields = []HeaderField{{ID: header.IDContact, Addr: &Address{URI: []byte("sip:a@b"), Params: []Param{{Name: b}}}}}
	})},
	{Name: "Reply contact value", Kind: "text", Make: replyWith(func(r *Reply, b []byte) {
		r.Fields = []HeaderField{{ID: header.IDContact, Addr: &Address{URI: []byte("sip:a@b"), Params: []Param{{Name: []byte("x"), Value: b}}}}}
	})},
	{Name: "Reply realm", Kind: "text", Make: replyWith(challengeWith(func(c *digest.Challenge, b []byte) { c.Realm = b }))},
	{Name: "Reply nonce", Kind: "text", Make: replyWith(challengeWith(func(c *digest.Challenge, b []byte) { c.Nonce = b }))},
	{Name: "Reply opaque", Kind: "text", Make: replyWith(challengeWith(func(c *digest.Challenge, b []byte) { c.Opaque = b }))},
	{Name: "Reply domain", Kind: "text", Make: replyWith(challengeWith(func(c *digest.Challenge, b []byte) { c.Domain = b }))},
	{Name: "Reply type", Kind: "text", Make: replyWith(func(r *Reply, b []byte) { r.ContentType, r.Body = b, []byte("x") })},
	{Name: "Request method", Kind: "token", Make: requestWith(func(_ *Dialog, r *Request, b []byte) { r.Method = b })},
	{Name: "Request host", Kind: "host", Make: requestWith(func(_ *Dialog, r *Request, b []byte) { r.Via.Host = b })},
	{Name: "Request branch", Kind: "branch", Make: requestWith(func(_ *Dialog, r *Request, b []byte) { r.Via.Branch = b })},
	{Name: "Request Via parameter", Kind: "token", Make: requestWith(func(_ *Dialog, r *Request, b []byte) { r.Via.Params = []Param{{Name: b}} })},
	{Name: "Request Via value", Kind: "text", Make: requestWith(func(_ *Dialog, r *Request, b []byte) {
		r.Via.Params = []Param{{Name: []byte("x"), Value: b}}
	})},
	{Name: "Request tag", Kind: "token", Make: requestWith(func(d *Dialog, _ *Request, b []byte) { d.LocalTag = b })},
	{Name: "Request name", Kind: "token", Make: requestWith(func(_ *Dialog, r *Request, b []byte) { r.Fields = []HeaderField{{Name: b}} })},
	{Name: "Request value", Kind: "text", Make: requestWith(func(_ *Dialog, r *Request, b []byte) {
		r.Fields = []HeaderField{{ID: header.IDReason, Value: b}}
	})},
	{Name: "Request type", Kind: "text", Make: requestWith(func(_ *Dialog, r *Request, b []byte) { r.ContentType, r.Body = b, []byte("x") })},
}

func TestInjection(t *testing.T) { hostile.Test(t, setters) }

func FuzzInjection(f *testing.F) { hostile.Fuzz(f, setters) }

package compose

import (
	"testing"

	"github.com/sipwire/sipwire/codec"
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

// setters is every place of Reply and Request that takes text.
var setters = []hostile.Setter{
	{Name: "Reply tag", Kind: "token", Make: replyWith(func(r *Reply, b []byte) { r.Tag = b })},
	{Name: "Reply reason", Kind: "text", Make: replyWith(func(r *Reply, b []byte) { r.Reason = b })},
	{Name: "Reply name", Kind: "token", Make: replyWith(func(r *Reply, b []byte) { r.Fields = []HeaderField{{Name: b}} })},
	{Name: "Reply value", Kind: "text", Make: replyWith(func(r *Reply, b []byte) { r.Fields = []HeaderField{{ID: header.IDServer, Value: b}} })},
	{Name: "Reply type", Kind: "text", Make: replyWith(func(r *Reply, b []byte) { r.ContentType, r.Body = b, []byte("x") })},
	{Name: "Request method", Kind: "token", Make: requestWith(func(_ *Dialog, r *Request, b []byte) { r.Method = b })},
	{Name: "Request host", Kind: "host", Make: requestWith(func(_ *Dialog, r *Request, b []byte) { r.Via.Host = b })},
	{Name: "Request branch", Kind: "branch", Make: requestWith(func(_ *Dialog, r *Request, b []byte) { r.Via.Branch = b })},
	{Name: "Request tag", Kind: "token", Make: requestWith(func(d *Dialog, _ *Request, b []byte) { d.LocalTag = b })},
	{Name: "Request name", Kind: "token", Make: requestWith(func(_ *Dialog, r *Request, b []byte) { r.Fields = []HeaderField{{Name: b}} })},
	{Name: "Request value", Kind: "text", Make: requestWith(func(_ *Dialog, r *Request, b []byte) {
		r.Fields = []HeaderField{{ID: header.IDReason, Value: b}}
	})},
	{Name: "Request type", Kind: "text", Make: requestWith(func(_ *Dialog, r *Request, b []byte) { r.ContentType, r.Body = b, []byte("x") })},
}

func TestInjection(t *testing.T) { hostile.Test(t, setters) }

func FuzzInjection(f *testing.F) { hostile.Fuzz(f, setters) }

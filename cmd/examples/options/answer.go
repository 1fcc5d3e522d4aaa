package main

import (
	"net/netip"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// What this server can do, for the 200 (RFC 3261, 11.2) and, the first of
// them, for the 405 (8.2.1).
var able = []compose.HeaderField{
	{ID: header.IDAllow, Value: []byte("OPTIONS")},
	{ID: header.IDAccept, Value: []byte("application/sdp")},
	{ID: header.IDAcceptEncoding, Value: []byte("identity")},
	{ID: header.IDAcceptLanguage, Value: []byte("en")},
}

// answerer makes the responses of one goroutine.
type answerer struct {
	m           codec.Message
	reply       compose.Reply
	tag         []byte
	unsupported []compose.HeaderField
	key         compose.Key
}

func newAnswerer() *answerer {
	return &answerer{key: compose.NewKey()}
}

// answer appends the response to the datagram in, which came from src, and
// returns where to send it; it appends nothing where there is nothing to say.
func (a *answerer) answer(dst, in []byte, src netip.AddrPort) ([]byte, netip.AddrPort) {
	m, r := &a.m, &a.reply
	malformed := m.Parse(in)
	if !m.IsAnswerable() {
		return dst, src
	}
	*r = compose.Reply{Source: src}
	switch {
	case malformed != nil:
		r.Status = m.Fault().Code.Status() // a 400, 413, 505 and so on
	case m.Method() == header.MethodCANCEL:
		r.Status = 481 // nothing here lasts long enough to be cancelled (9.2)
	case m.Method() != header.MethodOPTIONS:
		r.Status, r.Fields = 405, able[:1]
	case m.Has(header.IDRequire):
		r.Status, r.Fields = 420, a.required()
	default:
		r.Status, r.Fields = 200, able
	}
	// A server without state gives a request that comes again the tag it gave
	// before (8.2.7).
	var err error
	if a.tag, err = a.key.AppendTag(a.tag[:0], m); err != nil {
		return dst, src
	}
	r.Tag = a.tag
	to, err := m.ResponseDestination(src)
	if err != nil {
		return dst, src
	}
	dst, _ = compose.AppendReply(dst, m, r) // what is not enough to answer is not answered
	addr, _ := to.AddrPort()                // it is one: src is known
	return dst, addr
}

// required returns what the request requires as Unsupported fields.
func (a *answerer) required() []compose.HeaderField {
	a.unsupported = a.unsupported[:0]
	for v := range a.m.Values(header.IDRequire) {
		a.unsupported = append(a.unsupported, compose.HeaderField{ID: header.IDUnsupported, Value: v})
	}
	return a.unsupported
}

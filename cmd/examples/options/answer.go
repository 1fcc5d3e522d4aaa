package main

import (
	"crypto/rand"
	"encoding/binary"
	"net/netip"
	"strconv"

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
	seed        uint64
}

func newAnswerer() *answerer {
	a := &answerer{}
	var b [8]byte
	rand.Read(b[:])
	a.seed = binary.NativeEndian.Uint64(b[:])
	return a
}

// answer appends the response to the datagram in, which came from src, and
// returns where to send it; it appends nothing where there is nothing to say.
func (a *answerer) answer(dst, in []byte, src netip.AddrPort) ([]byte, netip.AddrPort) {
	m, r := &a.m, &a.reply
	if m.Parse(in) != nil || !m.IsRequest() {
		return dst, src
	}
	*r = compose.Reply{Source: src}
	switch m.Method() {
	case header.MethodACK, header.MethodCANCEL:
		return dst, src
	case header.MethodOPTIONS:
		r.Status, r.Fields = 200, able
		if m.Has(header.IDRequire) {
			r.Status, r.Fields = 420, a.required()
		}
	default:
		r.Status, r.Fields = 405, able[:1]
	}
	// A server without state gives a request that comes again the tag it gave
	// before (8.2.7): made of what makes the transaction, and of a number that
	// nobody else knows (19.3).
	hash, err := m.TransactionHash(a.seed)
	if err != nil {
		return dst, src
	}
	a.tag = strconv.AppendUint(a.tag[:0], hash, 16)
	r.Tag = a.tag
	via, err := m.TopVia()
	if err != nil {
		return dst, src
	}
	to := destination(via, src)
	dst, _ = compose.AppendReply(dst, m, r) // what is not enough to answer is not answered
	return dst, to
}

// required returns what the request requires as Unsupported fields.
func (a *answerer) required() []compose.HeaderField {
	a.unsupported = a.unsupported[:0]
	for v := range a.m.Values(header.IDRequire) {
		a.unsupported = append(a.unsupported, compose.HeaderField{ID: header.IDUnsupported, Value: v})
	}
	return a.unsupported
}

// destination is where the response to a request from src goes (18.2.2 and
// RFC 3581, 4). A maddr is not followed: it is there for multicast, and would let
// anyone have answers sent to anyone.
func destination(via *header.Via, src netip.AddrPort) netip.AddrPort {
	port, ok := via.Port()
	if !ok {
		port = header.TransportUDP.DefaultPort()
	}
	if via.HasRPort() {
		return src
	}
	return netip.AddrPortFrom(src.Addr(), port)
}

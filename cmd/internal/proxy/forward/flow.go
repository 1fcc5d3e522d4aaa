package forward

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/netip"

	"github.com/sipwire/sipwire/header"
)

// Flows knows which connections are open. It may be used by many goroutines at
// once.
type Flows interface {
	// IsOpen reports whether the connection to a peer with a serial is open.
	IsOpen(t header.Transport, addr netip.AddrPort, serial uint64) bool
}

// A flow token names a flow, which is a Source: the connection, or the two ends of
// the datagrams, that a client is reached by (RFC 5626, 5.2). Who gets one can
// neither change it nor make another: it begins with an HMAC.
//
//	HMAC (10 bytes) | transport (1) | length of local (1) | local | remote | serial (8)
//
// local and remote are addresses with their ports. The serial is left out over
// UDP, so that with IPv4 the token has 32 characters there.
const (
	tokenMAC    = 10 // bytes, as HMAC-SHA1-80 in the example of 5.2; here of SHA-256
	tokenSerial = 8
	maxToken    = 256 // bytes; the zone of an IPv6 address has any length
)

// tokenText is how a token is written: all of its characters may be in the user
// part of a URI as they are (RFC 3261, 25.1).
var tokenText = base64.RawURLEncoding

// appendToken appends the token of a flow.
func (f *Forwarder) appendToken(dst []byte, flow Source) []byte {
	l := &f.locals[flow.Local].Local
	b := append(f.token[:0], make([]byte, tokenMAC)...)
	b = append(b, byte(l.Transport), 0)
	from := len(b)
	b, _ = l.Addr.AppendBinary(b) // never fails
	b[from-1] = byte(len(b) - from)
	b, _ = flow.Addr.AppendBinary(b)
	if l.Transport.IsReliable() {
		b = binary.BigEndian.AppendUint64(b, flow.Serial)
	}
	f.token = b
	copy(b, f.macOf(b[tokenMAC:]))
	return tokenText.AppendEncode(dst, b)
}

// readToken returns the flow of a token. It is not ok for what no proxy with this
// key has made. A flow of another proxy, which listens elsewhere, has the Local
// -1.
func (f *Forwarder) readToken(text []byte) (flow Source, ok bool) {
	if len(text) > tokenText.EncodedLen(maxToken) {
		return flow, false
	}
	b, err := tokenText.AppendDecode(f.token[:0], text)
	f.token = b
	if err != nil || len(b) < tokenMAC+2 || !hmac.Equal(b[:tokenMAC], f.macOf(b[tokenMAC:])) {
		return flow, false
	}
	// What follows was written by appendToken.
	t, n := header.Transport(b[tokenMAC]), int(b[tokenMAC+1])
	b = b[tokenMAC+2:]
	var local netip.AddrPort
	if n > len(b) || local.UnmarshalBinary(b[:n]) != nil {
		return flow, false
	}
	b = b[n:]
	if t.IsReliable() {
		if len(b) < tokenSerial {
			return flow, false
		}
		b, flow.Serial = b[:len(b)-tokenSerial], binary.BigEndian.Uint64(b[len(b)-tokenSerial:])
	}
	if flow.Addr.UnmarshalBinary(b) != nil {
		return flow, false
	}
	flow.Local = -1
	for i := range f.locals {
		if f.locals[i].Transport == t && f.locals[i].Addr == local {
			flow.Local = i
		}
	}
	return flow, true
}

// macOf returns the HMAC of the rest of a token, valid until the next call.
func (f *Forwarder) macOf(b []byte) []byte {
	if f.mac == nil {
		// Longer than the key itself, which other hashes are made with.
		f.mac = hmac.New(sha256.New, append(f.config.Key[:len(f.config.Key):len(f.config.Key)], "flow token"...))
	}
	f.mac.Reset()
	_, _ = f.mac.Write(b) // never fails
	f.macSum = f.mac.Sum(f.macSum[:0])
	return f.macSum[:tokenMAC]
}

// isSame reports whether a message came by a flow, as RFC 5626, 5.3 compares
// them: a connection that a client has opened anew from the same port is the same
// one.
func (f *Forwarder) isSame(flow, src Source) bool {
	return flow.Local >= 0 && f.locals[flow.Local].Transport == f.locals[src.Local].Transport && flow.Addr == src.Addr
}

// peerOf returns the Peer at the other end of a flow. Where it is a connection,
// no other one will do.
func (f *Forwarder) peerOf(flow Source) Peer {
	t := f.locals[flow.Local].Transport
	if t.IsReliable() {
		return Peer{Transport: t, Flow: flow.Addr, Serial: flow.Serial}
	}
	return Peer{Transport: t, Addr: flow.Addr}
}

// flowTo returns the flow that a Peer is at the other end of.
func flowTo(p *Peer, local int) Source {
	if p.Transport.IsReliable() {
		return Source{Local: local, Addr: p.Flow, Serial: p.Serial}
	}
	return Source{Local: local, Addr: p.Addr}
}

// IsOpen reports whether the flow of a Peer can be sent over, as far as is known:
// over UDP nobody knows.
func (f *Forwarder) IsOpen(p *Peer) bool {
	return f.config.Flows == nil || !p.Transport.IsReliable() || f.config.Flows.IsOpen(p.Transport, p.Flow, p.Serial)
}

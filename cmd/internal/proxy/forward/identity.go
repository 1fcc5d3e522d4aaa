package forward

import (
	"bytes"
	"encoding/hex"
	"net/netip"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/siphash"
	"github.com/sipwire/sipwire/uri"
)

// IsSelf reports whether a URI names the proxy: the host and port that it
// listens at, or writes into Record-Route.
func (f *Forwarder) IsSelf(u *uri.URI) bool {
	if !u.IsSIP() {
		return false
	}
	port, ok := u.Port()
	if !ok {
		port = 5060
		if u.Scheme() == uri.SIPS {
			port = 5061
		}
		if name, has := u.Transport(); has {
			if t := header.LookupTransport(name); t.IsSecure() {
				port = t.DefaultPort()
			}
		}
	}
	return f.isHere(u.Host(), port)
}

// isHere reports whether host and port are an address of the proxy.
func (f *Forwarder) isHere(host []byte, port uint16) bool {
	addr, isAddr := uri.ParseAddr(host)
	for i := range f.locals {
		l := &f.locals[i]
		switch {
		case l.Addr.Port() != port:
		case isAddr && (addr == l.addr || addr == l.Addr.Addr().Unmap()):
			return true
		case !isAddr && len(host) == len(l.Host) && bytes.EqualFold(host, l.via.Host):
			return true
		}
	}
	return false
}

// IsListening reports whether the proxy listens at an address.
func (f *Forwarder) IsListening(addr netip.AddrPort) bool {
	for i := range f.locals {
		l := &f.locals[i]
		if l.Addr.Port() == addr.Port() && (l.Addr.Addr().Unmap() == addr.Addr() || l.addr == addr.Addr()) {
			return true
		}
	}
	return false
}

// localFor returns the Local that sends over a transport to an address: the
// one that received the message if it can, so that a peer sees one address.
func (f *Forwarder) localFor(t header.Transport, addr netip.Addr, received int) (int, bool) {
	fits := func(i int) bool {
		l := f.locals[i].Addr.Addr()
		return f.locals[i].Transport == t && (l.Unmap().Is4() == addr.Is4() || l == netip.IPv6Unspecified())
	}
	if fits(received) {
		return received, true
	}
	for i := range f.locals {
		if fits(i) {
			return i, true
		}
	}
	return 0, false
}

// isOwnVia returns the Local that has put a Via value in.
func (f *Forwarder) isOwnVia(v *header.Via) (int, bool) {
	port, ok := v.Port()
	if !ok {
		port = v.Transport().DefaultPort()
	}
	for i := range f.locals {
		l := &f.locals[i]
		if l.Addr.Port() == port && l.Transport == v.Transport() && bytes.EqualFold(v.Host(), l.via.Host) {
			return i, true
		}
	}
	return 0, false
}

// loopLen is the length of the part of a branch that finds loops.
const loopLen = 16

// useLoop keeps the hash apart from those that package compose makes with the
// same key.
const useLoop = 0x10

// appendLoop appends a hash of what decides where a request goes (RFC 3261,
// 16.6, step 8). To tag, Proxy-Require and Proxy-Authorization, which
// the ACK or the CANCEL of an INVITE has otherwise than the INVITE, are left
// out: the branch of a stateless proxy must be the same for all three (16.11).
func (f *Forwarder) appendLoop(dst []byte, m *codec.Message) []byte {
	h := siphash.New((*[16]byte)(&f.config.Key))
	cseq, _ := m.CSeq()
	n := cseq.Number()
	h.Write([]byte{useLoop, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
	from, _ := m.From()
	h.WritePart(from.Tag())
	h.WritePart(m.Value(header.IDCallID))
	h.WritePart(m.RequestURIBytes())
	for i := m.Index(header.IDRoute); i >= 0; i = m.Next(i) {
		h.WritePart(m.ValueAt(i))
	}
	sum := h.Sum()
	return hex.AppendEncode(dst, sum[:loopLen/2])
}

// loops reports whether the request was here before as it is now (16.3,
// step 4). One that was here and has changed spirals, which is fine.
func (f *Forwarder) loops(m *codec.Message) bool {
	f.list = f.list[:0]
	if via, ok := onlyVia(m); ok {
		return f.isLoop(via, m)
	}
	for v, err := range m.Vias() {
		if err != nil {
			return false // below the top one, it is for others to judge
		}
		if f.isLoop(&v, m) {
			return true
		}
	}
	return false
}

// onlyVia returns the Via of a request that has one value of it, which was read
// already: most requests come from their user agent.
func onlyVia(m *codec.Message) (*header.Via, bool) {
	i := m.Index(header.IDVia)
	if i < 0 || m.Next(i) >= 0 || bytes.IndexByte(m.ValueAt(i), ',') >= 0 {
		return nil, false
	}
	via, err := m.TopVia()
	return via, err == nil
}

// isLoop reports whether the proxy has put the Via value in when the request
// was as it is now. f.list keeps the hash from one value to the next.
func (f *Forwarder) isLoop(v *header.Via, m *codec.Message) bool {
	if _, own := f.isOwnVia(v); !own {
		return false
	}
	if len(f.list) == 0 {
		f.list = f.appendLoop(f.list, m)
	}
	b := v.Branch()
	return len(b) > loopLen && bytes.Equal(b[len(b)-loopLen:], f.list)
}

// IsService reports whether a URI is one of an emergency or another well-known
// service (RFC 5031): urn:service:sos. It names no host: a Route or a rule
// decides.
func IsService(u *uri.URI) bool {
	const urn, service = "urn", "service:"
	o := u.Opaque()
	return bytes.EqualFold(u.SchemeBytes(), []byte(urn)) && len(o) > len(service) && bytes.EqualFold(o[:len(service)], []byte(service))
}

package forward

import (
	"bytes"
	"net/netip"

	"github.com/sipwire/sipwire/header"
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

// IsService reports whether a URI is one of an emergency or another well-known
// service (RFC 5031): urn:service:sos. It names no host: a Route or a rule
// decides.
func IsService(u *uri.URI) bool {
	const urn, service = "urn", "service:"
	o := u.Opaque()
	return bytes.EqualFold(u.SchemeBytes(), []byte(urn)) && len(o) > len(service) && bytes.EqualFold(o[:len(service)], []byte(service))
}

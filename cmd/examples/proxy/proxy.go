package main

import (
	"net/netip"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// A proxy forwards messages, one at a time.
type proxy struct {
	self        netip.AddrPort
	key         compose.Key
	via         codec.ViaSpec
	recordRoute []byte
	routes      map[string]uri.URI

	m      codec.Message
	edit   codec.Edit
	branch []byte
	tag    []byte
}

// newProxy returns a proxy that peers reach at self. Its routes are the URIs of
// its users.
func newProxy(self netip.AddrPort, routes map[string]string) (*proxy, error) {
	p := &proxy{self: self, key: compose.NewKey(), routes: map[string]uri.URI{}}
	p.via = codec.ViaSpec{Transport: header.TransportUDP, Addr: self.Addr(), Port: self.Port()}
	p.recordRoute = []byte("sip:" + self.String()) // PushRecordRoute puts ;lr behind it
	for user, to := range routes {
		u, err := uri.Parse([]byte(to))
		if err != nil {
			return nil, err
		}
		p.routes[user] = u
	}
	return p, nil
}

// isSelf reports whether a URI names the proxy.
func (p *proxy) isSelf(u *uri.URI) bool {
	addr, ok := u.HostAddr()
	port, hasPort := u.Port()
	if !hasPort {
		port = header.TransportUDP.DefaultPort()
	}
	return ok && netip.AddrPortFrom(addr, port) == p.self
}

// handle appends what a datagram leads to, and returns where to send it. It
// appends nothing when there is nothing to send.
func (p *proxy) handle(dst, in []byte, src netip.AddrPort) ([]byte, netip.AddrPort) {
	err := p.m.Parse(in)
	switch {
	case err != nil && p.m.IsResponse():
		return dst, src
	case err != nil:
	case p.m.IsResponse():
		return p.response(dst)
	default:
		var out []byte
		var to netip.AddrPort
		if out, to, err = p.request(dst, src); err == nil {
			return out, to
		}
	}
	// 483 for ErrMaxForwards, 416 for a URI that leads nowhere, and so on.
	code, _ := err.(sipwire.Code)
	return p.reply(dst, src, code.Status(), nil)
}

// request forwards a request (RFC 3261, 16.3 to 16.6).
func (p *proxy) request(dst []byte, src netip.AddrPort) ([]byte, netip.AddrPort, error) {
	m, e := &p.m, &p.edit
	if m.Has(header.IDProxyRequire) { // it asks for an extension, and there is none (16.3, step 5)
		out, to := p.reply(dst, src, 420, []compose.HeaderField{{ID: header.IDUnsupported, Value: m.Value(header.IDProxyRequire)}})
		return out, to, nil
	}
	hop, err := m.NextHop(p.isSelf)
	if err != nil {
		return dst, src, err
	}
	if err := e.Begin(m); err != nil {
		return dst, src, err
	}
	next := hop.Next
	if p.isSelf(&hop.Target) && !hop.Routed {
		next = p.routes[string(hop.Target.User())]
		if !next.IsValid() {
			out, to := p.reply(dst, src, 404, nil)
			return out, to, nil
		}
	}
	to, err := codec.RequestDestination(&next)
	if err != nil {
		return dst, src, err
	}
	addr, ok := to.AddrPort()
	if !ok || to.Transport != header.TransportUDP { // more than this proxy has
		out, to := p.reply(dst, src, 502, nil)
		return out, to, nil
	}
	if p.branch, err = p.key.AppendBranch(p.branch[:0], m); err != nil {
		return dst, src, err
	}
	p.via.Branch = p.branch
	// Each call below is skipped after one that failed, and AppendTo returns the
	// error of that one: ErrMaxForwards is the one to expect.
	_ = e.SetReceived(src) // whatever the sender has put there
	_ = e.DecrementMaxForwards()
	_ = e.ApplyHop(&hop)
	if !hop.Routed && p.isSelf(&hop.Target) {
		_ = e.SetRequestURI(next.Bytes())
	}
	if m.Method().CreatesDialog() {
		_ = e.PushRecordRoute(p.recordRoute)
	}
	_ = e.PushVia(&p.via)
	out, err := e.AppendTo(dst)
	return out, addr, err
}

// response forwards a response to where the Via below the proxy's own says (RFC
// 3261, 16.7 and 18.2.2).
func (p *proxy) response(dst []byte) ([]byte, netip.AddrPort) {
	m, e := &p.m, &p.edit
	if !m.IsSentByAddr(p.self) {
		return dst, netip.AddrPort{} // it is not for this proxy (18.1.2)
	}
	below, err := m.Via(1)
	if err != nil {
		return dst, netip.AddrPort{} // a stateless proxy sends no request of its own
	}
	addr, ok := codec.ViaDestination(&below).AddrPort()
	if !ok || e.Begin(m) != nil || e.PopVia() != nil {
		return dst, netip.AddrPort{}
	}
	out, err := e.AppendTo(dst)
	if err != nil {
		return dst, netip.AddrPort{}
	}
	return out, addr
}

// reply answers a request itself. A stateless proxy gives a request that comes
// again the tag that it gave before (RFC 3261, 8.2.7).
func (p *proxy) reply(dst []byte, src netip.AddrPort, status int, fields []compose.HeaderField) ([]byte, netip.AddrPort) {
	m := &p.m
	if !m.IsRequest() || m.Method() == header.MethodACK {
		return dst, src // nothing answers an ACK
	}
	var err error
	if p.tag, err = p.key.AppendTag(p.tag[:0], m); err != nil {
		return dst, src
	}
	to, err := m.ResponseDestination(src)
	if err != nil {
		return dst, src
	}
	dst, _ = compose.AppendReply(dst, m, &compose.Reply{Status: status, Tag: p.tag, Source: src, Fields: fields})
	addr, _ := to.AddrPort() // it is one: src is known
	return dst, addr
}

package forward

import (
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// What an edge proxy does for clients that can be reached over their own
// connection only, or through their NAT (RFC 5626, 5). It keeps nothing: which flow
// a client has is said by a token in the proxy's own Path and Record-Route URIs.

// outbound is what the Route values of the proxy say in the request of the last
// Check.
type outbound struct {
	flow   Source // that it is to be sent over
	routed bool   // there is one
	forged bool   // a token is none of this proxy's
	ob     bool   // a value has the ob parameter
	own    bool   // a token names the flow that the request came by
}

// readFlows reads the token in the first Route value of the proxy that is taken off
// (RFC 5626, 5.3). passOwn reads those of the others.
//
// The proxy has put in two, of which the first is that of the side that the request
// comes from: see recordFlows. The last one decides. So a client that has opened a
// new connection meanwhile is still known by its place as the one that sends.
func (f *Forwarder) readFlows(m *codec.Message, src Source) error {
	f.outbound = outbound{}
	hop := &f.hop
	if hop.DropLast { // a strict router has made it the Request-URI
		u, err := m.RequestURI()
		if err != nil {
			return err
		}
		f.readFlow(u, src)
	}
	if !hop.DropFirst {
		return nil
	}
	for v, err := range m.Routes() {
		if err != nil {
			return err
		}
		if _, err = v.ParseURI(&f.route); err != nil {
			return err
		}
		break
	}
	f.readFlow(&f.route, src)
	return nil
}

// readFlow reads one value. What it says counts for more than those before it.
func (f *Forwarder) readFlow(u *uri.URI, src Source) {
	o := &f.outbound
	o.ob = o.ob || u.OB()
	o.routed = false
	if !u.HasUser() {
		return
	}
	flow, ok := f.readToken(u.User())
	switch {
	case !ok:
		o.forged = true
	case f.isSame(flow, src):
		o.own = true
	default:
		o.flow, o.routed = flow, true
	}
}

// FlowStatus returns the status that refuses the request of the last Check since its
// token was tampered with, or its flow is gone (RFC 5626, 5.3.1), else 0. A proxy
// with transactions asks for what begins one only: the ACK for a failure, a CANCEL
// and a repeat belong to what was sent while the flow was open.
func (f *Forwarder) FlowStatus() int {
	o := &f.outbound
	switch {
	case o.forged:
		return 403
	case !o.routed:
		return 0
	case o.flow.Local >= 0:
		if to := f.peerOf(o.flow); f.IsOpen(&to) {
			return 0
		}
	}
	return 430
}

// checkFlow is FlowStatus without transactions. When it is not ok, r is the end of the
// request.
func (f *Forwarder) checkFlow(r *Result, dst []byte, m *codec.Message, src Source) (ok bool) {
	status := f.FlowStatus()
	switch {
	case status == 0:
		return true
	case status == 430 && m.Method() == header.MethodACK:
		r.Drop(NoConnect)
	default:
		f.answer(r, dst, m, src, status, "")
	}
	return false
}

// isFlow reports whether a Peer is the one that a token in the request of the last
// Check names.
func (f *Forwarder) isFlow(p *Peer) bool {
	return f.ByFlow() && f.outbound.flow.Local >= 0 && *p == f.peerOf(f.outbound.flow)
}

// ByFlow reports whether a token in the request of the last Check says where that
// goes.
func (f *Forwarder) ByFlow() bool { return f.outbound.routed }

// recordFlows puts Record-Route in as recordRoute does, with the tokens of the
// flows on both sides (RFC 5626, 5.3.1 and 5.3.2). With a token there are always
// two values, so that each side is known by the place of its own.
func (f *Forwarder) recordFlows(e *codec.Edit, m *codec.Message, peer *Peer, c *Copy, src Source) {
	if !beginsDialog(m.Method()) {
		return
	}
	from := f.outbound.own || isFirstHop(m) && f.isOutbound(m)
	to := c.Outbound || f.isFlow(peer)
	if !from && !to {
		if !f.config.NoRecordRoute {
			f.recordRoute(e, m, &f.hop, src.Local, c.Local)
		}
		return
	}
	at := onTop(m, header.IDRecordRoute)
	f.addRoute(e, at, header.IDRecordRoute, c.Local, to, flowTo(peer, c.Local))
	f.addRoute(e, at, header.IDRecordRoute, src.Local, from, src)
}

// addPath puts Path into the REGISTER of a client that asks for outbound and has
// no proxy before this one (RFC 5626, 5.1).
func (f *Forwarder) addPath(e *codec.Edit, m *codec.Message, c *Copy, src Source) {
	if m.Method() == header.MethodREGISTER && isFirstHop(m) && hasRegID(m) {
		f.addRoute(e, onTop(m, header.IDPath), header.IDPath, c.Local, true, src)
	}
}

// addRoute adds a value that leads to a Local of the proxy, with the token of a
// flow or without.
func (f *Forwarder) addRoute(e *codec.Edit, at codec.Position, id header.ID, local int, token bool, flow Source) {
	value := f.locals[local].recordRoute[f.secure()]
	if !token && id == header.IDRecordRoute {
		_ = e.Add(at, id, value)
		return
	}
	host := len("<sip:") + f.secure()
	b := append(f.list[:0], value[:host]...)
	b = append(f.appendToken(b, flow), '@')
	b = append(b, value[host:len(value)-1]...)
	if id == header.IDPath {
		b = append(b[:len(b)-len(recordedParam)], "ob"...)
	}
	f.list = append(b, '>')
	_ = e.Add(at, id, f.list)
}

// secure is 1 for a request to a sips URI, else 0.
func (f *Forwarder) secure() int {
	if f.hop.Target.Scheme() == uri.SIPS {
		return 1
	}
	return 0
}

// isOutbound reports whether the user agent that has sent a request asks for help
// with the requests of the dialog, by its Contact or by the Route that it was
// configured with (RFC 5626, 5.3.2).
func (f *Forwarder) isOutbound(m *codec.Message) bool {
	if !f.outbound.routed && f.outbound.ob {
		return true
	}
	u, err := m.RemoteTarget()
	return err == nil && u.OB()
}

// isFirstHop reports whether a request has come from its user agent: there is one
// Via.
func isFirstHop(m *codec.Message) bool {
	_, only := onlyVia(m)
	return only
}

// hasRegID reports whether a contact of a REGISTER has a reg-id.
func hasRegID(m *codec.Message) bool {
	for v, err := range m.Contacts() {
		if err == nil {
			if _, ok := v.RegID(); ok {
				return true
			}
		}
	}
	return false
}

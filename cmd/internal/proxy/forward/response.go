package forward

import (
	"net/netip"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// response forwards a response by its Via values, and changes nothing in it
// but to take the proxy's own one off (RFC 3261, 16.11). r is empty.
func (f *Forwarder) response(r *Result, dst []byte, m *codec.Message, src Source) {
	top, err := m.TopVia()
	if err != nil {
		r.Drop(Malformed)
		return
	}
	if _, own := f.isOwnVia(top); !own {
		r.Drop(NotOurs)
		return
	}
	if !f.back(r, m, src.Local) {
		return
	}
	e := &f.edit
	_ = e.Begin(m) // what goes wrong stays in e until AppendTo
	_ = e.PopVia()
	if _, has := m.ContentLength(); !has {
		_ = e.SetContentLength() // the next hop may be a stream
	}
	f.config.Headers.apply(ofResponses, e, m)
	if dst, err = e.AppendTo(dst); err != nil {
		r.Drop(Malformed)
		return
	}
	r.Kind, r.Data = Forwarded, dst
}

// back finds where a response goes, by the Via value below the proxy's own in m, which
// is that response or its request: r, which is empty before, has it, or why it cannot
// go. It came by the Local received.
func (f *Forwarder) back(r *Result, m *codec.Message, received int) (ok bool) {
	via, err := m.Via(1)
	if err != nil {
		r.Drop(NoVia)
		return false
	}
	d := codec.ViaDestination(&via)
	f.pending = false
	ok = f.locate(&r.To, &d, m)
	if f.pending {
		*r = Result{Kind: NeedsName}
		return false
	}
	if !ok || !IsOneHost(r.To.Addr.Addr()) {
		r.Drop(Unresolved)
		return false
	}
	if d.Transport.IsReliable() {
		// The rport that the proxy has put in says which connection it was.
		addr, ok := uri.ParseAddr(via.Received())
		if port, has := via.RPort(); ok && has {
			r.To.Flow = netip.AddrPortFrom(addr, port)
		}
	}
	if r.Local, ok = f.localFor(d.Transport, r.To.Addr.Addr(), received); !ok {
		r.Drop(Unresolved)
	}
	return ok
}

// sentParser reads what the proxy has written: it may come from a stream, which takes
// more than a datagram, and have more fields than what came.
var sentParser = codec.Parser{MaxMessage: 1 << 30, MaxHeaders: 1 << 16, MaxField: 1 << 30, MaxStartLine: 1 << 30}

// Undelivered answers a request that was to be sent as sent says, and could not be,
// to who it came from: the proxy behaves as if the next hop had answered (RFC 3261,
// 16.9). It has no Data where no answer can be given, as to an ACK.
func (f *Forwarder) Undelivered(dst, sent []byte, status int, reason string) (r Result) {
	m, e := &f.message, &f.edit
	if sentParser.Parse(m, sent) != nil || !m.IsRequest() || m.Method() == header.MethodACK {
		return r
	}
	via, err := m.TopVia()
	if err != nil {
		return r
	}
	local, _ := f.isOwnVia(via)
	if !f.back(&r, m, local) {
		return r
	}
	_ = e.Begin(m) // what goes wrong stays in e until AppendTo
	_ = e.PopVia()
	if f.undelivered, err = e.AppendTo(f.undelivered[:0]); err != nil || sentParser.Parse(m, f.undelivered) != nil {
		return r
	}
	if f.tag, err = f.appendTag(f.tag[:0], m); err != nil {
		return r
	}
	reply := compose.Reply{Status: status, Tag: f.tag}
	if reason != "" {
		f.reason = append(f.reason[:0], reason...)
		reply.Reason = f.reason
	}
	out, err := compose.AppendReply(dst, m, &reply)
	if err != nil {
		return r
	}
	r.Kind, r.Data, r.Status = Answered, out, status
	return r
}

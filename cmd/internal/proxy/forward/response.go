package forward

import (
	"net/netip"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/uri"
)

// response forwards a response by its Via values, and changes nothing in it
// but to take the proxy's own one off (RFC 3261, 16.11). r is empty.
func (f *Forwarder) response(r *Result, dst []byte, m *codec.Message, src Source) {
	top, err := m.TopVia()
	if err != nil {
		*r = dropped(Malformed)
		return
	}
	if _, own := f.isOwnVia(top); !own {
		*r = dropped(NotOurs)
		return
	}
	via, err := m.Via(1)
	if err != nil {
		*r = dropped(NoVia)
		return
	}
	d := codec.ViaDestination(&via)
	f.pending = false
	ok := f.locate(&r.To, &d, m)
	if f.pending {
		*r = Result{Kind: NeedsName}
		return
	}
	if !ok || !IsOneHost(r.To.Addr.Addr()) {
		*r = dropped(Unresolved)
		return
	}
	if d.Transport.IsReliable() {
		// The rport that the proxy has put in says which connection it was.
		received, ok := uri.ParseAddr(via.Received())
		if port, has := via.RPort(); ok && has {
			r.To.Flow = netip.AddrPortFrom(received, port)
		}
	}
	local, ok := f.localFor(d.Transport, r.To.Addr.Addr(), src.Local)
	if !ok {
		*r = dropped(Unresolved)
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
		*r = dropped(Malformed)
		return
	}
	r.Kind, r.Local, r.Data = Forwarded, local, dst
}

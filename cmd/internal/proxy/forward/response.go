package forward

import (
	"net/netip"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/uri"
)

// response forwards a response by its Via values, and changes nothing in it
// but to take the proxy's own one off (RFC 3261, 16.11).
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
	e := &f.edit
	_ = e.Begin(m) // what goes wrong stays in e until AppendTo
	_ = e.PopVia()
	if _, has := m.ContentLength(); !has {
		_ = e.SetContentLength() // the next hop may be a stream
	}
	f.config.Headers.apply(ofResponses, e, m)
	from := len(dst)
	dst, err = e.AppendTo(dst)
	if err != nil {
		*r = dropped(Malformed)
		return
	}
	if err := f.sent.Parse(dst[from:]); err != nil {
		*r = dropped(Malformed)
		return
	}
	via, err := f.sent.TopVia()
	if err != nil {
		*r = dropped(NoVia)
		return
	}
	d, err := f.sent.ResponseDestination(netip.AddrPort{})
	if err != nil {
		*r = dropped(Unresolved)
		return
	}
	f.pending = false
	peer, ok := f.locate(&d, m)
	if f.pending {
		r.Kind = NeedsName
		return
	}
	if !ok || !IsOneHost(peer.Addr.Addr()) {
		*r = dropped(Unresolved)
		return
	}
	if d.Transport.IsReliable() {
		// The rport that the proxy has put in says which connection it was.
		received, ok := uri.ParseAddr(via.Received())
		if port, has := via.RPort(); ok && has {
			peer.Flow = netip.AddrPortFrom(received, port)
		}
	}
	to, ok := f.localFor(d.Transport, peer.Addr.Addr(), src.Local)
	if !ok {
		*r = dropped(Unresolved)
		return
	}
	r.Kind, r.Local, r.To, r.Data = Forwarded, to, peer, dst
}

package forward

import (
	"net/netip"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/uri"
)

// response forwards a response by its Via values, and changes nothing in it
// but to take the proxy's own one off (RFC 3261, 16.11).
func (f *Forwarder) response(dst []byte, m *codec.Message, src Source) Result {
	top, err := m.TopVia()
	if err != nil {
		return dropped(Malformed)
	}
	if _, own := f.isOwnVia(top); !own {
		return dropped(NotOurs)
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
		return dropped(Malformed)
	}
	if err := f.sent.Parse(dst[from:]); err != nil {
		return dropped(Malformed)
	}
	via, err := f.sent.TopVia()
	if err != nil {
		return dropped(NoVia)
	}
	d, err := f.sent.ResponseDestination(netip.AddrPort{})
	if err != nil {
		return dropped(Unresolved)
	}
	f.pending = false
	peer, ok := f.locate(&d, m)
	if f.pending {
		return Result{Kind: NeedsName}
	}
	if !ok || !IsOneHost(peer.Addr.Addr()) {
		return dropped(Unresolved)
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
		return dropped(Unresolved)
	}
	return Result{Kind: Forwarded, Local: to, To: peer, Data: dst}
}

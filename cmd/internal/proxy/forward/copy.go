package forward

import (
	"strconv"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// What a proxy with transactions takes from the stateless one: a request is
// checked, its target asked for, and as many copies of it written as there are
// targets.

// A Copy says how one copy of a request leaves (RFC 3261, 16.6).
type Copy struct {
	Local  int    // the index of the Local to send from
	Branch []byte // of the Via
	// URI is the Request-URI to put in, nil to leave it as it is. Path is the
	// Route that goes with it, a list as in Path (RFC 3327); it may be nil.
	URI, Path []byte
	// Outbound says that To is the flow of a registration, and that a dialog needs
	// it too (RFC 5626).
	Outbound bool
	// Breadth is the Max-Breadth to put in (RFC 5393), 0 to leave that as it is.
	Breadth uint16
}

// AppendCopy appends a copy of the request of the last Check, which goes to a Peer.
func (f *Forwarder) AppendCopy(dst []byte, m *codec.Message, src Source, to *Peer, c *Copy) ([]byte, error) {
	e, hop := &f.edit, &f.hop
	_ = e.Begin(m) // what goes wrong stays in e until AppendTo
	if f.locals[src.Local].Transport.IsReliable() {
		_ = e.ForceRPort(src.Addr) // finds the connection again
	} else {
		_ = e.SetReceived(src.Addr)
	}
	for range f.passed {
		_ = e.PopRoute()
	}
	if c.URI != nil && hop.DropLast {
		other := *hop // the hop is for further copies, too
		hop = &other
		if _, err := hop.Target.Parse(c.URI); err != nil {
			return dst, err
		}
	}
	_ = e.ApplyHop(hop)
	switch {
	case hop.DropLast: // Target is the Request-URI
	case c.URI != nil:
		_ = e.SetRequestURI(c.URI)
	case len(f.stripped) > 0 && !hop.Strict:
		_ = e.SetRequestURI(f.stripped)
	}
	if c.Path != nil {
		_ = e.Add(codec.Top(), header.IDRoute, c.Path)
	}
	_ = e.DecrementMaxForwards()
	if c.Breadth > 0 {
		f.list = strconv.AppendUint(f.list[:0], uint64(c.Breadth), 10)
		_ = e.Set(header.IDMaxBreadth, f.list)
	}
	switch {
	case f.config.Outbound:
		f.recordFlows(e, m, to, c, src)
		f.addPath(e, m, c, src)
	case !f.config.NoRecordRoute && beginsDialog(m.Method()):
		f.recordRoute(e, m, hop, src.Local, c.Local)
	}
	if _, has := m.ContentLength(); !has && to.Transport.IsReliable() {
		_ = e.SetContentLength()
	}
	f.config.Headers.apply(ofRequests, e, m)
	_ = e.PushVia(f.Via(c))
	return e.AppendTo(dst)
}

// Via returns the Via that AppendCopy puts in. It is valid until the next call.
func (f *Forwarder) Via(c *Copy) *codec.ViaSpec {
	spec := &f.locals[c.Local].via
	spec.Branch = c.Branch
	return spec
}

// WithoutHeaders returns a URI as a Request-URI may be: without headers (RFC
// 3261, 19.1.1). It is a part of the URI's bytes.
func WithoutHeaders(u *uri.URI) []byte {
	b := u.Bytes()
	if h := u.RawHeaders(); h != nil {
		b = b[:len(b)-len(h)-1]
	}
	return b
}

// AppendBranch appends a branch for a copy of a request that has a transaction:
// no other copy has the same, and loops are found by it (16.6, step 8).
func (f *Forwarder) AppendBranch(dst []byte, m *codec.Message) []byte {
	return f.appendLoop(append(compose.AppendBranch(dst), '.'), m)
}

// Target returns the URI to find targets for: the Request-URI as 16.4 leaves
// it. It is not ok when a Route value says where the request goes.
func (f *Forwarder) Target() (u *uri.URI, ok bool) {
	return &f.hop.Target, !f.hop.Routed && !f.outbound.routed
}

// LocalFor returns the Local that sends to a Peer what came from src.
func (f *Forwarder) LocalFor(p *Peer, src Source) (int, bool) {
	if f.isFlow(p) {
		return f.outbound.flow.Local, true
	}
	return f.localFor(p.Transport, p.Addr.Addr(), src.Local)
}

// IsOwnVia reports whether a Via value is one that the proxy has put in.
func (f *Forwarder) IsOwnVia(v *header.Via) bool {
	_, own := f.isOwnVia(v)
	return own
}

// ForTCP returns the Local that a request to p leaves from that is too long for
// a datagram (RFC 3261, 18.1.1). It is not ok for one that is not, where the
// proxy has no address for TCP, and for one that must not leave its flow.
func (f *Forwarder) ForTCP(request []byte, p *Peer, src Source) (int, bool) {
	if len(request) <= f.config.MaxDatagram || p.Transport != header.TransportUDP || f.isFlow(p) {
		return 0, false
	}
	return f.localFor(header.TransportTCP, p.Addr.Addr(), src.Local)
}

// ChangeResponse adds the changes that the configuration asks for to the edit
// of a response that is passed on.
func (f *Forwarder) ChangeResponse(e *codec.Edit, m *codec.Message) {
	f.config.Headers.apply(ofResponses, e, m)
}

// Transport returns the protocol of a Local.
func (f *Forwarder) Transport(local int) header.Transport { return f.locals[local].Transport }

// ServeRegister says which REGISTERs end here, by their Request-URI: as this
// one is not forwarded, its Max-Forwards may be 0 (RFC 3261, 16.3, step 3).
func (f *Forwarder) ServeRegister(serves func(*uri.URI) bool) { f.serves = serves }

// isServed reports whether a request is a REGISTER that ends here.
func (f *Forwarder) isServed(m *codec.Message, target *uri.URI) bool {
	return f.serves != nil && m.Method() == header.MethodREGISTER && !m.Has(header.IDRoute) && f.serves(target)
}

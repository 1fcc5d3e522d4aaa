package forward

import (
	"bytes"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// clean takes off the Request-URI what is not to be passed on. Headers are not
// allowed in it (RFC 3261, 19.1.1; RFC 4475, 3.1.2.11).
func (f *Forwarder) clean(hop *codec.Hop, src Source) error {
	f.stripped = f.stripped[:0]
	if hop.Target.RawHeaders() != nil {
		if _, err := hop.Target.Parse(WithoutHeaders(&hop.Target)); err != nil {
			return err
		}
		if !hop.Routed {
			hop.Next = hop.Target
		}
		f.stripped = hop.Target.AppendTo(f.stripped)
	}
	return f.takeMaddr(hop, src)
}

// takeMaddr is the maddr rule of RFC 3261, 16.4: where the Request-URI has a
// maddr that is the proxy's, and the request came over the port and the
// transport that the URI says, then maddr, port and transport are taken off and
// the request goes on as if they had not been there. Any other maddr decides
// where the request goes (16.5): f.outside then says so.
func (f *Forwarder) takeMaddr(hop *codec.Hop, src Source) error {
	f.outside = false
	u := &hop.Target
	maddr, ok := u.Maddr()
	if !ok || !u.IsSIP() {
		return nil
	}
	d, err := codec.RequestDestination(u)
	if err != nil {
		return err
	}
	port, t := d.Port, d.Transport
	if t == header.TransportOther {
		t = header.TransportUDP // the default (19.1.2)
		if d.Secure {
			t = header.TransportTLS
		}
	}
	if port == 0 {
		port = t.DefaultPort()
	}
	l := &f.locals[src.Local]
	if !f.isHere(maddr, port) || t != l.Transport || port != l.Addr.Port() {
		f.outside = !hop.Routed
		return nil
	}
	f.stripped = appendStripped(f.stripped[:0], u)
	// Next is a copy of Target when no Route is left (16.6, step 7).
	if _, err := hop.Target.Parse(f.stripped); err != nil {
		return err
	}
	if !hop.Routed {
		hop.Next = hop.Target
	}
	return nil
}

// appendStripped appends a URI without port, maddr and transport. It has no
// headers.
func appendStripped(dst []byte, u *uri.URI) []byte {
	b := u.Bytes()
	// The host is found from its place in b: a user part may have the same text.
	hostPort, params := u.HostPort(), u.RawParams()
	at := bytes.LastIndex(b[:len(b)-len(params)], hostPort)
	dst = append(append(dst, b[:at]...), u.Host()...)
	for p := range bytes.SplitSeq(bytes.TrimPrefix(params, []byte(";")), []byte(";")) {
		name, _, _ := bytes.Cut(p, []byte("="))
		if len(p) > 0 && !bytes.EqualFold(name, []byte("maddr")) && !bytes.EqualFold(name, []byte("transport")) {
			dst = append(append(dst, ';'), p...)
		}
	}
	return dst
}

package dialog

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/uri"
)

// What a dialog keeps of the messages that made it, as the text of a response
// that its peer could have sent: From is the local side, To the remote one,
// Contact the remote target, Record-Route the route set from its end to its
// start. So compose makes requests of it as it does of a response.

// remember keeps what m, which came from the peer, says of the dialog (RFC
// 3261, 12.1.1 and 12.1.2). localTag is for a request without a To tag.
func (l *Layer) remember(d *dialog, m *codec.Message, localTag []byte) error {
	target, err := m.RemoteTarget()
	if err != nil {
		return err
	}
	side := codec.UAS
	local, remote := header.IDTo, header.IDFrom
	if m.IsResponse() {
		side = codec.UAC
		local, remote = remote, local
	} else if m.InDialog() {
		localTag = nil
	}
	routes, err := m.AppendRouteSet(l.routes.Routes[:0], side)
	if err != nil {
		return err
	}
	l.routes.Routes = routes
	b := append(l.made[:0], "SIP/2.0 200 OK\r\nFrom: "...)
	b = abnf.AppendUnfolded(b, m.Value(local))
	if localTag != nil {
		b = append(append(b, ";tag="...), localTag...)
	}
	b = abnf.AppendUnfolded(append(b, "\r\nTo: "...), m.Value(remote))
	b = abnf.AppendUnfolded(append(b, "\r\nCall-ID: "...), m.Value(header.IDCallID))
	return l.rememberEnd(d, b, target, routes)
}

func (l *Layer) rememberEnd(d *dialog, b []byte, target *uri.URI, routes []header.NameAddr) error {
	b = append(target.AppendTo(append(b, "\r\nContact: <"...)), '>')
	for i := len(routes) - 1; i >= 0; i-- {
		b = abnf.AppendUnfolded(append(b, "\r\nRecord-Route: "...), routes[i].Bytes())
	}
	b = append(b, "\r\n\r\n"...)
	l.made = b
	if !l.keep(&d.text, &d.textLen, b) {
		return sipwire.ErrLimit
	}
	return nil
}

// retarget replaces the remote target (RFC 3261, 12.2.1.2 and 12.2.2).
func (l *Layer) retarget(d *dialog, m *codec.Message) error {
	if !m.RefreshesTarget() {
		return nil
	}
	target, _ := m.RemoteTarget()
	if err := l.load(d); err != nil {
		return err
	}
	if old := l.routes.Target.Bytes(); string(old) == string(target.Bytes()) {
		return nil
	}
	b := append(l.made[:0], "SIP/2.0 200 OK\r\nFrom: "...)
	b = append(b, l.peer.Value(header.IDFrom)...)
	b = append(append(b, "\r\nTo: "...), l.peer.Value(header.IDTo)...)
	b = append(append(b, "\r\nCall-ID: "...), l.peer.Value(header.IDCallID)...)
	return l.rememberEnd(d, b, target, l.routes.Routes)
}

// load makes l.routes the dialog, from its text. It is valid until the text of
// any dialog is kept anew.
func (l *Layer) load(d *dialog) error {
	if err := l.peer.Parse(l.mem.Bytes(d.text, int(d.textLen))); err != nil {
		return err
	}
	return l.routes.Begin(&l.peer, nil)
}

// NextHop returns the URI that requests of the dialog go to (RFC 3261,
// 12.2.1.1). It is valid until the next call.
func (l *Layer) NextHop(h Handle) (uri.URI, error) {
	_, d := l.lookup(h)
	if d == nil {
		return uri.URI{}, sipwire.ErrStale
	}
	if err := l.load(d); err != nil {
		return uri.URI{}, err
	}
	return l.routes.Destination()
}

// Text returns the dialog as header fields of the view of this side: From is
// the local side, To the remote one, and Call-ID, Contact the remote target,
// Record-Route the route set from its end to its start. It is nil for a stale
// handle, and valid until the next call.
func (l *Layer) Text(h Handle) []byte {
	_, d := l.lookup(h)
	if d == nil {
		return nil
	}
	return l.mem.Bytes(d.text, int(d.textLen))
}

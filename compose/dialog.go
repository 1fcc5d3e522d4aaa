package compose

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// A Dialog is what requests within a dialog are made of (RFC 3261, 12). Begin
// fills it; the state of the dialog, its sequence numbers and its target as it
// is refreshed, is for the caller to keep.
//
// It points into the message that it was made from, and is valid as long as
// the views of that are; [codec.Message.Clone] makes a message that stays.
type Dialog struct {
	// Peer is a message that the other side has sent in the dialog. From, To
	// and Call-ID of requests are taken from it: of a response as they are,
	// of a request with From and To exchanged.
	Peer *codec.Message
	// LocalTag is the tag that this side has put into its responses. It is
	// needed when the To of Peer has none, as in the INVITE that a UAS gets.
	LocalTag []byte
	// Target is the remote target: the URI of the last Contact.
	Target uri.URI
	// Routes is the route set, in the order in which requests follow it.
	Routes []header.NameAddr
}

// Begin makes d the dialog that m creates for the side that received it: the
// request for a UAS (RFC 3261, 12.1.1), whose own tag is localTag, or a response
// with a To tag for a UAC (12.1.2). Routes is used again, so that nothing is
// allocated once it has grown. Without Contact, Call-ID, From or To there is an
// error, which the Fault of m locates, and d is as it was but for Routes.
func (d *Dialog) Begin(m *codec.Message, localTag []byte) error {
	for _, id := range [...]header.ID{header.IDFrom, header.IDTo, header.IDCallID} {
		if !m.Has(id) {
			return m.Fail(codec.Fault{Code: sipwire.ErrMissing, Header: id, Offset: m.Layout().Body})
		}
	}
	target, err := m.RemoteTarget()
	if err != nil {
		return err
	}
	side := codec.UAS
	if m.IsResponse() {
		side = codec.UAC
	}
	routes, err := m.AppendRouteSet(d.Routes[:0], side)
	if err != nil {
		return err
	}
	*d = Dialog{Peer: m, LocalTag: localTag, Target: *target, Routes: routes}
	return nil
}

// Destination returns the URI that requests of the dialog are sent to (RFC
// 3261, 8.1.2 and 12.2.1.1).
func (d *Dialog) Destination() (uri.URI, error) {
	r, err := codec.Route(d.Routes, &d.Target)
	return r.Destination, err
}

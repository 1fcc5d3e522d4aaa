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
	made := Dialog{Peer: m}
	routes, err := m.AppendRouteSet(d.Routes[:0], made.side())
	if err != nil {
		return err
	}
	*d = Dialog{Peer: m, LocalTag: localTag, Target: *target, Routes: routes}
	return nil
}

// side is the one that this side was for Peer.
func (d *Dialog) side() codec.Side {
	if d.Peer.IsResponse() {
		return codec.UAC
	}
	return codec.UAS
}

// AppendID appends the ID of the dialog as this side knows it: Call-ID, local
// tag, that of a UAS being LocalTag before its response is sent, and remote tag
// (RFC 3261, 12). It is what [codec.Message.AppendDialogID] appends for every
// later message of the dialog: with [codec.UAS] for requests and [codec.UAC] for
// responses that are received, and the other way round for those that are sent.
// Errors are those of that method. A Dialog without a Peer is ErrState.
func (d *Dialog) AppendID(dst []byte) ([]byte, error) {
	if d.Peer == nil {
		return dst, sipwire.ErrState
	}
	return d.Peer.AppendDialogIDTagged(dst, d.side(), d.LocalTag)
}

// Hash returns a hash of the ID, the same as [codec.Message.DialogHash] of later
// messages. It is for tables inside the process: what is sent is made with a [Key].
func (d *Dialog) Hash(seed uint64) (uint64, error) {
	if d.Peer == nil {
		return 0, sipwire.ErrState
	}
	return d.Peer.DialogHashTagged(seed, d.side(), d.LocalTag)
}

// Destination returns the URI that requests of the dialog are sent to (RFC
// 3261, 8.1.2 and 12.2.1.1).
func (d *Dialog) Destination() (uri.URI, error) {
	r, err := codec.Route(d.Routes, &d.Target)
	return r.Destination, err
}

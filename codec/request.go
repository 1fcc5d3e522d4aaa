package codec

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/uri"
)

// Requests within a dialog (RFC 3261, 12.2.1.1).

// A Dialog is what requests within a dialog are made of (RFC 3261, 12). Begin
// fills it; the state of the dialog, its sequence numbers and its target as it
// is refreshed, is for the caller to keep.
//
// It points into the message that it was made from, and is valid as long as
// the views of that are; [Message.Clone] makes a message that stays.
type Dialog struct {
	// Peer is a message that the other side has sent in the dialog. From, To
	// and Call-ID of requests are taken from it: of a response as they are,
	// of a request with From and To exchanged.
	Peer *Message
	// LocalTag is the tag that this side has put into its responses. It is
	// needed when the To of Peer has none, as in the INVITE that a UAS gets.
	LocalTag []byte
	// Target is the remote target: the URI of the Contact that came last.
	Target uri.URI
	// Routes is the route set, in the order in which requests follow it.
	Routes []header.NameAddr
}

// Begin makes d the dialog that m creates for who has received it: the request
// for a UAS (RFC 3261, 12.1.1), whose own tag localTag is, or a response with a
// To tag for a UAC (12.1.2). Routes is used again, so that nothing is allocated
// once it has grown. Without Contact, Call-ID, From or To there is an error,
// and d is as it was but for Routes.
func (d *Dialog) Begin(m *Message, localTag []byte) error {
	for _, id := range [...]header.ID{header.IDFrom, header.IDTo, header.IDCallID} {
		if !m.Has(id) {
			return m.located(id, m.body, sipwire.ErrMissing)
		}
	}
	target, err := m.RemoteTarget()
	if err != nil {
		return err
	}
	side := UAS
	if m.IsResponse() {
		side = UAC
	}
	routes, err := m.AppendRouteSet(d.Routes[:0], side)
	if err != nil {
		return err
	}
	*d = Dialog{Peer: m, LocalTag: localTag, Target: *target, Routes: routes}
	return nil
}

// NextHop returns the URI that requests of the dialog are sent to (RFC 3261,
// 8.1.2 and 12.2.1.1).
func (d *Dialog) NextHop() (uri.URI, error) {
	r, err := Route(d.Routes, &d.Target)
	return r.NextHop, err
}

// A Request says what a request within a dialog holds besides what it takes
// from the dialog.
type Request struct {
	Method      []byte // a token
	CSeq        uint32 // below 2^31
	Via         *Via   // of the transaction
	MaxForwards uint8  // 0 for DefaultMaxForwards

	Fields      []HeaderField // Contact and so on, in this order
	ContentType []byte        // of Body
	Body        []byte
}

// AppendRequest appends a request within a dialog (RFC 3261, 12.2.1.1). Its
// Request-URI and Route are those of loose or strict routing, as the route set
// asks for; it is to be sent to [Dialog.NextHop]. Folds in what is taken over
// become one space.
//
// An error that concerns a message that parts come from, such as ErrMissing,
// or a value that r or d holds, such as ErrInjection, is a *[SyntaxError] that
// lives in d.Peer; dst is as it was then. With room in dst nothing is
// allocated.
func AppendRequest(dst []byte, d *Dialog, r *Request) ([]byte, error) {
	w := writer{m: d.Peer, dst: dst}
	w.request(d, r, r.Method, r.CSeq)
	w.end(r)
	return w.done(dst)
}

// AppendACK2xx appends the ACK for a 2xx response to an INVITE (RFC 3261,
// 13.2.2.4): a request of the dialog with the number of the INVITE's CSeq, and
// with its credentials. r.Method and r.CSeq are not read; the branch of r.Via
// is a new one. Errors are as for [AppendRequest] and may live in invite.
func AppendACK2xx(dst []byte, d *Dialog, invite *Message, r *Request) ([]byte, error) {
	if invite.method != header.MethodINVITE {
		return dst, invite.located(header.IDOther, 0, sipwire.ErrState)
	}
	cseq, err := invite.CSeq()
	if err != nil {
		return dst, err
	}
	w := writer{m: d.Peer, dst: dst}
	w.request(d, r, []byte("ACK"), cseq.Number())
	w.m = invite
	w.copyAll(header.IDProxyAuthorization)
	w.copyAll(header.IDAuthorization)
	w.end(r)
	return w.done(dst)
}

// AppendPRACK appends the PRACK for a reliable provisional response (RFC 3262,
// 4): a request of the dialog with an RAck. A response that is not reliable is
// ErrState. r.Method is not read; errors are as for [AppendRequest].
func AppendPRACK(dst []byte, d *Dialog, response *Message, r *Request) ([]byte, error) {
	if !response.IsReliable() {
		return dst, response.located(header.IDRSeq, 0, sipwire.ErrState)
	}
	w := writer{m: d.Peer, dst: dst}
	w.request(d, r, []byte("PRACK"), r.CSeq)
	w.name(header.IDRAck)
	rack, err := response.AppendRAck(w.dst)
	if err != nil {
		return dst, err
	}
	w.dst = append(rack, "\r\n"...)
	w.end(r)
	return w.done(dst)
}

// request appends a request of the dialog as far as CSeq.
func (w *writer) request(d *Dialog, r *Request, method []byte, cseq uint32) {
	route, err := Route(d.Routes, &d.Target)
	if err != nil {
		w.fail(header.IDRoute, 0, err)
		return
	}
	if code := checkToken(method); code != 0 {
		w.fail(header.IDOther, 0, code)
		return
	}
	if r.Via == nil {
		w.fail(header.IDVia, 0, sipwire.ErrMissing)
		return
	}
	if code := r.Via.check(); code != 0 {
		w.fail(header.IDVia, 0, code)
		return
	}
	if !d.Target.IsValid() {
		w.fail(header.IDContact, 0, sipwire.ErrMissing)
		return
	}
	w.dst = append(append(w.dst, method...), ' ')
	w.dst = append(AppendRequestURI(w.dst, &route.RequestURI), " SIP/2.0\r\n"...)
	w.name(header.IDVia)
	w.dst = append(r.Via.appendTo(w.dst), "\r\n"...)
	for i := range route.Routes {
		w.name(header.IDRoute)
		w.dst = append(abnf.AppendUnfolded(w.dst, route.Routes[i].Bytes()), "\r\n"...)
	}
	if route.Strict {
		w.name(header.IDRoute)
		w.dst = append(d.Target.AppendTo(append(w.dst, '<')), ">\r\n"...)
	}
	hops := r.MaxForwards
	if hops == 0 {
		hops = DefaultMaxForwards
	}
	w.maxForwards(hops)
	w.parties(d)
	w.copyOne(header.IDCallID)
	w.cseq(cseq, method)
}

// parties appends From, the local side, and To, the remote side.
func (w *writer) parties(d *Dialog) {
	if w.m.IsResponse() {
		w.copyOne(header.IDFrom)
		w.copyOne(header.IDTo)
		return
	}
	w.copyTagged(header.IDFrom, d.LocalTag)
	w.copyAs(header.IDTo, header.IDFrom)
}

// end appends what r holds behind what the dialog gives.
func (w *writer) end(r *Request) {
	w.fields(r.Fields)
	w.body(r.ContentType, r.Body)
}

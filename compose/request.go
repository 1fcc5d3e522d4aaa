package compose

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/check"
)

// Requests within a dialog (RFC 3261, 12.2.1.1).

// A Request says what a request within a dialog holds besides what it takes
// from the dialog.
type Request struct {
	Method      []byte         // a token
	CSeq        uint32         // below 2^31
	Via         *codec.ViaSpec // of the transaction
	MaxForwards uint8          // 0 for codec.DefaultMaxForwards

	Fields      []HeaderField // Contact and so on, in this order
	ContentType []byte        // of Body
	Body        []byte
}

// AppendRequest appends a request within a dialog (RFC 3261, 12.2.1.1). Its
// Request-URI and Route are those of loose or strict routing, as the route set
// asks for; it is to be sent to [Dialog.Destination]. Folds in what is taken over
// become one space.
//
// After an error dst is as it was, and the Fault of d.Peer says where: its
// Offset is in the bytes of d.Peer, or 0 where a value of r or d is wrong. A
// Dialog without a Peer is ErrState. With room in dst nothing is allocated.
func AppendRequest(dst []byte, d *Dialog, r *Request) ([]byte, error) {
	if d.Peer == nil {
		return dst, sipwire.ErrState
	}
	w := writer{m: d.Peer, dst: dst}
	w.request(d, r, r.Method, r.CSeq)
	w.end(r)
	return w.done(dst)
}

// request appends a request of the dialog as far as CSeq.
func (w *writer) request(d *Dialog, r *Request, method []byte, cseq uint32) {
	route, err := codec.Route(d.Routes, &d.Target)
	if err != nil {
		code, _ := err.(sipwire.Code)
		w.fail(header.IDRoute, 0, code)
		return
	}
	if code := check.Token(method); code != 0 {
		w.fail(header.IDOther, 0, code)
		return
	}
	if r.Via == nil {
		w.fail(header.IDVia, 0, sipwire.ErrMissing)
		return
	}
	if !d.Target.IsValid() {
		w.fail(header.IDContact, 0, sipwire.ErrMissing)
		return
	}
	w.dst = append(append(w.dst, method...), ' ')
	w.dst = append(codec.AppendRequestURI(w.dst, &route.RequestURI), " SIP/2.0\r\n"...)
	w.name(header.IDVia)
	if w.dst, err = r.Via.AppendTo(w.dst); err != nil {
		code, _ := err.(sipwire.Code)
		w.fail(header.IDVia, 0, code)
		return
	}
	w.dst = append(w.dst, "\r\n"...)
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
		hops = codec.DefaultMaxForwards
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

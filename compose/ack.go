package compose

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/wire"
)

// AppendACK appends the ACK for a response of 300 and above to an INVITE that
// was sent (RFC 3261, 17.1.1.3): Request-URI, From, Call-ID, the number of
// CSeq, the top Via alone and Route are those of the INVITE, To is that of the
// response. Max-Forwards is [codec.DefaultMaxForwards].
//
// A header that is missing is ErrMissing, another kind of message ErrState.
// After an error dst is as it was; the Fault of the message concerned says
// where: the response for To, else invite. With room in dst nothing is
// allocated.
func AppendACK(dst []byte, invite, response *codec.Message) ([]byte, error) {
	if !invite.IsRequest() || invite.Method() != header.MethodINVITE || response.Status() < 300 {
		return dst, invite.Fail(codec.Fault{Code: sipwire.ErrState})
	}
	w := writer{m: invite, dst: dst}
	w.sameTransaction("ACK", response)
	return w.done(dst)
}

// AppendACK2xx appends the ACK for a 2xx response to an INVITE (RFC 3261,
// 13.2.2.4): a request of the dialog with the number of the INVITE's CSeq, and
// with its credentials. r.Method and r.CSeq are not read; the branch of r.Via
// is a new one. Errors are as for [AppendRequest]; the Fault may be that
// of invite.
func AppendACK2xx(dst []byte, d *Dialog, invite *codec.Message, r *Request) ([]byte, error) {
	if invite.Method() != header.MethodINVITE {
		return dst, invite.Fail(codec.Fault{Code: sipwire.ErrState})
	}
	cseq, err := invite.CSeq()
	if err != nil {
		return dst, err
	}
	if d.Peer == nil {
		return dst, sipwire.ErrState
	}
	w := writer{m: d.Peer, dst: dst}
	w.request(d, r, []byte("ACK"), cseq.Number())
	w.m = invite
	w.copyAll(header.IDProxyAuthorization)
	w.copyAll(header.IDAuthorization)
	w.end(r)
	return w.done(dst)
}

// sameTransaction appends the request of another method in the transaction of
// w.m, with the To of a message of it.
func (w *writer) sameTransaction(method string, to *codec.Message) {
	m := w.m
	w.dst = append(append(w.dst, method...), ' ')
	w.dst = append(append(w.dst, m.RequestURIBytes()...), " SIP/2.0\r\n"...)
	via, err := m.TopVia()
	if err != nil {
		w.failed()
		return
	}
	i := m.Index(header.IDVia)
	lo, hi := wire.ViaExtent(m.Value(header.IDVia), via)
	w.name(header.IDVia)
	w.value(header.IDVia, i, lo, hi)
	w.dst = append(w.dst, "\r\n"...)
	w.copyAll(header.IDRoute)
	w.maxForwards(codec.DefaultMaxForwards)
	w.copyOne(header.IDFrom)
	w.m = to
	w.copyOne(header.IDTo)
	w.m = m
	w.copyOne(header.IDCallID)
	cseq, err := m.CSeq()
	if err != nil {
		w.failed()
		return
	}
	w.cseq(cseq.Number(), []byte(method))
	w.body(nil, nil)
}

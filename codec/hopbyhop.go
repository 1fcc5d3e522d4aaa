package codec

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// The requests that belong to the transaction of an INVITE.

// AppendACK appends the ACK for a response of 300 and above to an INVITE that
// was sent (RFC 3261, 17.1.1.3): Request-URI, From, Call-ID, the number of
// CSeq, the top Via alone and Route are those of the INVITE, To is that of the
// response. Max-Forwards is [DefaultMaxForwards].
//
// What lacks a header is ErrMissing, another kind of message ErrState. After
// an error dst is as it was; the error lives in the message concerned. With
// room in dst nothing is allocated.
func AppendACK(dst []byte, invite, response *Message) ([]byte, error) {
	if !invite.IsRequest() || invite.method != header.MethodINVITE || response.Status() < 300 {
		return dst, invite.located(header.IDOther, 0, sipwire.ErrState)
	}
	w := writer{m: invite, dst: dst}
	w.sameTransaction("ACK", response)
	return w.done(dst)
}

// AppendCancel appends the CANCEL for a request that was sent (RFC 3261, 9.1):
// Request-URI, From, To, Call-ID, the number of CSeq, the top Via alone and
// Route are those of the request. It may be sent once a provisional response
// has come. An ACK or a CANCEL can not be cancelled: ErrState, as for a
// response. Errors are as for [AppendACK].
func AppendCancel(dst []byte, req *Message) ([]byte, error) {
	if !req.IsRequest() || req.method == header.MethodACK || req.method == header.MethodCANCEL {
		return dst, req.located(header.IDOther, 0, sipwire.ErrState)
	}
	w := writer{m: req, dst: dst}
	w.sameTransaction("CANCEL", req)
	return w.done(dst)
}

// sameTransaction appends the request of another method in the transaction of
// w.m, with the To of a message of it.
func (w *writer) sameTransaction(method string, to *Message) {
	m := w.m
	w.dst = append(append(w.dst, method...), ' ')
	w.dst = append(append(w.dst, m.RequestURIBytes()...), " SIP/2.0\r\n"...)
	via, err := m.TopVia()
	if err != nil {
		w.fail(header.IDVia, m.body, err)
		return
	}
	w.name(header.IDVia)
	w.value(via.Bytes(), m.fields[m.Index(header.IDVia)].flags)
	w.dst = append(w.dst, "\r\n"...)
	w.copyAll(header.IDRoute)
	w.maxForwards(DefaultMaxForwards)
	w.copyOne(header.IDFrom)
	w.m = to
	w.copyOne(header.IDTo)
	w.m = m
	w.copyOne(header.IDCallID)
	cseq, err := m.CSeq()
	if err != nil {
		w.fail(header.IDCSeq, m.body, err)
		return
	}
	w.cseq(cseq.Number(), []byte(method))
	w.body(nil, nil)
}

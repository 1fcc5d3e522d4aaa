package compose

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// AppendPRACK appends the PRACK for a reliable provisional response (RFC 3262,
// 4): a request of the dialog with an RAck. A response that is not reliable is
// ErrState. r.Method is not read; errors are as for [AppendRequest].
func AppendPRACK(dst []byte, d *Dialog, response *codec.Message, r *Request) ([]byte, error) {
	if !response.IsReliable() {
		return dst, response.Fail(codec.Fault{Code: sipwire.ErrState, Header: header.IDRSeq})
	}
	if d.Peer == nil {
		return dst, sipwire.ErrState
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

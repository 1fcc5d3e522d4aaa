package compose

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// AppendCancel appends the CANCEL for a request that was sent (RFC 3261, 9.1):
// Request-URI, From, To, Call-ID, the number of CSeq, the top Via alone and
// Route are those of the request. It may be sent once a provisional response
// was received. An ACK or a CANCEL cannot be cancelled: ErrState, as for a
// response. After an error dst is as it was, and the Fault of req says where.
func AppendCancel(dst []byte, req *codec.Message) ([]byte, error) {
	if !req.IsRequest() || req.Method() == header.MethodACK || req.Method() == header.MethodCANCEL {
		return dst, req.Fail(codec.Fault{Code: sipwire.ErrState})
	}
	w := writer{m: req, dst: dst}
	w.sameTransaction("CANCEL", req)
	return w.done(dst)
}

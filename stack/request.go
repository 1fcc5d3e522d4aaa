package stack

import (
	"context"
	"errors"
	"slices"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// A Handler answers requests.
type Handler interface {
	// ServeSIP answers a request. It runs in a goroutine of its own, and may
	// wait as long as it needs to; when it returns without a final response,
	// that is a 500.
	ServeSIP(r *Request)
}

// A HandlerFunc is a function that is a Handler.
type HandlerFunc func(r *Request)

// ServeSIP calls f.
func (f HandlerFunc) ServeSIP(r *Request) { f(r) }

// A Request is one that has come. Its message is a copy and stays valid, but
// is for one goroutine at a time.
type Request struct {
	*codec.Message
	// Dialog is the one that the request came in, or that a response has made;
	// nil without one.
	Dialog *Dialog

	core   *core
	tx     transaction.Handle
	from   transaction.Addr
	ctx    context.Context
	cancel context.CancelCauseFunc
}

// ErrCancelled is the cause of the end of a [Request]'s context when the client
// has cancelled it.
var ErrCancelled = errors.New("stack: the request was cancelled")

// Stack returns the Stack that the request came to.
func (r *Request) Stack() *Stack { return r.core.stack }

// Source returns where the request came from.
func (r *Request) Source() transaction.Addr { return r.from }

// Context returns a context that ends when the request is over: after the
// final response, or with [ErrCancelled] as its cause by a CANCEL, which has
// been answered then, and the INVITE with a 487.
func (r *Request) Context() context.Context { return r.ctx }

// Respond answers the request with a response made of it, see
// [compose.AppendReply]; Tag and Source are set here, and Contact where the
// response makes or refreshes a dialog, unless it is among the fields. reply is
// not changed. A response above 100 and below 300 to an INVITE, and a 2xx to
// SUBSCRIBE and REFER, make r.Dialog. A 2xx to an INVITE is repeated until its
// ACK comes, see [Dialog.Acked].
//
// Errors: ErrStale when the request is over, say cancelled, ErrState when the
// response is not allowed now, those of the message, and ErrLimit.
func (r *Request) Respond(reply *compose.Reply) error { return r.respond(reply, false) }

// RespondReliably is Respond with a provisional response to an INVITE that is
// repeated until its PRACK comes (RFC 3262). The client has to support it:
// Supported says 100rel.
func (r *Request) RespondReliably(reply *compose.Reply) error { return r.respond(reply, true) }

func (r *Request) respond(reply *compose.Reply, reliably bool) error {
	c := r.core
	c.lock()
	defer c.unlock()
	return c.respond(r, reply, reliably)
}

func (c *core) respond(r *Request, reply *compose.Reply, reliably bool) error {
	if c.closed {
		return errClosed
	}
	full := *reply
	m := r.Method()
	if s := full.Status; s > 100 && s < 300 && (m.IsTargetRefresh() || m.CreatesDialog()) {
		full.Fields = c.stack.withContact(full.Fields, r.from)
	}
	send := c.layer.Reply
	if reliably {
		send = c.layer.ReplyReliably
	}
	h, err := send(r.tx, r.Message, &full, c.stack.now())
	if err != nil {
		return err
	}
	if h != 0 && r.Dialog == nil {
		r.Dialog = c.dialogFor(h)
		r.Dialog.last = r.from
	}
	if full.Status >= 200 {
		delete(c.servers, r.tx)
		r.cancel(nil)
		c.sweep(r.Dialog)
	}
	return nil
}

// withContact adds Contact unless it is there.
func (s *Stack) withContact(fields []compose.HeaderField, peer transaction.Addr) []compose.HeaderField {
	if hasField(fields, header.IDContact) {
		return fields
	}
	return append(slices.Clone(fields), compose.HeaderField{ID: header.IDContact, Value: s.contact(peer)})
}

// contact returns the Contact of this side, as a peer reaches it.
func (s *Stack) contact(peer transaction.Addr) []byte {
	return []byte("<" + s.URI(s.config.User, peer.Transport) + ">")
}

// serve runs the handler of a request.
func (c *core) serve(r *Request, h Handler) {
	s := c.stack
	defer s.handlers.Add(-1)
	defer func() {
		// ErrStale and ErrState: it has been answered.
		_ = r.Respond(&compose.Reply{Status: 500})
	}()
	h.ServeSIP(r)
}

// begin gives a request that came to a handler.
func (c *core) begin(tx transaction.Handle, d *Dialog, m *codec.Message, from transaction.Addr) {
	s := c.stack
	r := &Request{Dialog: d, core: c, tx: tx, from: from}
	h := s.config.Handler
	if d != nil && d.handler.Load() != nil {
		h = *d.handler.Load()
	}
	if h == nil {
		c.answer(tx, m, 501)
		return
	}
	if s.handlers.Add(1) > int64(s.config.MaxHandlers) {
		s.handlers.Add(-1)
		s.stats.refused.Add(1)
		c.answer(tx, m, 503)
		return
	}
	r.Message = m.Clone()
	r.ctx, r.cancel = context.WithCancelCause(s.ctx)
	c.servers[tx] = r
	s.work.Go(func() { c.serve(r, h) })
}

// answer answers a request without a handler.
func (c *core) answer(tx transaction.Handle, m *codec.Message, status int) {
	_, _ = c.layer.Reply(tx, m, &compose.Reply{Status: status}, c.stack.now())
}

// refuse answers a malformed request, without a transaction.
func (c *core) refuse(m *codec.Message, code sipwire.Code, from transaction.Addr) {
	c.stack.stats.malformed.Add(1)
	if m == nil || !m.IsRequest() || m.Method() == header.MethodACK || m.MethodBytes() == nil {
		return
	}
	status := code.Status()
	if status < 400 {
		status = 400
	}
	_ = c.layer.Transactions().Reject(m, from, &compose.Reply{Status: status}) // one that cannot be answered is not
}

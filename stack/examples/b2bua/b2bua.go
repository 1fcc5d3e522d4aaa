// Package b2bua is a back-to-back user agent: it answers a call and makes one of
// its own, and joins the two. It follows a 3xx, hands on changes of the session,
// and puts a call on hold and resumes it by itself. It is an example: what to
// copy is its shape.
package b2bua

import (
	"context"
	"errors"
	"sync"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/sdp"
	"github.com/sipwire/sipwire/stack"
)

// maxHops bounds how many 3xx are followed for one call.
const maxHops = 5

// A B2BUA is the handler of a Stack.
type B2BUA struct {
	route   func(user string) string // the URI to call
	started func(*Call)
}

// New makes a B2BUA that calls the URI that route gives for the user of the
// Request-URI, "" for none. started, when it is not nil, gets each call when it
// is answered.
func New(route func(user string) string, started func(*Call)) *B2BUA {
	return &B2BUA{route, started}
}

// A Call is two dialogs: with who has called, and with who was called.
type Call struct {
	Caller, Callee *stack.Dialog

	mu    sync.Mutex
	offer []byte // the last session description of the caller
}

// ServeSIP answers a request.
func (b *B2BUA) ServeSIP(r *stack.Request) {
	switch {
	case r.InDialog():
		_ = r.Respond(&compose.Reply{Status: 405}) // that of a call goes to its Call
	case r.Method() == header.MethodOPTIONS:
		_ = r.Respond(&compose.Reply{Status: 200})
	case r.Method() != header.MethodINVITE:
		_ = r.Respond(&compose.Reply{Status: 405})
	default:
		b.call(r)
	}
}

// call answers an INVITE with what its own INVITE is answered with.
func (b *B2BUA) call(r *stack.Request) {
	u, err := r.RequestURI()
	if err != nil {
		_ = r.Respond(&compose.Reply{Status: 416})
		return
	}
	to := b.route(string(u.User()))
	if to == "" {
		_ = r.Respond(&compose.Reply{Status: 404})
		return
	}
	var res *stack.Response
	for range maxHops {
		// When the caller gives up, r.Context ends and this INVITE is
		// cancelled.
		res, err = r.Stack().Do(r.Context(), &stack.Outgoing{
			Method: "INVITE", URI: to, Body: r.Body(), ContentType: string(r.Value(header.IDContentType)),
			Provisional: func(p *stack.Response) {
				if p.Status() > 100 {
					_ = r.Respond(&compose.Reply{Status: p.Status()})
				}
			},
		})
		if err != nil || res.Status()/100 != 3 {
			break
		}
		contact, err := res.Contact()
		if err != nil {
			break
		}
		to = string(contact.URIBytes())
	}
	if err != nil {
		_ = r.Respond(&compose.Reply{Status: statusOf(err)})
		return
	}
	if res.Status()/100 != 2 || res.Dialog == nil {
		_ = r.Respond(&compose.Reply{Status: max(res.Status(), 400)})
		return
	}
	b.connect(r, res)
}

// connect joins the two calls.
func (b *B2BUA) connect(r *stack.Request, res *stack.Response) {
	ctx := context.Background()
	err := r.Respond(&compose.Reply{Status: 200, Body: res.Body(), ContentType: res.Value(header.IDContentType)})
	if err != nil { // the caller has given up at the last moment
		if len(r.Body()) == 0 {
			_ = res.Dialog.Ack(ctx, "", nil) // with a body it has been sent
		}
		_ = res.Dialog.Bye(ctx)
		return
	}
	c := &Call{Caller: r.Dialog, Callee: res.Dialog, offer: r.Body()}
	c.Caller.Handle(c.handler(c.Callee))
	c.Callee.Handle(c.handler(c.Caller))
	ack, err := c.Caller.Acked(ctx)
	if err == nil && len(r.Body()) == 0 {
		// The offer was in the 2xx, the answer is in the ACK.
		err = c.Callee.Ack(ctx, string(ack.Value(header.IDContentType)), ack.Body())
	}
	if err == nil && b.started != nil {
		b.started(c)
	}
	select { // until one side hangs up
	case <-c.Caller.Done():
		_ = c.Callee.Bye(ctx)
	case <-c.Callee.Done():
		_ = c.Caller.Bye(ctx)
	}
}

// handler hands the requests of one side on to the other.
func (c *Call) handler(other *stack.Dialog) stack.Handler {
	return stack.HandlerFunc(func(r *stack.Request) {
		contentType := r.Value(header.IDContentType)
		if len(r.Body()) == 0 {
			contentType = nil
		}
		if r.Method() == header.MethodINVITE {
			c.reinvite(r, other)
			return
		}
		res, err := other.Do(r.Context(), &compose.Request{Method: r.MethodBytes(), ContentType: contentType, Body: r.Body(), Fields: passed(r)})
		if err != nil {
			_ = r.Respond(&compose.Reply{Status: statusOf(err)})
			return
		}
		reply := &compose.Reply{Status: res.Status(), Body: res.Body()}
		if len(res.Body()) > 0 {
			reply.ContentType = res.Value(header.IDContentType)
		}
		_ = r.Respond(reply)
	})
}

// passed returns the fields that mean the same on the other side.
func passed(r *stack.Request) (fields []compose.HeaderField) {
	for _, id := range []header.ID{header.IDEvent, header.IDSubscriptionState, header.IDReferTo, header.IDInfoPackage} {
		if v := r.Value(id); v != nil {
			fields = append(fields, compose.HeaderField{ID: id, Value: v})
		}
	}
	return fields
}

// reinvite hands a new offer on.
func (c *Call) reinvite(r *stack.Request, other *stack.Dialog) {
	if len(r.Body()) == 0 {
		_ = r.Respond(&compose.Reply{Status: 488}) // the offer would be in the 2xx
		return
	}
	res, err := other.ReInvite(r.Context(), string(r.Value(header.IDContentType)), r.Body())
	if err != nil {
		_ = r.Respond(&compose.Reply{Status: statusOf(err)})
		return
	}
	if res.Status()/100 != 2 {
		_ = r.Respond(&compose.Reply{Status: res.Status()})
		return
	}
	if other == c.Callee {
		c.mu.Lock()
		c.offer = r.Body()
		c.mu.Unlock()
	}
	_ = r.Respond(&compose.Reply{Status: 200, Body: res.Body(), ContentType: res.Value(header.IDContentType)})
}

// Hold puts the called side on hold: it is told to send nothing (RFC 3264,
// 8.4).
func (c *Call) Hold(ctx context.Context) error { return c.direct(ctx, sdp.SendOnly) }

// Resume ends Hold.
func (c *Call) Resume(ctx context.Context) error { return c.direct(ctx, sdp.SendRecv) }

// direct offers the session of the caller with a direction.
func (c *Call) direct(ctx context.Context, direction sdp.Direction) error {
	c.mu.Lock()
	offer, err := withDirection(c.offer, direction)
	if err == nil {
		c.offer = offer
	}
	c.mu.Unlock()
	if err != nil {
		return err
	}
	res, err := c.Callee.ReInvite(ctx, "application/sdp", offer)
	if err == nil && res.Status()/100 != 2 {
		err = errors.New("b2bua: the other side does not agree: " + string(res.StartLine()))
	}
	return err
}

// withDirection sets the direction of every stream of a session description,
// and adds one to its version (RFC 3264, 8).
func withDirection(offer []byte, direction sdp.Direction) ([]byte, error) {
	var d sdp.Description
	var e sdp.Edit
	if err := d.Parse(offer); err != nil {
		return nil, err
	}
	_ = e.Begin(&d) // the first error stays
	_ = e.IncrementVersion()
	for i := range d.NumMedia() {
		_ = e.SetDirection(i, direction)
	}
	return e.AppendTo(nil)
}

// statusOf returns what a caller is told about an error.
func statusOf(err error) int {
	if code, ok := err.(sipwire.Code); ok && code.Status() >= 400 {
		return code.Status()
	}
	return 500
}

package stack

import (
	"context"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// A Response is one to a request that was sent here. Its message is a copy and
// stays valid, but is for one goroutine at a time.
type Response struct {
	*codec.Message
	// Dialog is the one that the response has made or belongs to; nil without
	// one.
	Dialog *Dialog
}

// An exchange is a request that was sent, and what waits for its responses. All
// but the channels is for who has the lock of the core.
type exchange struct {
	core      *core
	tx        transaction.Handle
	invite    bool
	abandoned bool // nobody waits
	dialogs   []*Dialog
	secret    digest.Secret // of the dialogs that it makes

	early chan *Response
	final chan result // cap 1
}

type result struct {
	response *Response
	err      error
}

// maxEarly bounds the provisional responses that wait to be looked at.
const maxEarly = 16

func newExchange(c *core, invite bool) *exchange {
	return &exchange{core: c, invite: invite, early: make(chan *Response, maxEarly), final: make(chan result, 1)}
}

// provisional hands a response to who waits. One who does not look does not
// get them all.
func (x *exchange) provisional(r *Response) {
	select {
	case x.early <- r:
	default:
	}
}

func (x *exchange) finish(r *Response, err error) {
	select {
	case x.final <- result{r, err}:
	default:
	}
}

// sweep takes leave of the early dialogs that have ended with their request.
func (x *exchange) sweep() {
	for _, d := range x.dialogs {
		x.core.sweep(d)
	}
}

// wait returns the final response. When ctx ends before, an INVITE is
// cancelled.
func (x *exchange) wait(ctx context.Context, provisional func(*Response)) (*Response, error) {
	hand := func(r *Response) {
		if provisional != nil {
			provisional(r)
		}
	}
	for {
		select {
		case r := <-x.early:
			hand(r)
		case f := <-x.final:
			for {
				select {
				case r := <-x.early:
					hand(r)
					continue
				default:
				}
				return f.response, f.err
			}
		case <-ctx.Done():
			x.abandon()
			return nil, context.Cause(ctx)
		}
	}
}

// abandon gives a request up: an INVITE is cancelled, and when it is answered
// with a 2xx all the same, the call is ended.
func (x *exchange) abandon() {
	c := x.core
	c.lock()
	defer c.unlock()
	switch {
	case c.closed:
	case c.clients[x.tx] == nil:
		select {
		case f := <-x.final: // it has just come
			if f.response != nil && f.response.Dialog != nil && x.invite && f.response.Status()/100 == 2 {
				f.response.Dialog.goAckBye()
			}
		default:
		}
	case x.invite:
		x.abandoned = true
		// An error means that the final response is here or has been.
		_ = c.layer.Cancel(x.tx, c.stack.now())
	default:
		delete(c.clients, x.tx)
	}
}

// Do sends a request outside of a dialog and returns its final response,
// whatever its status is; provisional ones are for Outgoing.Provisional. The
// targets that DNS gives are tried one after the other, until one answers with
// another status than 503 (RFC 3263, 4.3).
//
// A 401 or 407 is answered when o.Password is set, also by several proxies and
// again when a nonce has become stale, and a 422 when the fields have a
// Session-Expires: with a longer one (RFC 4028, 7.3). A 2xx to an INVITE is
// acknowledged here if the INVITE had a body; without one the offer is in the
// 2xx, and Response.Dialog.Ack takes the answer. Of a forked INVITE, the first
// 2xx counts, and the other calls are ended.
//
// When ctx ends, an INVITE is cancelled, and Do returns the cause of ctx at
// once. Other errors: ErrUnresolved, ErrTransport, ErrTimeout, ErrLimit, those of
// the message, and net.ErrClosed.
func (s *Stack) Do(ctx context.Context, o *Outgoing) (*Response, error) {
	b, err := s.prepare(o)
	if err != nil {
		return nil, err
	}
	targets, err := s.targetsOf(ctx, b)
	if err != nil {
		return nil, err
	}
	r, err := s.try(ctx, b, targets)
	for n := 0; err == nil && n < maxAgain && b.again(r); n++ {
		b.cseq++
		r, err = s.try(ctx, b, targets)
	}
	if err != nil {
		return nil, err
	}
	if b.invite && r.Status()/100 == 2 && r.Dialog != nil && len(o.Body) > 0 {
		err = r.Dialog.Ack(context.WithoutCancel(ctx), "", nil)
	}
	return r, err
}

// try sends a request to one target after the other.
func (s *Stack) try(ctx context.Context, b *building, targets []target) (r *Response, err error) {
	for _, t := range targets {
		var to transaction.Addr
		if to, err = s.reach(t); err != nil {
			continue
		}
		r, err = s.exchange(ctx, b, to)
		if err == nil && r.Status() == 503 || err == sipwire.ErrTransport || err == sipwire.ErrTimeout {
			continue
		}
		return r, err
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// exchange sends a request to an address, in a transaction of its own.
func (s *Stack) exchange(ctx context.Context, b *building, to transaction.Addr) (*Response, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	raw, err := b.appendTo(nil, to)
	if err != nil {
		return nil, err
	}
	c := s.coreOf(b.callID)
	x := newExchange(c, b.invite)
	x.secret = b.second.secret
	c.lock()
	if c.closed {
		c.unlock()
		return nil, errClosed
	}
	x.tx, err = c.layer.Send(raw, to, 0, s.now())
	if err == nil {
		c.clients[x.tx] = x
	}
	c.unlock()
	if err != nil {
		return nil, err
	}
	return x.wait(ctx, b.o.Provisional)
}

// reach returns the address of a target; of a connection that is the flow.
func (s *Stack) reach(t target) (transaction.Addr, error) {
	to := transaction.Addr{IP: t.Addr, Transport: t.Transport, Flow: t.flow}
	if to.Flow != 0 || t.Transport == header.TransportUDP {
		return to, nil
	}
	cn, err := s.connTo(t.Transport, t.Addr, t.Name)
	if err != nil {
		return to, err
	}
	to.Flow = cn.flow
	return to, nil
}

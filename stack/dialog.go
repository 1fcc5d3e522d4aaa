package stack

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/dialog"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/stack/resolve"
	"github.com/sipwire/sipwire/transaction"
)

// A Dialog is one of this Stack (RFC 3261, 12), made by a response. All
// goroutines may use it at the same time.
//
// A BYE of the other side is answered here, and ends the dialog, unless it has
// a subscription left. So does a BYE of this side, and a request with the answer
// 481 or 408 or without any. The session timer of RFC 4028 is refreshed with an
// UPDATE.
type Dialog struct {
	core    *core
	handle  dialog.Handle
	handler atomic.Pointer[Handler]
	done    chan struct{}
	acks    chan *codec.Message // cap 1: the last ACK that came
	retry   chan struct{}       // cap 1: a re-INVITE may be sent again

	// For who has the lock of the core.
	confirmed bool
	ended     bool
	last      transaction.Addr // where the last message came from
	secret    digest.Secret
}

// dialogFor returns the Dialog of a handle, and makes it.
func (c *core) dialogFor(h dialog.Handle) *Dialog {
	d := c.dialogs[h]
	if d == nil {
		d = &Dialog{core: c, handle: h, done: make(chan struct{}), acks: make(chan *codec.Message, 1), retry: make(chan struct{}, 1)}
		c.dialogs[h] = d
	}
	return d
}

// sweep ends a Dialog that has ended without an event of its own.
func (c *core) sweep(d *Dialog) {
	if d != nil && c.layer.State(d.handle) == dialog.Terminated {
		c.ended(d)
	}
}

func (c *core) ended(d *Dialog) {
	delete(c.dialogs, d.handle)
	d.over()
}

func (d *Dialog) over() {
	if !d.ended {
		d.ended = true
		close(d.done)
	}
}

// ackCame keeps an ACK in place of the one before.
func (d *Dialog) ackCame(m *codec.Message) {
	for {
		select {
		case d.acks <- m.Clone():
			return
		default:
		}
		select {
		case <-d.acks:
		default:
		}
	}
}

// Done returns a channel that is closed when the dialog has ended.
func (d *Dialog) Done() <-chan struct{} { return d.done }

// State returns the state, dialog.Terminated when the dialog has ended.
func (d *Dialog) State() dialog.State {
	d.core.lock()
	defer d.core.unlock()
	return d.core.layer.State(d.handle)
}

// Handle makes h the handler of the requests of the dialog, instead of that of
// the Stack. BYE, ACK and most PRACKs do not come to a handler.
func (d *Dialog) Handle(h Handler) { d.handler.Store(&h) }

// Acked waits for the ACK to the last 2xx sent here, and returns it: it holds
// the answer when the offer was in the 2xx. When none comes the dialog ends
// with a BYE, and Acked returns ErrStale.
func (d *Dialog) Acked(ctx context.Context) (*codec.Message, error) {
	select {
	case m := <-d.acks:
		return m, nil
	case <-d.done:
		select {
		case m := <-d.acks: // it came before the BYE
			return m, nil
		default:
		}
		return nil, sipwire.ErrStale
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Ack acknowledges the last 2xx that came, with the answer if it had the offer.
// Repeats of the 2xx are acknowledged here.
func (d *Dialog) Ack(ctx context.Context, contentType string, body []byte) error {
	targets, err := d.targets(ctx, len(body))
	if err != nil {
		return err
	}
	to, err := d.core.stack.reach(targets[0])
	if err != nil {
		return err
	}
	r := compose.Request{Body: body}
	if len(body) > 0 {
		r.ContentType = []byte(contentType)
	}
	c := d.core
	c.lock()
	defer c.unlock()
	if c.closed {
		return errClosed
	}
	return c.layer.Ack(d.handle, &r, to, c.stack.now())
}

// Bye ends the session and waits for the response. A dialog that has ended
// already is no error. With a 401 or 407 that cannot be answered it is
// [ErrUnauthorized]: then the dialog ends within 64*T1, unless Bye is called
// again behind [Dialog.SetCredentials] or Do with credentials of the caller.
func (d *Dialog) Bye(ctx context.Context) error {
	res, err := d.Do(ctx, &compose.Request{Method: []byte("BYE")})
	switch {
	case err == sipwire.ErrStale:
		return nil
	case err == nil && (res.Status() == 401 || res.Status() == 407):
		return ErrUnauthorized
	}
	return err
}

// ErrUnauthorized says that a BYE was challenged and that there is no answer,
// or a wrong one.
var ErrUnauthorized = errors.New("stack: the BYE was challenged, and there are no credentials for it")

// ReInvite changes the session with a new offer (RFC 3261, 14.1), and returns
// the final response. With a body the 2xx is acknowledged here; without one the
// offer is in the 2xx, and Ack takes the answer. When both sides did it at the
// same time (491), it is sent again after the time of RFC 3261, up to 3 times.
func (d *Dialog) ReInvite(ctx context.Context, contentType string, body []byte) (*Response, error) {
	r := compose.Request{Method: []byte("INVITE"), Body: body}
	if len(body) > 0 {
		r.ContentType = []byte(contentType)
	}
	for again := 0; ; again++ {
		res, err := d.Do(ctx, &r)
		switch {
		case err != nil:
			return nil, err
		case res.Status()/100 == 2 && len(body) > 0:
			return res, d.Ack(context.WithoutCancel(ctx), "", nil)
		case res.Status() != 491 || again == 3:
			return res, nil
		}
		select {
		case <-d.retry:
		case <-d.done:
			return res, nil
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// Refer asks the other side to send a request, by default an INVITE, to a URI
// (RFC 3515), and returns the final response. What becomes of it comes in
// NOTIFY requests, to the handler.
func (d *Dialog) Refer(ctx context.Context, to string) (*Response, error) {
	v := []byte("<" + to + ">")
	return d.Do(ctx, &compose.Request{Method: []byte("REFER"), Fields: []compose.HeaderField{{ID: header.IDReferTo, Value: v}}})
}

// Do sends a request within the dialog and returns its final response. CSeq,
// Via and, where one belongs, Contact are made here. A 401, 407 or 422 is
// answered as by [Stack.Do], with the credentials of the INVITE or of
// SetCredentials. When ctx ends, an INVITE is cancelled. Errors: ErrStale when the dialog has ended, ErrState for what is
// not allowed now, and those of [Stack.Do].
func (d *Dialog) Do(ctx context.Context, r *compose.Request) (*Response, error) {
	var s second
	full := *r
	res, err := d.try(ctx, &full)
	for n := 0; err == nil && n < maxAgain && d.again(&s, &full, res); n++ {
		next := full
		next.Fields = s.fields(full.Fields)
		res, err = d.try(ctx, &next)
	}
	return res, err
}

func (d *Dialog) try(ctx context.Context, r *compose.Request) (*Response, error) {
	targets, err := d.targets(ctx, len(r.Body))
	if err != nil {
		return nil, err
	}
	var res *Response
	for _, t := range targets {
		var to transaction.Addr
		if to, err = d.core.stack.reach(t); err != nil {
			continue
		}
		res, err = d.exchange(ctx, r, to)
		if err != sipwire.ErrTransport {
			break
		}
	}
	return res, err
}

func (d *Dialog) exchange(ctx context.Context, r *compose.Request, to transaction.Addr) (*Response, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	c := d.core
	full := *r
	m := header.LookupMethod(r.Method)
	if m.IsTargetRefresh() || m.CreatesDialog() {
		full.Fields = c.stack.withContact(full.Fields, to)
	}
	c.lock()
	if c.closed {
		c.unlock()
		return nil, errClosed
	}
	tx, err := c.layer.Request(d.handle, &full, to, c.stack.now())
	var x *exchange
	if err == nil {
		x = c.expect(tx, d)
		x.invite = m == header.MethodINVITE
	}
	c.unlock()
	if err != nil {
		return nil, err
	}
	return x.wait(ctx, nil)
}

// headRoom is about what a request within a dialog has besides its body.
const headRoom = 700

// targets returns where a request goes: by the connection of the last message
// when it is the one that the route set or the target leads to, else where
// these lead by RFC 3263. When they lead nowhere, as a browser's Contact
// (RFC 7118, 5), it is where the last message came from.
func (d *Dialog) targets(ctx context.Context, size int) ([]target, error) {
	c := d.core
	c.lock()
	u, err := c.layer.NextHop(d.handle)
	last := d.last
	if err == nil {
		_, err = u.Parse(append([]byte(nil), u.Bytes()...))
	}
	c.unlock()
	if err != nil {
		return nil, err
	}
	s := c.stack
	back := target{Target: resolve.Target{Transport: last.Transport, Addr: last.IP}, flow: last.Flow}
	isBack := last.Flow != 0 && (last.Transport == header.TransportUDP || s.connOf(last) != nil)
	var found []target
	if !strings.HasSuffix(strings.ToLower(string(u.Host())), ".invalid") {
		if found, err = s.targets(ctx, &u, size+headRoom); err != nil && !isBack {
			return nil, err
		}
	}
	for i := range found {
		t := &found[i]
		switch {
		case t.Transport != last.Transport:
		case t.Transport == header.TransportUDP:
			t.flow = last.Flow // the socket
		case t.Addr.Addr() == last.IP.Addr() && isBack:
			t.flow = last.Flow
		}
	}
	if isBack && (len(found) == 0 || last.Transport.IsReliable()) {
		found = append(found, back)
	}
	if len(found) == 0 {
		return nil, sipwire.ErrUnresolved
	}
	return found, nil
}

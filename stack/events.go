package stack

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/dialog"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// handle does what an event asks for. m is the message that it came with, or
// nil. c is locked.
func (c *core) handle(ev dialog.Event, m *codec.Message, from transaction.Addr) {
	switch ev.Kind {
	case transaction.Request:
		c.request(&ev, m, from)
	case transaction.Ack:
		if d := c.dialogs[ev.Dialog]; d != nil {
			d.ackCame(m)
		}
	case transaction.Cancelled:
		if r := c.servers[ev.Tx]; r != nil {
			delete(c.servers, ev.Tx)
			r.cancel(ErrCancelled)
			c.sweep(r.Dialog)
		}
	case transaction.Response:
		c.response(&ev, m)
	case transaction.Timeout, transaction.TransportError:
		c.timeout(&ev)
	case transaction.Malformed:
		c.refuse(m, ev.Code, from)
	}
	d := c.dialogs[ev.Dialog]
	if d == nil {
		return
	}
	if m != nil {
		d.last = from
	}
	switch ev.Task {
	case dialog.TaskPRACK:
		d.prack(m)
	case dialog.TaskBye:
		d.goBye()
	case dialog.TaskRefresh:
		d.goRefresh()
	case dialog.TaskRetry:
		select {
		case d.retry <- struct{}{}:
		default:
		}
	}
	if ev.Ended {
		c.ended(d)
	}
}

// request is one that has not come before, and that the dialogs have not
// answered but for a BYE.
func (c *core) request(ev *dialog.Event, m *codec.Message, from transaction.Addr) {
	switch {
	case c.layer.Transactions().Status(ev.Tx) >= 200: // a BYE
	case ev.Merged:
		c.answer(ev.Tx, m, 482) // RFC 3261, 8.2.2.2
	case ev.Method == header.MethodCANCEL:
		c.answer(ev.Tx, m, 481) // RFC 3261, 9.2
	case ev.Method == header.MethodPRACK && ev.Invite == 0:
		c.answer(ev.Tx, m, 481) // RFC 3262, 3
	case ev.Method == header.MethodPRACK && len(m.Body()) == 0:
		c.answer(ev.Tx, m, 200)
	default:
		c.begin(ev.Tx, c.dialogs[ev.Dialog], m, from)
	}
}

// response is one to a request that was sent here.
func (c *core) response(ev *dialog.Event, m *codec.Message) {
	x := c.clients[ev.Tx]
	if ev.New {
		d := c.dialogFor(ev.Dialog)
		if x != nil {
			x.dialogs = append(x.dialogs, d)
			d.secret = x.secret
		}
	}
	d := c.dialogs[ev.Dialog]
	first := d != nil && !d.confirmed
	if d != nil && ev.Status/100 == 2 {
		d.confirmed = true
	}
	switch {
	case x != nil && ev.Status < 200:
		x.provisional(&Response{Message: m.Clone(), Dialog: d})
		return
	case x != nil:
		delete(c.clients, ev.Tx)
		if !x.abandoned {
			x.finish(&Response{Message: m.Clone(), Dialog: d}, nil)
			x.sweep()
			return
		}
	}
	// A 2xx that nobody waits for: of another branch of a forked INVITE, or to
	// one that was cancelled too late.
	switch {
	case ev.Task != dialog.TaskACK:
	case first:
		d.goAckBye()
	case x != nil:
		d.goAck()
	}
	if x != nil {
		x.sweep()
	}
}

// timeout is a transaction without its response, or one whose message could not
// be sent.
func (c *core) timeout(ev *dialog.Event) {
	if x := c.clients[ev.Tx]; x != nil && ev.Timer != transaction.TimerC {
		delete(c.clients, ev.Tx)
		err := sipwire.ErrTimeout
		if ev.Kind == transaction.TransportError {
			err = sipwire.ErrTransport
		}
		x.finish(nil, err)
		x.sweep()
	}
	r := c.servers[ev.Tx]
	if r == nil {
		return
	}
	switch {
	case ev.Timer == transaction.TimerPRACK:
		_ = c.respond(r, &compose.Reply{Status: 500}, false)
	case ev.Timer == transaction.TimerAnswer, c.layer.Transactions().State(ev.Tx) == transaction.Terminated:
		delete(c.servers, ev.Tx)
		r.cancel(sipwire.ErrTimeout)
		c.sweep(r.Dialog)
	}
}

package stack

import (
	"context"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/transaction"
)

// What the Stack does for a dialog by itself. These begin a goroutine, for
// they wait for DNS and for responses; the core is locked.

// autoTime bounds how long they take.
const autoTime = 40 * time.Second

func (d *Dialog) auto(f func(ctx context.Context)) {
	s := d.core.stack
	s.work.Go(func() {
		ctx, cancel := context.WithTimeout(s.ctx, autoTime)
		defer cancel()
		f(ctx)
	})
}

// Their errors have nobody to go to: the dialog ends by itself then, by its
// timers.

func (d *Dialog) goAck() { d.auto(func(ctx context.Context) { _ = d.Ack(ctx, "", nil) }) }

func (d *Dialog) goBye() { d.auto(func(ctx context.Context) { _ = d.Bye(ctx) }) }

// goAckBye ends a call that nobody waits for (RFC 3261, 13.2.2.4).
func (d *Dialog) goAckBye() {
	d.auto(func(ctx context.Context) {
		_ = d.Ack(ctx, "", nil)
		_ = d.Bye(ctx)
	})
}

// goRefresh refreshes the session (RFC 4028, 10). When the other side does not
// take it, the dialog ends with its interval.
func (d *Dialog) goRefresh() {
	d.auto(func(ctx context.Context) { _, _ = d.Do(ctx, &compose.Request{Method: []byte("UPDATE")}) })
}

// prack acknowledges a reliable provisional response. The goroutine is only for
// a PRACK that may be challenged and has an answer then.
func (d *Dialog) prack(m *codec.Message) {
	c := d.core
	tx, err := c.layer.Prack(d.handle, m, nil, transaction.Addr{}, c.stack.now())
	if err != nil || d.secret.Password == nil {
		return
	}
	response := m.Clone()
	send := func(s *second) (*exchange, error) {
		c.lock()
		defer c.unlock()
		if c.closed {
			return nil, errClosed
		}
		tx, err := c.layer.Prack(d.handle, response, &compose.Request{Fields: s.fields(nil)}, transaction.Addr{}, c.stack.now())
		if err != nil {
			return nil, err
		}
		return c.expect(tx, d), nil
	}
	x := c.expect(tx, d)
	d.auto(func(ctx context.Context) {
		var s second
		r := compose.Request{Method: []byte("PRACK")}
		res, err := x.wait(ctx, nil)
		for n := 0; err == nil && n < maxAgain && d.again(&s, &r, res); n++ {
			if x, err = send(&s); err == nil {
				res, err = x.wait(ctx, nil)
			}
		}
	})
}

// expect makes the exchange of a request that was sent in a dialog.
func (c *core) expect(tx transaction.Handle, d *Dialog) *exchange {
	x := newExchange(c, false)
	x.tx = tx
	x.dialogs = append(x.dialogs, d)
	c.clients[tx] = x
	return x
}

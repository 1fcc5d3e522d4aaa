package stack

import (
	"context"
	"time"

	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/digest"
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

// setSecret keeps what answers challenges within the dialog.
func (d *Dialog) setSecret(o *Outgoing) {
	if o.Password == "" {
		return
	}
	d.core.lock()
	defer d.core.unlock()
	d.secret = digest.Secret{Username: []byte(o.User), Password: []byte(o.Password)}
}

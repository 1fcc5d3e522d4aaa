package dialog

import (
	"time"

	"github.com/sipwire/sipwire/transaction"
)

// times are all times of a dialog but those of its subscriptions.
func (d *dialog) times() [6]*int64 {
	return [...]*int64{&d.repeat, &d.noACK, &d.session, &d.early, &d.forget, &d.retry}
}

// arm sets the timer of a dialog to the earliest of its times.
func (l *Layer) arm(i uint32, d *dialog) {
	first := int64(0)
	for _, at := range d.times() {
		if *at != 0 && (first == 0 || *at < first) {
			first = *at
		}
	}
	for u := d.usage; u != 0; {
		v := l.usages.At(u - 1)
		if v.expires != 0 && (first == 0 || v.expires < first) {
			first = v.expires
		}
		u = v.next
	}
	if first == 0 {
		l.wheel.Clear(i)
	} else {
		l.wheel.Set(i, first)
	}
}

// Next returns the time at which Advance has something to do, or a little
// before it. It is not ok when there is no timer.
func (l *Layer) Next() (at time.Duration, ok bool) {
	at, ok = l.tx.Next()
	ms, own := l.wheel.Next()
	if own {
		if d := time.Duration(ms) * time.Millisecond; !ok || d < at {
			at = d
		}
	}
	return at, ok || own
}

// Advance does what is due at now, and returns at the first event for the
// caller, who calls it until it is not ok.
func (l *Layer) Advance(now time.Duration) (Event, bool) {
	l.clock(now)
	for {
		t, ok := l.tx.Advance(l.now)
		if !ok {
			break
		}
		if ev := l.told(t); !ev.None() {
			return ev, true
		}
	}
	for {
		i, ok := l.wheel.Pop(l.ms())
		if !ok {
			return Event{}, false
		}
		if ev := l.fire(i, l.dialogs.At(i)); !ev.None() {
			return ev, true
		}
	}
}

// TransportError says that what was sent for a transaction could not be: see
// transaction.Layer.TransportError.
func (l *Layer) TransportError(tx transaction.Handle, now time.Duration) Event {
	l.clock(now)
	return l.told(l.tx.TransportError(tx, now))
}

// told is an event of a transaction that no message came with.
func (l *Layer) told(t transaction.Event) Event {
	ev := Event{Event: t}
	switch {
	case t.Kind == transaction.TransportError && l.tx.State(t.Tx) != transaction.Terminated:
		// A server transaction goes on.
	case t.Kind == transaction.TransportError,
		t.Timer == transaction.TimerB, t.Timer == transaction.TimerF, t.Timer == transaction.TimerCancel:
		l.failed(&ev)
	case t.Timer == transaction.TimerAnswer:
		l.rejected(&ev)
	case t.User&ofDialog != 0:
		i, d := l.lookup(Handle(t.User &^ ofDialog))
		ev.User = 0
		if d != nil {
			ev.Dialog, ev.User = l.handle(i), d.user
		}
	}
	return ev
}

// fire does what is due for one dialog: one thing, the earliest, so that each
// has its event.
func (l *Layer) fire(i uint32, d *dialog) Event {
	at := l.wheel.Now()
	ev := Event{Dialog: l.handle(i)}
	ev.User = d.user
	due := func(t int64) bool { return t != 0 && t <= at }
	switch {
	case due(d.noACK):
		// RFC 3261, 13.3.1.4: the dialog is confirmed, the session is to end.
		d.answer, d.repeat, d.noACK = 0, 0, 0
		ev.Task = TaskBye
	case due(d.repeat):
		if l.tx.Repeat(d.answer, l.now) == nil {
			l.stats.Repeated2xx++
		}
		d.interval = min(2*d.interval, l.t2)
		d.repeat = at + d.interval
	case due(d.early):
		ev.Ended = true
		if d.is(awaited) {
			ev = Event{} // it has never begun
		}
		l.end(i, d)
		return ev
	case due(d.forget):
		d.forget = 0
		l.mem.Free(d.ack)
		d.ack, d.ackLen = 0, 0
	case due(d.retry):
		d.retry = 0
		ev.Task = TaskRetry
	case due(d.session) && d.is(refresher) && !d.is(refreshing):
		d.flags |= refreshing // until a 2xx begins the interval anew
		d.session = at + max(giveUp(d.interval4028)-int64(d.interval4028)*1000/2, 1)
		ev.Task = TaskRefresh
	case due(d.session):
		d.session = 0
		ev.Task = TaskBye
	default:
		for u := d.usage; u != 0; {
			v := l.usages.At(u - 1)
			if due(v.expires) {
				l.unsubscribe(d, u)
				ev.Task = TaskExpired
				ev.Ended = l.unused(i, d)
				return ev
			}
			u = v.next
		}
	}
	l.arm(i, d)
	return ev
}

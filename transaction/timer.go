package transaction

import (
	"time"

	"github.com/sipwire/sipwire/compose"
)

// arm sets the timer of a transaction to the earliest of its times.
func (l *Layer) arm(i uint32, t *tx) {
	if l.fresh == i+1 {
		return // not yet
	}
	at := t.until
	if t.again != 0 && (at == 0 || t.again < at) {
		at = t.again
	}
	if t.limit != 0 && (at == 0 || t.limit < at) {
		at = t.limit
	}
	if at == 0 {
		l.wheel.Clear(i)
	} else {
		l.wheel.Set(i, at)
	}
}

// Next returns the time at which Advance has something to do, or a little
// before it. It is not ok when there is no timer.
func (l *Layer) Next() (at time.Duration, ok bool) {
	if l.pending.Kind != None {
		return l.wall(), true
	}
	l.settle()
	ms, ok := l.wheel.Next()
	return time.Duration(ms) * time.Millisecond, ok
}

// Advance does what is due at now, and returns at the first event for the
// caller, who calls it until it is not ok. What it sends and ends without an
// event costs no call.
func (l *Layer) Advance(now time.Duration) (ev Event, ok bool) {
	l.clock(now)
	if ev = l.pending; ev.Kind != None {
		l.pending = Event{}
		return ev, true
	}
	l.settle()
	for {
		i, ok := l.wheel.Pop(l.now)
		if !ok {
			return Event{}, false
		}
		l.fire(&ev, i, l.txs.At(i))
		if ev.Kind == None && l.pending.Kind != None {
			ev, l.pending = l.pending, Event{}
		}
		if ev.Kind != None {
			return ev, true
		}
	}
}

// fire does what is due for one transaction.
func (l *Layer) fire(ev *Event, i uint32, t *tx) {
	at := l.wheel.Now()
	if t.limit != 0 && t.limit <= at {
		l.unanswered(ev, i, t)
		return
	}
	if t.until != 0 && t.until <= at {
		l.expire(ev, i, t)
		return
	}
	if t.again != 0 && t.again <= at {
		l.repeat(i, t, at)
	}
	l.arm(i, t)
}

// repeat sends what is to be sent again, or a 100. Times count from when it
// was due, not from when the caller came.
func (l *Layer) repeat(i uint32, t *tx, at int64) {
	switch {
	case !t.is(isServer): // timers A and E
		switch {
		case t.is(isInvite):
			t.interval *= 2
		case t.state == Proceeding:
			t.interval = l.times.t2
		default:
			t.interval = min(2*t.interval, l.times.t2)
		}
		t.again = at + t.interval
		l.sendAgain(i, t, t.req, t.reqLen)
	case t.is(unacked): // RFC 3262, 3
		t.interval *= 2
		t.again = at + t.interval
		l.repeatOlder(i, t)
		if t.is(lastWaits) {
			l.sendAgain(i, t, t.resp, t.respLen)
		}
	case t.state == Completed: // timer G
		t.interval = min(2*t.interval, l.times.t2)
		t.again = at + t.interval
		l.sendAgain(i, t, t.resp, t.respLen)
	default: // no response yet
		t.again = 0
		l.trying(i, t)
	}
}

// trying sends a 100 (RFC 3261, 17.2.1; RFC 4320, 4.1).
func (l *Layer) trying(i uint32, t *tx) {
	if l.work.Parse(l.bytes(t.req, t.reqLen)) != nil {
		return
	}
	r := compose.Reply{Status: 100, Source: l.unpack(&t.from).IP}
	b, err := compose.AppendReply(l.made[:0], &l.work, &r)
	if err != nil {
		return
	}
	l.made = b
	l.respond(i, t, b, b, 100, 0, false)
}

// unanswered answers an INVITE whose user has not.
func (l *Layer) unanswered(ev *Event, i uint32, t *tx) {
	l.stats.Timeouts++
	t.limit = 0
	l.event(ev, i, t, Timeout)
	ev.Timer = TimerAnswer
	var buf [64]byte
	r := compose.Reply{Status: 480, Tag: l.replyTag(buf[:0], t)}
	if l.Reply(ev.Tx, nil, &r, l.wall()) != nil {
		l.end(i, t) // nothing can be made of its request
	}
}

// expire is the end of a transaction, or of the caller's time.
func (l *Layer) expire(ev *Event, i uint32, t *tx) {
	timer, goesOn := TimerNone, false
	switch {
	case t.state == Terminated:
	case t.is(isServer) && t.is(isInvite):
		switch {
		case t.state == Completed:
			timer = TimerH
		case t.is(unacked):
			timer, goesOn = TimerPRACK, true
			t.flags &^= unacked | lastWaits
			l.dropOlder(t)
			t.again, t.until = 0, 0
		case t.state == Proceeding:
			timer, goesOn = TimerC, true
			t.until = l.wheel.Now() + l.times.c
		}
	case t.is(isServer):
		if t.state != Completed {
			timer = TimerAnswer
		}
	case t.is(isInvite):
		switch {
		case t.state == Calling:
			timer = TimerB
		case t.state == Proceeding && t.is(cancelled):
			timer = TimerCancel
		case t.state == Proceeding:
			timer, goesOn = TimerC, true
			t.until = l.wheel.Now() + l.times.c
		}
	case t.state != Completed:
		timer = TimerF
	}
	if timer != TimerNone {
		l.stats.Timeouts++
		if l.event(ev, i, t, Timeout); ev.Kind != None {
			ev.Timer = timer
		}
	}
	if goesOn {
		l.arm(i, t)
	} else {
		l.end(i, t)
	}
}

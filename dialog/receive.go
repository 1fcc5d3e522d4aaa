package dialog

import (
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/transaction"
)

// Receive takes a message that came from an address, parsed, whether with an
// error or not: see transaction.Layer.Receive, and [Event].
func (l *Layer) Receive(m *codec.Message, from transaction.Addr, now time.Duration) Event {
	l.clock(now)
	ev := Event{Event: l.tx.Receive(m, from, now)}
	switch ev.Kind {
	case transaction.Request:
		l.request(&ev, m, from)
	case transaction.Ack:
		l.acked(&ev, m)
	case transaction.Cancelled:
		if !l.config.Transaction.Keep487 {
			l.rejected(&ev)
		}
	case transaction.Response:
		l.response(&ev, m)
	case transaction.Stray:
		l.strayAnswer(&ev, m)
	}
	return ev
}

// rejected ends the early dialogs of a transaction that has ended without a
// 2xx.
func (l *Layer) rejected(ev *Event) {
	if h := l.endForks(ev.Tx); h != 0 {
		ev.Dialog, ev.Ended = h, true
	}
}

// answer answers a request here, and leaves nothing for the caller.
func (l *Layer) answer(ev *Event, m *codec.Message, status int, fields ...compose.HeaderField) {
	l.fields = append(l.fields[:0], fields...)
	_ = l.tx.Reply(ev.Tx, m, &compose.Reply{Status: status, Fields: l.fields}, l.now)
	*ev = Event{}
}

// number returns a field with a number.
func (l *Layer) number(id header.ID, v uint64) compose.HeaderField {
	l.digits = abnf.AppendUint(l.digits[:0], v)
	return compose.HeaderField{ID: id, Value: l.digits}
}

// request is a request that has not come before.
func (l *Layer) request(ev *Event, m *codec.Message, from transaction.Addr) {
	if !m.InDialog() {
		if l.tooSmall(m) {
			l.answerTooSmall(ev, m)
		}
		return
	}
	if ev.Method == header.MethodCANCEL {
		return // it cancels nothing, and concerns no dialog
	}
	hash, ok := l.keyOf(m)
	i, d := l.find(hash)
	if d == nil && ok && ev.Method == header.MethodNOTIFY {
		if i, d = l.notifiedFirst(m, from); d != nil {
			ev.New = true
		}
	}
	if !ok || d == nil {
		l.stats.NoDialog++
		l.answer(ev, m, 481)
		return
	}
	cseq, _ := m.CSeq() // the transaction has read it
	if d.is(hasRemote) && cseq.Number() < d.remoteSeq {
		l.stats.OldCSeq++
		l.answer(ev, m, 500) // RFC 3261, 12.2.2
		return
	}
	d.remoteSeq = cseq.Number()
	d.flags |= hasRemote
	ev.Dialog, ev.User = l.handle(i), d.user
	if l.tooSmall(m) {
		l.answerTooSmall(ev, m)
		return
	}
	switch ev.Method {
	case header.MethodINVITE:
		switch {
		case l.isOpen(d.local):
			l.stats.Glare++
			l.answer(ev, m, 491) // RFC 3261, 14.2
			return
		case l.tx.State(d.remote) == transaction.Proceeding:
			l.stats.Glare++
			l.answer(ev, m, 500, l.number(header.IDRetryAfter, uint64(random(11))))
			return
		}
		d.remote = ev.Tx
	case header.MethodBYE:
		l.bye(ev, i, d, m)
		return
	case header.MethodNOTIFY:
		ev.Ended = l.notified(i, d, m.Value(header.IDEvent), m.Value(header.IDSubscriptionState))
		if ev.Ended {
			return
		}
	}
	d.setAddr(l, from)
	_ = l.retarget(d, m) // a target that cannot be kept leaves the old one
}

// bye ends the session (RFC 3261, 15.1.2).
func (l *Layer) bye(ev *Event, i uint32, d *dialog, m *codec.Message) {
	_ = l.tx.Reply(ev.Tx, m, &compose.Reply{Status: 200}, l.now)
	if l.tx.State(d.remote) == transaction.Proceeding {
		_ = l.tx.Reply(d.remote, nil, &compose.Reply{Status: 487}, l.now)
	}
	d.endSession()
	ev.Ended = l.unused(i, d)
}

// isOpen reports whether an INVITE that was sent has no final response yet.
func (l *Layer) isOpen(h transaction.Handle) bool {
	s := l.tx.State(h)
	return s == transaction.Calling || s == transaction.Proceeding
}

// acked is an ACK for a 2xx.
func (l *Layer) acked(ev *Event, m *codec.Message) {
	hash, ok := l.keyOf(m)
	i, d := l.find(hash)
	if !ok || d == nil {
		return
	}
	ev.Dialog, ev.User = l.handle(i), d.user
	cseq, err := m.CSeq()
	if err != nil || d.answer == 0 || cseq.Number() != d.answerSeq {
		*ev = Event{} // it has come before
		return
	}
	d.answer, d.repeat, d.noACK = 0, 0, 0
	l.arm(i, d)
}

// setAddr notes where the peer is.
func (d *dialog) setAddr(l *Layer, a transaction.Addr) {
	l.zones.Pack(&d.ip, a.IP)
	d.flow, d.transport = a.Flow, a.Transport
}

func (d *dialog) addr(l *Layer) transaction.Addr {
	return transaction.Addr{IP: l.zones.Unpack(&d.ip), Flow: d.flow, Transport: d.transport}
}

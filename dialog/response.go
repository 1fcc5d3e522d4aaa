package dialog

import (
	"math"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// response is a response to a request that was sent here.
func (l *Layer) response(ev *Event, m *codec.Message) {
	if ev.User&ofDialog != 0 {
		i, d := l.lookup(Handle(ev.User &^ ofDialog))
		ev.User = 0
		if d != nil {
			ev.Dialog, ev.User = l.handle(i), d.user
			l.inDialog(ev, i, d, m)
		}
		return
	}
	switch {
	case ev.Status >= 300:
		l.rejected(ev)
		if ev.Method == header.MethodSUBSCRIBE || ev.Method == header.MethodREFER {
			l.awaitNoMore(m)
		}
	case ev.Status > 100 && m.InDialog() &&
		(ev.Method == header.MethodINVITE || ev.Status >= 200 && (ev.Method == header.MethodSUBSCRIBE || ev.Method == header.MethodREFER)):
		l.creating(ev, m)
	}
}

// creating is a response that makes a dialog, or comes within one that its
// request has made (RFC 3261, 12.1.2 and 13.2.2).
func (l *Layer) creating(ev *Event, m *codec.Message) {
	hash, ok := l.keyOf(m)
	if !ok {
		return
	}
	i, d := l.find(hash)
	cseq, _ := m.CSeq() // the transaction has read it
	if d == nil {
		if _, err := m.RemoteTarget(); err != nil {
			ev.Code = codeOf(err)
			return
		}
		if i, d, ev.Code = l.begin(hash, ev.User, ev.Tx); d == nil {
			return
		}
		d.flags |= isUAC
		d.state, d.localSeq, d.inviteSeq, d.local = Early, cseq.Number(), cseq.Number(), ev.Tx
		if err := l.remember(d, m, nil); err != nil {
			ev.Code = codeOf(err)
			l.end(i, d)
			return
		}
		if ev.Method == header.MethodINVITE {
			d.flags |= hasSession
		}
		ev.New = true
	}
	if to, ok := l.tx.Peer(ev.Tx); ok {
		d.setAddr(l, to)
	}
	ev.Dialog, ev.User = l.handle(i), d.user
	if ev.Status < 200 {
		l.provisional(ev, d, m)
		return
	}
	if d.state == Early {
		d.state, d.early = Confirmed, 0
		// Route set and target are those of the 2xx (RFC 3261, 13.2.2.4).
		_ = l.remember(d, m, nil) // without room, those of the 1xx
	}
	if ev.Method != header.MethodINVITE {
		seconds, known := expiresOf(m, nil)
		l.subscribed(i, d, ev.Method, cseq.Number(), l.eventSent(ev.Tx), seconds, known)
		return
	}
	if l.repeatACK(ev, d, cseq.Number()) {
		return
	}
	ev.Task = TaskACK
	if m.Has(header.IDSessionExpires) && l.invite.Parse(l.tx.RequestBytes(ev.Tx)) == nil {
		d.askedMinSE(&l.invite)
	}
	l.sessionAnswered(d, m)
	l.arm(i, d)
	l.giveUpForks(ev.Tx)
}

// eventSent returns the Event of a SUBSCRIBE whose 2xx is at hand.
func (l *Layer) eventSent(tx transaction.Handle) []byte {
	if b := l.tx.RequestBytes(tx); b != nil && l.invite.Parse(b) == nil {
		return l.invite.Value(header.IDEvent)
	}
	return nil
}

// giveUpForks gives the other early dialogs of an INVITE 64*T1 from its 2xx
// (RFC 3261, 13.2.2.4).
func (l *Layer) giveUpForks(invite transaction.Handle) {
	for i, ok := l.byInvite.First(l.hashOf(invite)); ok; i, ok = l.byInvite.Next(i) {
		if d := l.dialogs.At(i); d.invite == invite && d.state == Early && d.early == 0 {
			d.early = l.ms() + 64*l.t1
			l.arm(i, d)
		}
	}
}

// provisional is a provisional response within a dialog: a reliable one is to
// be acknowledged when it is the next one (RFC 3262, 4).
func (l *Layer) provisional(ev *Event, d *dialog, m *codec.Message) {
	if !m.IsReliable() {
		return
	}
	n, _, err := header.ParseUint(m.Value(header.IDRSeq), math.MaxUint32)
	if err != nil {
		return
	}
	if d.rseq != 0 && uint32(n) != d.rseq+1 {
		l.stats.Disordered++
		*ev = Event{}
		return
	}
	d.rseq = uint32(n)
	ev.Task = TaskPRACK
}

// inDialog is a response to a request sent within a dialog.
func (l *Layer) inDialog(ev *Event, i uint32, d *dialog, m *codec.Message) {
	cseq, _ := m.CSeq() // the transaction has read it
	switch {
	case ev.Status < 200:
		if ev.Method == header.MethodINVITE {
			l.provisional(ev, d, m)
		}
		return
	case ev.Status == 481, ev.Status == 408:
		l.over(ev, i, d) // RFC 3261, 12.2.1.2
		return
	case d.isEndedBy(ev.Tx) && (ev.Status == 401 || ev.Status == 407):
		l.challenge(i, d)
		return
	case d.isEndedBy(ev.Tx):
		l.over(ev, i, d)
		return
	case ev.Status == 491 && ev.Method == header.MethodINVITE:
		// In steps of 10 ms, later for who made the dialog (RFC 3261, 14.1).
		wait := 10 * random(201)
		if d.is(isUAC) {
			wait = 2100 + 10*random(191)
		}
		d.retry = l.ms() + wait
		l.arm(i, d)
		return
	case ev.Status == 422:
		d.askedMinSE(m)
		return
	case ev.Status >= 300:
		return
	}
	_ = l.retarget(d, m) // without room, the old target stays
	switch ev.Method {
	case header.MethodINVITE:
		if l.repeatACK(ev, d, cseq.Number()) {
			return
		}
		ev.Task = TaskACK
		l.sessionAnswered(d, m)
	case header.MethodUPDATE:
		l.sessionAnswered(d, m)
	case header.MethodSUBSCRIBE, header.MethodREFER:
		seconds, known := expiresOf(m, nil)
		l.subscribed(i, d, ev.Method, cseq.Number(), l.eventSent(ev.Tx), seconds, known)
	}
	l.arm(i, d)
}

// isEndedBy reports whether the dialog waits for the response to tx to end.
func (d *dialog) isEndedBy(tx transaction.Handle) bool { return d.state == Ending && d.ending == tx }

// challenge leaves a dialog whose last request was challenged to the caller,
// who has 64*T1 to send it again with credentials (RFC 3261, 22.2): the peer
// has not ended its side.
func (l *Layer) challenge(i uint32, d *dialog) {
	d.flags |= challenged
	d.early = l.ms() + 64*l.t1
	l.arm(i, d)
}

// over ends a dialog with all its usages.
func (l *Layer) over(ev *Event, i uint32, d *dialog) {
	l.end(i, d)
	ev.Ended = true
}

// repeatACK sends the ACK again for a 2xx that came again.
func (l *Layer) repeatACK(ev *Event, d *dialog, number uint32) bool {
	if d.ack == 0 || d.ackSeq != number {
		return false
	}
	l.stats.RepeatedACKs++
	l.out.Send(0, d.addr(l), l.mem.Bytes(d.ack, int(d.ackLen)))
	*ev = Event{}
	return true
}

// strayAnswer is a 2xx to an INVITE whose transaction has ended.
func (l *Layer) strayAnswer(ev *Event, m *codec.Message) {
	if ev.Method != header.MethodINVITE || ev.Status/100 != 2 {
		return
	}
	hash, ok := l.keyOf(m)
	i, d := l.find(hash)
	if !ok || d == nil {
		return
	}
	cseq, _ := m.CSeq()
	ev.Dialog, ev.User = l.handle(i), d.user
	l.repeatACK(ev, d, cseq.Number())
}

// failed is a transaction that ended without a response.
func (l *Layer) failed(ev *Event) {
	if ev.User&ofDialog == 0 {
		l.rejected(ev)
		return
	}
	i, d := l.lookup(Handle(ev.User &^ ofDialog))
	ev.User = 0
	if d == nil {
		return
	}
	ev.Dialog, ev.User = l.handle(i), d.user
	// No response is as a 408, which ends the dialog (RFC 3261, 12.2.1.2); a
	// transport error is as a 503, which does not.
	if ev.Timer == transaction.TimerB || ev.Timer == transaction.TimerF || d.isEndedBy(ev.Tx) {
		l.over(ev, i, d)
	}
}

func codeOf(err error) sipwire.Code {
	code, _ := err.(sipwire.Code)
	return code
}

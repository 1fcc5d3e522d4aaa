package transaction

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// response is a response that came (RFC 3261, 17.1.3).
func (l *Layer) response(ev *Event, m *codec.Message) {
	var err error
	if l.key, err = m.AppendTransactionKey(append(l.key[:0], clientSide)); err != nil {
		l.malformed(ev, m, err)
		return
	}
	i, t := l.find(l.hash(l.key))
	if t == nil {
		l.stats.StrayResponses++
		cseq, _ := m.CSeq() // the key has it
		ev.Kind, ev.Status, ev.Method = Stray, m.Status(), cseq.Method()
		return
	}
	tell := false
	if t.is(isInvite) {
		tell = l.inviteResponse(i, t, m)
	} else {
		tell = l.otherResponse(i, t, m.Status())
	}
	if !tell {
		return
	}
	l.event(ev, i, t, Response)
	if ev.Kind != None {
		ev.Status = m.Status()
	}
}

// inviteResponse is RFC 3261, figure 5, with RFC 6026, 7.2. It reports whether
// the response is for the caller.
func (l *Layer) inviteResponse(i uint32, t *tx, m *codec.Message) bool {
	status := m.Status()
	waiting := t.state == Calling || t.state == Proceeding
	switch {
	case waiting && status < 200:
		if t.state == Calling { // timers A and B have done their work
			t.state, t.again, t.until = Proceeding, 0, 0
		}
		t.status = uint16(status)
		switch {
		case t.is(cancelling):
			l.sendCancel(i, t)
		case !t.is(cancelled):
			l.waitC(t)
		}
	case waiting && status < 300:
		t.status = uint16(status)
		t.state, t.again, t.until = Accepted, 0, l.now+l.times.end // timer M
		if t.is(copied) {
			l.drop(&t.req, &t.reqLen)
		}
	case waiting:
		t.status = uint16(status)
		t.state, t.again, t.until = Completed, 0, l.now
		if !t.is(isReliable) {
			t.until += l.times.d // timer D
		}
		l.sendACK(i, t, m)
	case t.state == Accepted && status >= 200 && status < 300:
		return true // a repeat, or that of another branch: the dialog knows
	case t.state == Completed && status >= 300:
		l.stats.Duplicates++
		l.sendAgain(i, t, t.resp, t.respLen)
		return false
	default:
		l.stats.Late++
		return false
	}
	l.arm(i, t)
	return true
}

// sendACK makes the ACK for a response above 299 and keeps it, in place of the
// INVITE, for repeats of the response (RFC 3261, 17.1.1.3).
func (l *Layer) sendACK(i uint32, t *tx, response *codec.Message) {
	if l.work.Parse(l.bytes(t.req, t.reqLen)) != nil {
		return
	}
	b, err := compose.AppendACK(l.made[:0], &l.work, response)
	if err != nil {
		l.stats.Malformed++ // a response without To; it ends the INVITE all the same
		l.drop(&t.req, &t.reqLen)
		return
	}
	l.made = b
	l.drop(&t.req, &t.reqLen)
	l.keep(&t.resp, &t.respLen, b)
	l.send(i, t, b)
}

// otherResponse is RFC 3261, figure 6.
func (l *Layer) otherResponse(i uint32, t *tx, status int) bool {
	switch {
	case t.state == Completed || t.state == Terminated:
		l.stats.Duplicates++
		return false
	case status < 200:
		// Timer E stays as it is set; only the next time it is T2.
		t.state, t.status = Proceeding, uint16(status)
		return true
	}
	t.state, t.status, t.again, t.until = Completed, uint16(status), 0, l.now
	if !t.is(isReliable) {
		t.until += l.times.t4 // timer K
	}
	if !t.method.CreatesDialog() || t.is(copied) { // the dialog asks what was subscribed to
		l.drop(&t.req, &t.reqLen)
	}
	l.arm(i, t)
	return true
}

// sendCancel sends the CANCEL for an INVITE that has had a provisional
// response (RFC 3261, 9.1).
func (l *Layer) sendCancel(i uint32, t *tx) sipwire.Code {
	if l.work.Parse(l.bytes(t.req, t.reqLen)) != nil {
		return sipwire.ErrState
	}
	b, err := compose.AppendCancel(l.made[:0], &l.work)
	if err != nil {
		return sipwire.ErrState
	}
	l.made = b
	t.flags = t.flags&^cancelling | cancelled
	t.until = l.now + l.times.end
	l.arm(i, t)
	to := l.unpack(&t.peer)
	if l.work.Parse(b) != nil {
		return sipwire.ErrState
	}
	_, code := l.start(&l.work, to, t.user, internal)
	if code != 0 {
		// Without a transaction the CANCEL is sent once.
		l.out.Send(0, to, b)
	}
	return 0
}

// waitC sets timer C, if there is one.
func (l *Layer) waitC(t *tx) {
	if l.times.c > 0 {
		t.until = l.now + l.times.c
	}
}

// begins reports whether a message is a request that can have a transaction.
func begins(m *codec.Message) bool {
	return m.IsRequest() && m.Method() != header.MethodACK
}

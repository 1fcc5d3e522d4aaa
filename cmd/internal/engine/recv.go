package engine

import (
	"bytes"
	"hash/maphash"
	"net/netip"
	"strconv"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// Receive handles a message that the kernel had at a time. remote and conn say
// where an answer goes. m is only read during the call.
func (e *Engine) Receive(now, at int64, m *codec.Message, remote netip.AddrPort, conn int32) {
	e.now = max(e.now, now)
	e.Counts.Received++
	if e.shared.Trace != nil {
		e.shared.Trace(e.cfg.Words.Transport, false, m.Bytes())
	}
	callID, _ := m.CallID()
	if len(callID) == 0 {
		e.Counts.Malformed++
		return
	}
	// A scenario may put text in front of [call_id], divided by "///".
	if i := bytes.Index(callID, []byte("///")); i >= 0 && !e.cfg.SlashIgnored {
		callID = callID[i+3:]
	}
	hash := maphash.Bytes(e.seed, callID)
	dialog := 1
	id, c := e.callOf(hash, callID, m)
	if c != nil && c.recvUntil > 0 && c.recvUntil <= at {
		// The wait was over when it came: the next tick would have said so.
		e.timedOut(id, c)
		id, c = e.callOf(hash, callID, m)
	}
	if c == nil && e.cfg.Program.Dialogs > 0 {
		id, c, dialog = e.findDialog(hash, callID, m)
	}
	if c == nil {
		if e.stopping || !e.welcomes(m) {
			e.outOfCall(at, m, remote, conn)
			return
		}
		if m.Method() == header.MethodACK {
			// The last message of a call that has ended: no call begins by it.
			e.Counts.OutOfCall++
			return
		}
		id, c = e.beginCalled(at, m)
		c.callID = append(c.callID, callID...)
		c.conn, c.remote = conn, remote
		e.calls.enter(id, hash)
		// The steps in front of the first recv.
		c.intended = at
		e.run(id, c)
		if !c.open {
			return
		}
	}
	if e.answers(c) {
		c.remote, c.conn = remote, conn
	}
	c.intended = at
	e.turnTo(c, dialog)
	e.take(id, c, m)
}

// take finds the step that a message belongs to, and does what it asks for.
func (e *Engine) take(id uint32, c *call, m *codec.Message) {
	hash := maphash.Bytes(e.seed, m.Bytes())
	if e.repeatsTxn(c, hash) || e.isRepeat(c, hash) {
		return
	}
	if c.pauseUntil > 0 && !c.looks && e.cfg.PauseIgnores {
		return
	}
	if m.IsResponse() {
		if to, err := m.To(); err == nil && len(to.Tag()) > 0 {
			c.peerTag = append(c.peerTag[:0], to.Tag()...)
		}
		e.noteCaller(c, m)
	}
	step := scenario.None
	if m.IsRequest() || m.Has(header.IDTo) { // SIPp takes no response without To, either
		step = e.match(c, m)
	}
	if step == scenario.None {
		if !e.isOld(c, m, hash) {
			e.unexpected(id, c, m)
		}
		return
	}
	s := &e.steps[step]
	if s.Lost > 0 && e.lose(s) {
		e.Counts.Steps[step].Lost++
		return
	}
	e.Counts.Steps[step].Received++
	e.book(c, s, c.intended)
	e.stopRepeating(c, m, step)
	e.note(c, s, m)
	e.jump = scenario.None
	switch {
	case s.StartTxn != scenario.None:
		c.txns[s.StartTxn].receive(m.Bytes(), hash, step)
	case s.ResponseTxn != scenario.None && m.Status() >= 200:
		c.txns[s.ResponseTxn].hash = hash
	}
	if !s.Stay {
		c.recvStep, c.recvHash = int32(step), hash
	}
	if !e.act(id, c, s, step, m) {
		return
	}
	e.jump = scenario.None // one in a recv has no effect, as in SIPp
	if s.Stay {
		e.arm(id, c)
		return
	}
	// The actions above still see the message before this one, as in SIPp.
	if !e.endsAt(c, s, step) { // else nothing asks for it any more
		c.recv = append(c.recv[:0], m.Bytes()...)
	}
	if s.Optional != scenario.Mandatory && s.Next != scenario.None && (s.Next == 0 || s.Test != scenario.None && !e.get(c, s.Test).isSet()) {
		e.arm(id, c) // the wait goes on as before; SIPp does not go to step 0 either
		return
	}
	next := e.behind(c, e.steps, step)
	if s.Optional != scenario.Mandatory && next == step+1 && (!c.waiting || step < int(c.step)) {
		e.arm(id, c) // it came late, and changes nothing
		return
	}
	// An optional message moves the wait on, too: those passed still match, as the
	// optional ones behind.
	c.step, c.pauseUntil, c.recvUntil = int32(next), 0, 0
	c.intended = e.dueAfter(c.intended)
	e.run(id, c)
}

// endsAt reports whether a call is certainly at its end behind a recv.
func (e *Engine) endsAt(c *call, s *scenario.Step, step int) bool {
	return s.Optional == scenario.Mandatory && s.Next == scenario.None && e.isEnd(step+1) && c.command == nil
}

// match returns the step that a message belongs to: of the steps from the
// present one on, optional ones until the first that is not; then of the
// optional ones before it; None when there is none.
func (e *Engine) match(c *call, m *codec.Message) int {
	for i := int(c.step); i < len(e.steps); i++ {
		if e.fits(c, i, m) {
			return i
		}
		if s := &e.steps[i]; s.Kind != scenario.Recv || s.Optional == scenario.Mandatory {
			break
		}
	}
	behind := true // no mandatory step in between
	for i := int(c.step) - 1; i >= 0 && e.steps[i].Side == c.side; i-- {
		s := &e.steps[i]
		if s.Kind != scenario.Recv || s.Optional == scenario.Mandatory {
			behind = false
		}
		if (behind || s.Kind == scenario.Recv && s.Optional == scenario.Anywhere) && e.fits(c, i, m) {
			return i
		}
	}
	return scenario.None
}

// fits reports whether a step is a recv that a message belongs to.
func (e *Engine) fits(c *call, step int, m *codec.Message) bool {
	s := &e.steps[step]
	if s.Kind != scenario.Recv || s.Dialog != c.dialog && e.cfg.Program.Dialogs > 0 {
		return false
	}
	switch {
	case m.IsRequest() == s.IsResponse:
		return false
	case m.IsRequest():
		return takesMethod(s, m)
	case s.Pattern != nil:
		var digits [8]byte
		if !s.Pattern.Match(strconv.AppendInt(digits[:0], int64(m.Status()), 10)) {
			return false
		}
	case s.Response != m.Status():
		return false
	}
	if s.ResponseTxn != scenario.None {
		return s.ResponseTxn < len(c.txns) && c.txns[s.ResponseTxn].answeredBy(m) // expected has a call without any
	}
	if step == 0 {
		return true
	}
	cseq, err := m.CSeq()
	if err != nil {
		return false
	}
	for _, method := range s.Sent {
		if method == string(cseq.MethodBytes()) {
			return true
		}
	}
	return false
}

// takesMethod reports whether a recv of a request is one of the method of m.
func takesMethod(s *scenario.Step, m *codec.Message) bool {
	if s.Pattern != nil {
		return s.Pattern.Match(m.MethodBytes())
	}
	return string(m.MethodBytes()) == s.Method
}

// stopRepeating ends the repeats of a request that a message answers: a
// response, or a request that only follows one.
func (e *Engine) stopRepeating(c *call, m *codec.Message, step int) {
	if c.retransAt == 0 || step <= int(c.sentStep) {
		return
	}
	if m.IsRequest() {
		switch m.Method() {
		case header.MethodACK, header.MethodCANCEL, header.MethodBYE, header.MethodPRACK:
		default:
			return
		}
	}
	c.retransAt = 0
}

// note keeps what later messages of the call need of one received.
func (e *Engine) note(c *call, s *scenario.Step, m *codec.Message) {
	if m.IsRequest() {
		if cseq, err := m.CSeq(); err == nil && m.Method() != header.MethodACK {
			c.cseq = cseq.Number()
		}
	} else {
		status := m.Status()
		if status >= 200 && c.asked != 0 {
			if c.side == scenario.Main {
				record(e.Counts.Latency, c.intended-(c.asked-1))
				record(e.Counts.Recent, c.intended-(c.asked-1))
			}
			c.asked = 0
		}
		if status == 200 {
			if cseq, err := m.CSeq(); err == nil && cseq.Method() == header.MethodINVITE {
				c.ackDue = true
			}
		}
		if s.Auth && (status == 401 || status == 407) {
			e.keepChallenge(c, m)
		}
	}
	if s.Routes && len(c.nextURL) == 0 {
		e.keepRoutes(c, m)
	}
}

// keepRoutes keeps the route set and the remote target of the dialog that a
// message makes.
func (e *Engine) keepRoutes(c *call, m *codec.Message) {
	if err := e.dialog.Begin(m, []byte("x")); err != nil {
		return
	}
	c.routes = c.routes[:0]
	for i := range e.dialog.Routes {
		if i > 0 {
			c.routes = append(c.routes, ", "...)
		}
		c.routes = e.dialog.Routes[i].AppendTo(c.routes)
	}
	contact, err := m.Contact()
	if err == nil {
		c.nextURL = append(c.nextURL[:0], contact.URIBytes()...)
	}
}

// isOld reports whether a message belongs to a step that the call has left
// behind and does no harm: a provisional response or an ACK that was overtaken,
// which is dropped, and the final response to the INVITE of a named
// transaction, which gets its ACK again, if that was sent. SIPp fails the call
// for the former.
func (e *Engine) isOld(c *call, m *codec.Message, hash uint64) bool {
	provisional := m.IsResponse() && m.Status() < 200
	for i := min(int(c.step), len(e.steps)) - 1; i >= 0 && e.steps[i].Side == c.side; i-- {
		s := &e.steps[i]
		named := s.Kind == scenario.Recv && s.ResponseTxn != scenario.None
		if !named && !provisional && m.Method() != header.MethodACK || !e.fits(c, i, m) {
			continue
		}
		if named && !provisional {
			switch t := &c.txns[s.ResponseTxn]; {
			case t.acked > 0:
				e.remake(c, t.acked-1)
				e.Counts.Steps[t.acked-1].Repeated++
				e.Counts.RepeatedOnRequest++
			case t.hash != hash:
				return false // of another fork, say
			}
		}
		e.Counts.Steps[i].Repeated++
		return true
	}
	return false
}

package engine

import (
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// send sends the message of a step; it reports whether the call goes on.
func (e *Engine) send(id uint32, c *call, s *scenario.Step) bool {
	step := int(c.step)
	method := s.Method
	request := method != ""
	e.turnTo(c, s.Dialog)
	if request && method != "ACK" && method != "CANCEL" {
		c.cseq++
		c.asks++
	}
	if c.conn < 0 && e.cfg.OwnConn && e.Opened != nil && e.connect(c) != nil {
		e.Counts.SendErrors++
		e.end(id, c, CannotSend)
		return false
	}
	lo := len(e.arena)
	var err error
	if s.ResponseTxn != scenario.None {
		// What the message takes from the last one received is the request's.
		c.recv, c.txns[s.ResponseTxn].request = c.txns[s.ResponseTxn].request, c.recv
	}
	e.arena, err = e.render(e.arena, c, e.ops[step], step, method)
	if s.ResponseTxn != scenario.None {
		c.recv, c.txns[s.ResponseTxn].request = c.txns[s.ResponseTxn].request, c.recv
	}
	if err != nil {
		e.shared.say("error", []byte(e.describe(step)+": "+err.Error()))
		e.Counts.SendErrors++
		e.abort(id, c, CannotSend)
		return false
	}
	data := e.arena[lo:]
	switch {
	case s.StartTxn != scenario.None:
		c.txns[s.StartTxn].send(&e.invite, data)
	case s.ResponseTxn != scenario.None:
		c.txns[s.ResponseTxn].answer(data, step)
	case method == "ACK":
		c.established, c.ackDue = true, false
		if s.AckTxn != scenario.None {
			c.txns[s.AckTxn].acked = step + 1
		}
	}
	e.keep(c, s, step, data)
	if e.lose(s) {
		e.Counts.Steps[step].Lost++
		e.arena = e.arena[:lo]
	} else {
		e.emit(c, lo)
	}
	e.Counts.Steps[step].Sent++
	if request && method != "ACK" {
		c.asked = c.intended + 1
	}
	e.book(c, s, c.intended)
	return e.act(id, c, s, step, nil)
}

// emit hands over what is behind lo in the arena, and counts how late it leaves.
// The arena may be another one then.
func (e *Engine) emit(c *call, lo int) {
	if c.flush != e.flushes {
		c.flush, c.nth = e.flushes, 0
	}
	e.out = append(e.out, Outgoing{lo, len(e.arena), c.nth, c.conn, c.remote})
	c.nth++
	e.Counts.Sent++
	if e.shared.Trace != nil {
		e.shared.Trace(e.cfg.Words.Transport, true, e.arena[lo:])
	}
	late := e.now - e.dueAfter(c.intended) // an answer may wait for the tick
	record(e.Counts.Lateness, late)
	if late > e.Counts.MaxLate {
		e.Counts.MaxLate = late
	}
	if late > int64(e.cfg.Late) {
		e.Counts.LateSends++
	}
	if len(e.out) == much && e.Full != nil {
		e.Full()
	}
}

// much is how many messages wait to be sent, at most, where there is
// [Engine.Full]: some hundred kilobytes, which stay in the cache.
const much = 512

// Clock moves the clock and does nothing else. What is made behind a call of Full
// leaves later than the time that Start, Receive or Advance had.
func (e *Engine) Clock(now int64) { e.now = max(e.now, now) }

// lose reports whether a message of a step is to be lost on purpose.
func (e *Engine) lose(s *scenario.Step) bool {
	share := s.Lost
	if share < 0 {
		share = e.cfg.Lost
	}
	return share > 0 && e.random.Float64() < share
}

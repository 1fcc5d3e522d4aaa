package engine

import (
	"fmt"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// Over UDP, a request of the scenario is sent again until something answers it
// (RFC 3261, 17.1.1.2 and 17.1.2.2), and a message that comes a second time is
// answered a second time with what was sent after the first.
//
// A message counts as repeated when it is the last that came before the last
// one sent (then what was sent goes out again), or the last that came at all
// (then there is nothing to do).

// keep notes what was sent at a step, for repeating it.
func (e *Engine) keep(c *call, s *scenario.Step, step int, data []byte) {
	answered := c.answerStep != scenario.None && c.answerStep == c.sentStep
	switch {
	// A CANCEL may still need the INVITE. After an ACK nothing does, and most
	// calls so hold one message less.
	case c.sentInvite && s.Method != "ACK" && answered:
		c.invite = append(c.invite[:0], c.sent...)
		c.answer, c.sent = c.sent, c.answer
	case c.sentInvite && s.Method != "ACK":
		c.sent, c.invite = c.invite, c.sent
	case answered:
		c.answer, c.sent = c.sent, c.answer
	}
	c.sentStep, c.sentInvite = int32(step), s.Method == "INVITE"
	c.sent = append(c.sent[:0], data...)
	if e.cfg.Reliable {
		return
	}
	if c.recvHash != 0 {
		c.answeredHash, c.answeredStep, c.answerStep = c.recvHash, c.recvStep, int32(step)
		c.recvHash = 0 // a request sent next is not caused by it
	} else if c.answeredStep == c.recvStep && s.Message.Status != 0 {
		// One more response to the same request: it is the latest that a repeat
		// gets. SIPp sends the first again, and a caller that is past its 180
		// then sees one more.
		c.answerStep = int32(step)
	}
	c.retransAt, c.repeats = 0, 0
	if s.Retrans > 0 && !e.cfg.NoRetrans {
		c.retransDelay = int64(s.Retrans)
		c.retransAt = c.intended + c.retransDelay
		if late := e.now - c.intended; late > 0 {
			c.retransAt = e.now + c.retransDelay // what left late is not repeated early
		}
	}
}

// repeat sends a request again; it reports whether the call goes on.
func (e *Engine) repeat(id uint32, c *call) bool {
	c.intended = c.retransAt
	limit := min(e.cfg.MaxRetrans, e.cfg.MaxOther)
	if c.sentInvite {
		limit = min(e.cfg.MaxRetrans, e.cfg.MaxInvite)
	}
	s := &e.steps[c.sentStep]
	if c.repeats++; c.repeats > limit {
		e.Counts.Steps[c.sentStep].TimedOut++
		c.retransAt = 0
		if s.OnTimeout != scenario.None && !e.isEnd(s.OnTimeout) {
			c.step, c.pauseUntil, c.recvUntil = int32(s.OnTimeout), 0, 0
			e.run(id, c)
			return false
		}
		if e.shared.Say != nil {
			e.shared.Say("timeout", fmt.Sprintf("Aborting call on UDP retransmission timeout for Call-ID '%s'", c.callID))
		}
		e.abort(id, c, NoResponse)
		return false
	}
	if c.retransDelay *= 2; !c.sentInvite {
		c.retransDelay = min(c.retransDelay, int64(e.cfg.T2))
	}
	e.again(c, int(c.sentStep), c.sent)
	e.Counts.Steps[c.sentStep].Repeated++
	e.Counts.RepeatedByTimer++
	c.retransAt = max(c.retransAt, e.now) + c.retransDelay
	return true
}

// again sends the message of a step once more, unless it is lost on purpose.
func (e *Engine) again(c *call, step int, data []byte) {
	if e.lose(&e.steps[step]) {
		e.Counts.Steps[step].Lost++
		return
	}
	lo := len(e.arena)
	e.arena = append(e.arena, data...)
	e.emit(c, lo)
}

// isRepeat handles a message that has been received before; it reports whether
// it is one.
func (e *Engine) isRepeat(c *call, hash uint64) bool {
	if e.cfg.Reliable || e.cfg.NoRetrans {
		return false
	}
	switch hash {
	case c.answeredHash:
		if c.answeredStep == scenario.None {
			return false
		}
		e.Counts.Steps[c.answeredStep].Repeated++
		answer := c.sent
		if c.answerStep != c.sentStep {
			answer = c.answer // something else was sent since
		}
		e.again(c, int(c.answerStep), answer)
		e.Counts.Steps[c.answerStep].Repeated++
		e.Counts.RepeatedOnRequest++
		return true
	case c.recvHash:
		if c.recvStep == scenario.None {
			return false
		}
		e.Counts.Steps[c.recvStep].Repeated++
		return true
	}
	return false
}

// remake renders and sends the message of a step once more.
func (e *Engine) remake(c *call, step int) {
	lo := len(e.arena)
	var err error
	if e.arena, err = e.render(e.arena, c, e.ops[step], step, e.steps[step].Method); err == nil {
		e.emit(c, lo)
	}
}

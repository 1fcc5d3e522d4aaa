package engine

import (
	"fmt"
	"math"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// endless is how many steps a call may take without waiting for anything.
const endless = 100_000

// run takes a call through its steps until it has to wait or is at its end.
func (e *Engine) run(id uint32, c *call) {
	c.waiting = false
	for range endless {
		if !e.commandEnded(id, c) {
			return
		}
		if int(c.step) >= len(e.steps) {
			e.end(id, c, Fine)
			return
		}
		s := &e.steps[c.step]
		e.jump = scenario.None
		if s.Cond != scenario.None && e.get(c, s.Cond).isSet() == s.CondInverse {
			// A step that is left out takes its branch all the same, as in SIPp.
			c.step = int32(e.following(c, int(c.step)))
			continue
		}
		switch s.Kind {
		case scenario.Send:
			if !e.send(id, c, s) {
				return
			}
		case scenario.Nop:
			e.book(c, s, c.intended)
			if !e.act(id, c, s, int(c.step), nil) {
				return
			}
		case scenario.Pause:
			if e.pause(id, c, s) {
				return
			}
		case scenario.Recv:
			e.await(c, s)
			e.listAwaiting(c)
			e.arm(id, c)
			return
		case scenario.End:
			e.end(id, c, Fine)
			return
		}
		c.step = int32(e.following(c, int(c.step)))
	}
	e.end(id, c, Endless)
}

// following returns the step behind a step that is done.
func (e *Engine) following(c *call, step int) int { return e.behind(c, e.steps, step) }

// behind is following for any list of steps. A jump goes behind the step in front
// of its target, as in SIPp: if that one has a next, this is taken.
func (e *Engine) behind(c *call, steps []scenario.Step, step int) int {
	if to := e.jump; to != scenario.None {
		e.jump = scenario.None
		if to == 0 || to > len(steps) {
			return to
		}
		step = to - 1
	}
	s := &steps[step]
	if s.Next != scenario.None && (s.Test == scenario.None || e.get(c, s.Test).isSet()) &&
		(s.Chance >= 1 || e.random.Float64() < s.Chance) {
		return s.Next
	}
	return step + 1
}

// pause begins a pause; it reports whether there is anything to wait for.
func (e *Engine) pause(id uint32, c *call, s *scenario.Step) bool {
	if c.side == scenario.User && e.atRest(id, c) {
		return true
	}
	e.Counts.Steps[c.step].Sent++
	e.book(c, s, c.intended)
	e.act(id, c, s, int(c.step), nil)
	if !c.open {
		return true
	}
	var ms float64
	switch {
	case s.PauseVariable != scenario.None:
		ms = e.get(c, s.PauseVariable).float()
	case s.Pause != nil:
		ms = s.Pause.Sample(e.random)
	default:
		ms = e.cfg.Pause.Sample(e.random)
	}
	if ms <= 0 && e.beforeEnd(c) {
		ms = 100 // a target that grants no time is not asked again at once
	}
	if ms <= 0 {
		return false
	}
	c.atEnd = s.TimeWait
	c.pauseUntil = c.intended + int64(min(ms, 1e12)*1e6)
	e.arm(id, c)
	return true
}

// await begins to wait for a message.
func (e *Engine) await(c *call, s *scenario.Step) {
	c.waiting = true
	timeout := int64(s.Timeout)
	if s.TimeoutVariable != scenario.None {
		timeout = int64(e.get(c, s.TimeoutVariable).float() * 1e6)
	}
	if s.TimeoutText != nil {
		ms, _ := parseNumber(e.text(c, s.TimeoutText, int(c.step)))
		timeout = int64(ms * 1e6)
	}
	if timeout <= 0 {
		timeout = int64(e.cfg.RecvTimeout)
	}
	c.recvUntil = 0
	if timeout > 0 {
		c.recvUntil = c.intended + timeout
	}
}

// arm sets the timer of a call to the first of the times that it waits for.
func (e *Engine) arm(id uint32, c *call) {
	at := c.retransAt
	if c.pauseUntil > 0 && (at == 0 || c.pauseUntil < at) {
		at = c.pauseUntil
	}
	if c.recvUntil > 0 && (at == 0 || c.recvUntil < at) {
		at = c.recvUntil
	}
	if at == 0 {
		e.timers.stop(id)
		return
	}
	e.timers.set(id, at)
}

// fire does what the timer of a call asks for.
func (e *Engine) fire(id uint32) {
	c := e.calls.at(id)
	// Timers end in whole milliseconds: what is due by the end of this one is
	// due now.
	now := e.timers.now * tick
	if c.retransAt > 0 && c.retransAt <= now {
		if !e.repeat(id, c) {
			return
		}
	}
	switch {
	case c.looks && c.pauseUntil > 0 && c.pauseUntil <= now:
		c.pauseUntil = 0
		e.run(id, c)
	case c.pauseUntil > 0 && c.pauseUntil <= now:
		c.intended = e.dueAfter(c.pauseUntil)
		c.pauseUntil = 0
		if e.goesHome(c) {
			e.goHome(id, c)
			return
		}
		c.step = int32(e.following(c, int(c.step)))
		e.run(id, c)
	case c.recvUntil > 0 && c.recvUntil <= now:
		e.timedOut(id, c)
	default:
		e.arm(id, c)
	}
}

// dueAfter returns when what follows an event of a call is due: at once, if it
// is handled before the next tick, else at that tick. The time up to there is
// neither the target's nor a delay of this generator.
func (e *Engine) dueAfter(at int64) int64 {
	return max(at, min(e.now, (at+e.Tick-1)/e.Tick*e.Tick))
}

// isEnd reports whether a step is the end of the scenario or of one of its parts.
func (e *Engine) isEnd(step int) bool {
	return step >= len(e.steps) || e.steps[step].Kind == scenario.End
}

// timedOut handles a recv at which nothing came in time.
func (e *Engine) timedOut(id uint32, c *call) {
	s := &e.steps[c.step]
	c.intended, c.recvUntil = c.recvUntil, 0
	e.Counts.Steps[c.step].TimedOut++
	if s.OnTimeout == scenario.None {
		if e.shared.Say != nil {
			e.shared.Say("timeout", fmt.Sprintf("Call-Id: %s, receive timeout on message %s:%d without label to jump to (ontimeout attribute): aborting call",
				c.callID, e.cfg.Program.Name, c.step))
		}
		e.abort(id, c, NothingCame)
		return
	}
	if c.step = int32(s.OnTimeout); e.isEnd(s.OnTimeout) {
		e.abort(id, c, NothingCame)
		return
	}
	e.run(id, c)
}

// measured is the start of a measurement that is over. As in SIPp, it is not begun
// again, unless the step that ends it has repeat_rtd.
const measured = math.MinInt64

// book starts and stops the measurements of a step, and counts it.
func (e *Engine) book(c *call, s *scenario.Step, at int64) {
	for _, i := range s.StopRTD {
		if c.rtd[i] == measured {
			continue
		}
		record(e.Counts.RTDs[i], at-c.rtd[i])
		if e.shared.Measured != nil {
			e.shared.Measured(i, at-c.rtd[i])
		}
		if !s.RepeatRTD {
			c.rtd[i] = measured
		}
	}
	for _, i := range s.StartRTD {
		if c.rtd[i] != measured {
			c.rtd[i] = at
		}
	}
	if s.Counter != scenario.None {
		e.Counts.Counters[s.Counter]++
	}
}

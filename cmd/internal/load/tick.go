package load

import (
	"math"
	"strings"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// A worker over UDP does what is due in ticks. Being woken costs the processor
// time of several messages: at 5,000 OPTIONS a second, wake-ups at every
// millisecond were half of what a call costs (30 µs each, on a virtual machine
// of 2026-11), and one after a pause of 8 ms costs 100 µs, since nothing is left
// in the caches. So calls that are due soon after each other leave at the same
// tick, and what follows a message that was received leaves at the next one.
//
// The tick is as long as few messages leave together: a target sees no larger
// groups at a low rate than at a high one, and its socket holds them. An ACK that
// waits for longer than 8 ms would be too late. Where nothing follows on what is
// received, nothing waits: 24 ms, in which 120 OPTIONS leave at 5,000 a second, take a
// quarter off what one costs there (7.4 to 5.6 µs, 2026-11). The runtime's signals,
// see sleep, end most of such sleeps early once or twice; to block them made it 7 % more,
// because less is left in the caches.
const (
	shortest = time.Millisecond
	longest  = 8 * time.Millisecond
	alone    = 24 * time.Millisecond // of a scenario in which nothing follows

	// together is how many messages leave at one tick, unless that is the
	// shortest. A socket of Linux holds 166 of 400 to 700 bytes, by default, or 92 of
	// more; seldom more than one message of a call is so long.
	together = 120
)

// tickAt returns the length of a tick at a rate of messages a second, at most a
// time. It is a whole number of milliseconds, as the timers of calls are.
func tickAt(rate float64, most time.Duration) int64 {
	n := math.Floor(together / (rate * shortest.Seconds()))
	return int64(min(max(n, 1), float64(most/shortest))) * int64(shortest)
}

// setTick sets the tick of a worker by the rate of the arrivals of all workers,
// which may have the same target.
//
// What waits for calls has the shortest, so that a client does not take ticks
// for the time that an answer needs. So has a worker whose calls wait for
// others to end: its rate is limited by how long a call takes. While users register
// or leave, calls say nothing about what is sent. And a tick gets no longer while
// there are many calls that began at a higher rate: they go on to send.
func (w *worker) setTick(now int64) {
	tick := int64(shortest)
	if n := &w.enrolment; w.arrivals != nil && w.ticks && !n.open() && !n.leaving {
		all := w.arrivals.ofAll(float64(now))
		enough := func(limit float64) bool { return w.limit == 0 || float64(w.limit) >= limit*all*w.arrivals.share }
		switch {
		case !w.follows && enough(0.3):
			tick = tickAt(all*float64(w.sends), alone)
		case enough(0.1):
			tick = tickAt(all*float64(w.sends), longest)
		}
		if w.tick > 0 && tick > w.tick && w.engine.Open() > together {
			tick = w.tick
		}
		if set := int64(w.run.Tick); set > 0 {
			tick = set
		}
		w.arrivals.tick = tick
	}
	w.tick, w.engine.Tick = tick, tick
}

// sends returns how many messages a call of a scenario sends: somewhat more than
// it does where parts exclude each other, less where one is gone through again.
// Once calls end as fast as they begin, so many leave for each call that begins.
func sends(p *scenario.Program) int {
	n := 0
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Kind == scenario.Send && s.Side != scenario.User {
			n++
		}
	}
	return max(n, 1)
}

// follows reports whether a call may send anything because of what it received, or
// some time after it has begun, or waits for less than ten of the longest ticks:
// whether a scenario does more than to send first and then to receive. Where it cannot
// be seen at once, it does.
func follows(p *scenario.Program) bool {
	if p.Server || p.Called != scenario.None || p.User != scenario.None || p.UnexpectedJump != scenario.None {
		return true
	}
	waits := false
	for i := range p.Steps {
		s := &p.Steps[i]
		switch s.Kind {
		case scenario.Send: // an INVITE has its ACK, whatever the scenario has
			if waits || s.Method == "INVITE" || strings.Contains(s.Method, "[") || s.Retrans > 0 && s.Retrans < 10*alone {
				return true
			}
		case scenario.Recv, scenario.Pause:
			waits = true
		}
		if s.Timeout > 0 || s.TimeoutText != nil || s.TimeoutVariable != scenario.None || s.OnTimeout != scenario.None {
			return true
		}
		if s.Next != scenario.None && s.Next <= i {
			return true
		}
		for k := range s.Actions {
			if v := s.Actions[k].Verb; v == scenario.Jump || v == scenario.Verify {
				return true
			}
		}
	}
	return false
}

package load

import "time"

// A worker over UDP does what is due in ticks. Being woken costs the processor
// time of several messages: at 5,000 OPTIONS a second, wake-ups at every
// millisecond were half of what a call costs (30 µs each, on a virtual machine
// of 2026-11). So calls that are due soon after each other leave at the same
// tick, and what follows a message that was received leaves at the next one.
//
// The tick is as long as few calls leave together, so that a target sees no
// larger groups at a low rate than at a high one.
const (
	shortest = time.Millisecond
	longest  = 8 * time.Millisecond
	together = 40 // calls that begin at one tick, unless that is the shortest: a socket holds 166 messages
)

// tickAt returns the length of a tick at a rate of calls a second.
func tickAt(rate float64) int64 {
	for tick := longest; tick > shortest; tick /= 2 {
		if rate*tick.Seconds() <= together {
			return int64(tick)
		}
	}
	return int64(shortest)
}

// setTick sets the tick of a worker by the rate of its arrivals.
//
// What waits for calls has the shortest, so that a client does not take ticks
// for the time that an answer needs. So has a worker whose calls wait for
// others to end: its rate is limited by how long a call takes.
func (w *worker) setTick(now int64) {
	tick := int64(shortest)
	if w.arrivals != nil && w.ticks {
		rate := w.arrivals.at(float64(now))
		if w.limit == 0 || float64(w.limit) >= rate/10 {
			tick = tickAt(rate)
		}
		if set := int64(w.run.Tick); set > 0 {
			tick = set
		}
		w.arrivals.tick = tick
	}
	w.tick, w.engine.Tick = tick, tick
}

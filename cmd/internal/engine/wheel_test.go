package engine

import (
	"math/rand/v2"
	"testing"
)

// TestWheel sets, moves and ends timers at random, and compares what fires
// with a list of the times.
func TestWheel(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var w wheel
	w.init()
	const calls = 300
	w.grow(calls)
	due := make([]int64, calls) // tick, 0 for none
	now := int64(0)
	fired := 0
	for range 20000 {
		id := uint32(r.IntN(calls))
		switch r.IntN(4) {
		case 0:
			w.stop(id)
			due[id] = 0
		default:
			at := now + 1 + r.Int64N(int64(1)<<(1+r.IntN(36)))
			w.set(id, at)
			due[id] = max((at+tick-1)/tick, now/tick+1)
		}
		if r.IntN(8) == 0 {
			if at, ok := w.next(); ok && r.IntN(2) == 0 {
				first := int64(1) << 62
				for _, d := range due {
					if d > 0 {
						first = min(first, d)
					}
				}
				if at > first*tick {
					t.Fatalf("next is %d, and a timer ends at %d", at, first*tick)
				}
				now = at
			} else {
				now += r.Int64N(int64(1) << (10 + r.IntN(28)))
			}
			w.advance(now, func(id uint32) {
				fired++
				if due[id] == 0 || due[id] != w.now {
					t.Fatalf("call %d fires at %d, its timer is %d", id, w.now, due[id])
				}
				due[id] = 0
			})
			for id, d := range due {
				if d > 0 && d <= now/tick {
					t.Fatalf("call %d has not fired: %d, now %d", id, d, now/tick)
				}
			}
		}
	}
	if fired < 1000 {
		t.Errorf("only %d timers fired", fired)
	}
}

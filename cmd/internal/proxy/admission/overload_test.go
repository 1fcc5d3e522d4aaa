package admission

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
)

// What packets cost a proxy, as parts of what it costs to forward one. Without
// transactions they are BenchmarkPrice's of 27 November 2026, in package serve,
// for packets from one peer: 2.36 µs to forward, 1.81 to refuse, 0.58 for the ACK.
// With transactions they are older: 7.8 µs to forward, as in docs/stateful.md, 2.9
// to refuse, and 0.8 for the ACK; BenchmarkPrice had 2.5 and 0.7 on 28 November 2026.
var (
	withState    = prices{refuse: 0.37, absorb: 0.10}
	withoutState = prices{refuse: 0.77, absorb: 0.25}
)

type prices struct{ refuse, absorb float64 }

// best is the goodput that a proxy can have at a load, as a part of its peak: a
// call is six messages, and the time that refusing takes is lost. g + (load-g)*x
// is 1.
func (p prices) best(load float64) float64 {
	x := (p.refuse + p.absorb) / 6
	if load <= 1 {
		return load
	}
	return (1 - load*x) / (1 - x)
}

// TestOverload offers a simulated proxy from half of what it can forward to
// four times as much, from clients that send again as RFC 3261 says. The goodput
// is what is left when all others are refused: with transactions 0.91 of the
// peak at twice the capacity. All calls that are admitted end
// well, all others are told to come back, no packet is lost, and none waits for
// long.
func TestOverload(t *testing.T) {
	for _, c := range []struct {
		name string
		prices
		loads []float64
	}{
		{"with transactions", withState, []float64{0.5, 0.9, 2, 4}},
		{"without", withoutState, []float64{0.5, 0.9, 2, 4}},
	} {
		for _, load := range c.loads {
			w := newWorld(c.prices)
			w.run(t, load)
			goodput := float64(w.counted) / (w.measured.Seconds() * peak)
			t.Logf("%-17s offered %.1f: goodput %.3f, best possible %.3f; of %d calls %d ended well, %d were refused; longest wait %v",
				c.name, load, goodput, c.best(load), len(w.calls), w.good, w.refused, w.longest.Round(time.Millisecond))
			if goodput < 0.95*c.best(load) {
				t.Errorf("%s, offered %.1f: the goodput is %.3f of the peak", c.name, load, goodput)
			}
			if w.good+w.refused != len(w.calls) || w.dropped > 0 {
				t.Errorf("%s, offered %.1f: of %d calls %d ended well, %d were refused; %d packets were lost", c.name, load, len(w.calls), w.good, w.refused, w.dropped)
			}
			if w.longest > 3*defaultDelay {
				t.Errorf("%s, offered %.1f: a packet waits for %v", c.name, load, w.longest)
			}
			if load <= 0.5 && w.refused > 0 {
				t.Errorf("%d calls are refused at half of the capacity", w.refused)
			}
		}
	}
}

// TestUnsteady: the same, when other programs take processor time from the proxy:
// its speed is another one every 300 ms, and it stops for 30 ms in each second.
func TestUnsteady(t *testing.T) {
	for _, load := range []float64{1.2, 2, 4} {
		w := newWorld(withState)
		random := rand.New(rand.NewPCG(3, 4))
		speed, sum := map[time.Duration]float64{}, 0.0
		w.speed = func(now time.Duration) float64 {
			at := now / (300 * time.Millisecond)
			if speed[at] == 0 {
				speed[at] = 0.7 + 0.6*random.Float64()
			}
			if now%time.Second < 30*time.Millisecond {
				return speed[at] / 10
			}
			return speed[at]
		}
		w.run(t, load)
		n := 0
		for at := w.warmUp; at < w.warmUp+w.measured; at += time.Millisecond {
			x := (withState.refuse + withState.absorb) / 6
			sum += min(load, max(0, w.speed(at)-load*x)/(1-x))
			n++
		}
		goodput, best := float64(w.counted)/(w.measured.Seconds()*peak), sum/float64(n)
		t.Logf("offered %.1f: goodput %.3f, best possible %.3f; of %d calls %d ended well, %d were refused; %d packets were lost; longest wait %v",
			load, goodput, best, len(w.calls), w.good, w.refused, w.dropped, w.longest.Round(time.Millisecond))
		if goodput < 0.95*best {
			t.Errorf("offered %.1f: the goodput is %.3f of the peak", load, goodput)
		}
		if w.good+w.refused != len(w.calls) {
			t.Errorf("offered %.1f: of %d calls %d ended well, %d were refused", load, len(w.calls), w.good, w.refused)
		}
	}
}

// TestPauses: the same, when the proxy gets next to no processor time for 200 ms in 1.5 s:
// what is admitted is soon again what it was before.
func TestPauses(t *testing.T) {
	for _, c := range []struct {
		prices
		load float64
	}{{withState, 2}, {withoutState, 4}} {
		const pause, period, rest = 200 * time.Millisecond, 1500 * time.Millisecond, 0.05
		w := newWorld(c.prices)
		w.measured = 2 * period
		w.speed = func(now time.Duration) float64 {
			if now%period < pause {
				return rest
			}
			return 1
		}
		w.run(t, c.load)
		part := float64(pause) / float64(period)
		goodput := float64(w.counted) / (w.measured.Seconds() * peak)
		best := (1-part)*c.best(c.load) + part*max(0, rest-c.load*(c.refuse+c.absorb)/6)
		t.Logf("offered %.1f: goodput %.3f, best possible %.3f; of %d calls %d ended well, %d were refused; %d packets were lost; longest wait %v",
			c.load, goodput, best, len(w.calls), w.good, w.refused, w.dropped, w.longest.Round(time.Millisecond))
		if goodput < 0.55*best || c.load <= 2 && goodput < 0.8*best {
			t.Errorf("offered %.1f: the goodput is %.3f of the peak", c.load, goodput)
		}
		if w.good+w.refused != len(w.calls) || w.dropped > 0 {
			t.Errorf("offered %.1f: of %d calls %d ended well, %d were refused; %d packets were lost", c.load, len(w.calls), w.good, w.refused, w.dropped)
		}
	}
}

// TestRetryAfter: clients that send nothing new for the time that Retry-After says, as
// they should (RFC 3261, 21.5.4), leave the proxy the processor time that refusing
// them would take: more than 0.9 of its peak at two and at four times the capacity,
// also without transactions. When they are few, each one that is silent is much: the
// share of a neighbour that stays away for one 503 is lost (RFC 5390, 4.3).
func TestRetryAfter(t *testing.T) {
	for _, c := range []struct {
		clients int
		load    float64
	}{{3000, 2}, {3000, 4}} {
		w := newWorld(withoutState)
		w.until, w.warmUp, w.measured = make([]time.Duration, c.clients), 10*time.Second, 10*time.Second
		w.run(t, c.load)
		goodput := float64(w.counted) / (w.measured.Seconds() * peak)
		t.Logf("%d clients, offered %.1f: goodput %.3f; of %d calls %d ended well, %d were refused, %d were not made; longest wait %v",
			c.clients, c.load, goodput, len(w.calls)+w.held, w.good, w.refused, w.held, w.longest.Round(time.Millisecond))
		if goodput < 0.9 {
			t.Errorf("%d clients, offered %.1f: the goodput is %.3f of the peak", c.clients, c.load, goodput)
		}
		if w.good+w.refused != len(w.calls) || w.dropped > 0 {
			t.Errorf("%d clients, offered %.1f: of %d calls %d ended well, %d were refused; %d packets were lost", c.clients, c.load, len(w.calls), w.good, w.refused, w.dropped)
		}
	}
}

// TestOverloadEnds: the gate lets all in again when the overload has ended.
func TestOverloadEnds(t *testing.T) {
	w := newWorld(withState)
	w.run(t, 4)
	if w.refused == 0 || w.gate.Level() > 0 {
		t.Errorf("%d calls were refused, and the level is still %v", w.refused, w.gate.Level())
	}
}

const peak = 1000 // calls a second that the proxy can forward

// run offers calls at random times, and waits for the end of all.
func (w *world) run(t *testing.T, load float64) {
	random := rand.New(rand.NewPCG(1, 2))
	var next func()
	next = func() {
		w.after(time.Duration(random.ExpFloat64()*float64(time.Second)/(load*peak)), func() {
			if w.now >= w.warmUp+w.measured {
				return
			}
			next()
			client := 0
			if w.until != nil {
				if client = random.IntN(len(w.until)); w.now < w.until[client] {
					w.held++
					return
				}
			}
			w.calls = append(w.calls, call{client: client, m: request(t, "INVITE sip:b", fmt.Sprint("call-", len(w.calls)), "To: <sip:b>")})
			w.invite(len(w.calls)-1, timer1, 0)
		})
	}
	next()
	for w.step() {
	}
	// OPTIONS of those who ask whether the proxy is up keep it measuring.
	for range 200 {
		w.note(1)
		w.now += step
	}
}

// handle does what the proxy does with a packet, and returns what that costs as
// a part of forwarding one.
func (w *world) handle(p packet) float64 {
	c := &w.calls[p.call]
	switch p.kind {
	case anInvite:
		if v, retry := w.gate.Admit(c.m, forward.Source{}); v == forward.Refuse {
			w.after(wire, func() { w.got503(p.call, time.Duration(retry)*time.Second) })
			return w.prices.refuse
		}
		w.after(wire, func() { w.callee(p.call) })
	case ackOf503:
		return w.prices.absorb
	case ok:
		w.after(wire, func() { w.got200(p.call) })
	case ack:
		w.after(wire, func() { c.acked = true })
	case bye:
		w.after(wire, func() { w.send(byeOK, p.call) })
	case byeOK:
		w.after(wire, func() { w.ended(p.call) })
	}
	return 1
}

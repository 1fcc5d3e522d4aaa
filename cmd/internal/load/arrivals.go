package load

import (
	"math"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// A Rate is how many calls begin in a second, over the time of a run.
type Rate struct {
	Base     float64       // calls a second
	Poisson  bool          // independent arrivals, not equal distances
	To       float64       // with Over: the rate to end at
	Over     time.Duration // how long the way from Base to To takes
	Increase float64       // with Every: what is added to the rate each time
	Every    time.Duration
	Max      float64 // of Increase; 0 for no bound

	// The factor on the rate that was set from outside: the bits of its
	// negative, so that a factor of 0 is not the 0 of one that was never set.
	scale atomic.Uint64

	// The rate that was set while the run goes on, in the same form: it takes
	// the place of all the above. 0 for none.
	fixed atomic.Uint64
	moved atomic.Bool // whether fixed was ever set
}

// At returns the rate at a time of the run.
func (r *Rate) At(t time.Duration) float64 {
	if f := r.fixed.Load(); f != 0 {
		return -math.Float64frombits(f) * r.Factor()
	}
	return r.planned(t) * r.Factor()
}

// planned returns the rate that was asked for before the run.
func (r *Rate) planned(t time.Duration) float64 {
	rate := r.Base
	switch {
	case r.Over > 0:
		rate += (r.To - r.Base) * min(t.Seconds()/r.Over.Seconds(), 1)
	case r.Every > 0:
		rate += r.Increase * float64(t/r.Every)
		if r.Max > 0 {
			rate = min(rate, r.Max)
		}
	}
	return rate
}

// Passes returns when Increase would first raise the rate above Max; 0 for never.
func (r *Rate) Passes() time.Duration {
	if r.Every <= 0 || r.Increase <= 0 || r.Max <= 0 {
		return 0
	}
	// A rate that reaches Max exactly, but for rounding, does not pass it.
	steps := math.Floor((r.Max-r.Base)/r.Increase+1e-9) + 1
	return time.Duration(min(max(steps, 1)*float64(r.Every), math.MaxInt64/2))
}

// Fix sets the rate that a [Control] asks for.
func (r *Rate) Fix(c Control) {
	bits := uint64(0)
	switch {
	case c.Paused:
		bits = math.Float64bits(math.Copysign(0, -1))
	case c.HasRate:
		bits = math.Float64bits(math.Copysign(c.Rate, -1))
	}
	if r.fixed.Swap(bits) == bits {
		return
	}
	r.moved.Store(true)
	if c.HasRate {
		r.scale.Store(0) // the rate is the one asked for now
	}
}

// isSet reports whether the rate is one that was set while the run goes on.
func (r *Rate) isSet() bool { return r.fixed.Load() != 0 }

// Scale multiplies the rate from now on.
func (r *Rate) Scale(factor float64) { r.scale.Store(math.Float64bits(math.Copysign(factor, -1))) }

// scaled reports whether Scale was ever called.
func (r *Rate) scaled() bool { return r.scale.Load() != 0 }

// Factor returns what Scale has set.
func (r *Rate) Factor() float64 {
	if s := r.scale.Load(); s != 0 {
		return -math.Float64frombits(s)
	}
	return 1
}

// arrivals makes the times at which the calls of one worker begin.
type arrivals struct {
	rate   *Rate
	share  float64 // of the rate that is this worker's
	start  float64 // ns, where the schedule begins: behind the registration of users
	next   float64 // ns, the place of the next call in the schedule
	random *rand.Rand
	fixed  uint64 // Rate.fixed, as far as it is known here
	tick   int64  // ns; calls begin at whole ones
}

// newArrivals begins the schedule of worker i of n.
func newArrivals(r *Rate, i, n int, seed uint64) *arrivals {
	a := &arrivals{rate: r, share: 1 / float64(n), random: rand.New(rand.NewPCG(seed, uint64(i))), tick: int64(shortest)}
	if rate := r.At(0); rate > 0 && !r.Poisson {
		a.next = float64(i) * 1e9 / rate // workers take turns
	}
	return a
}

// at returns the rate of this worker at a time of the run, and ofAll that of all
// workers.
func (a *arrivals) at(t float64) float64    { return a.ofAll(t) * a.share }
func (a *arrivals) ofAll(t float64) float64 { return a.rate.At(time.Duration(t - a.start)) }

// begin has the schedule begin at a time of the run.
func (a *arrivals) begin(now int64) {
	a.start = float64(now)
	a.next += a.start
}

// due returns when the next call is due: at the first tick that is not before
// its place in the schedule.
func (a *arrivals) due() int64 {
	tick := float64(a.tick)
	return int64(math.Ceil(a.next/tick)) * a.tick
}

// adapt lets a rate that was set anew come into force: the next call is at most
// one distance of that rate away. At a low rate it may have been minutes.
func (a *arrivals) adapt(now int64) {
	fixed := a.rate.fixed.Load()
	if fixed == a.fixed {
		return
	}
	a.fixed = fixed
	if rate := a.at(float64(now)); rate >= 1e-3 {
		a.next = min(a.next, float64(now)+1e9/rate)
	}
}

// step goes on to the next call.
func (a *arrivals) step() {
	rate := a.at(a.next)
	if rate < 1e-3 {
		a.next += 1e8 // stopped: look again in a tenth of a second
		return
	}
	distance := 1e9 / rate
	if a.rate.Poisson {
		distance *= a.random.ExpFloat64()
	}
	a.next += distance
}

// paused reports whether the rate is 0 at the next place, so that no call
// begins there.
func (a *arrivals) paused() bool {
	return a.at(a.next) < 1e-3
}

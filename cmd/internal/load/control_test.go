package load

import (
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// TestSharePlaces gives each worker of each process a place of its own, even when
// processes have other numbers of workers.
func TestSharePlaces(t *testing.T) {
	taken := map[int]bool{}
	workers := []int{1, 4, 2}
	for process, n := range workers {
		for i := range n {
			// Call numbers of a worker: its place, and each "all" from there.
			place, all := Share{process, len(workers)}.place(i, n)
			for number := place; number < 1000; number += all {
				if taken[number] {
					t.Fatalf("process %d, worker %d has number %d, which another has", process, i, number)
				}
				taken[number] = true
			}
		}
	}
	if len(taken) != 1000 {
		t.Errorf("%d of 1000 numbers are taken", len(taken))
	}
	if place, all := (Share{}).place(2, 3); place != 2 || all != 3 {
		t.Errorf("without a fleet, worker 2 of 3 has place %d of %d", place, all)
	}
}

// begins runs the arrivals of a rate for a time, and returns when calls begin,
// in milliseconds.
func begins(a *arrivals, from, to int64) (at []int64) {
	for now := from * 1e6; now < to*1e6; now += 1e6 {
		a.adapt(now)
		for a.due() <= now {
			if !a.paused() {
				at = append(at, now/1e6)
			}
			a.step()
		}
	}
	return at
}

// TestFix has a rate that is changed come into force at once, however far away
// the next call was; a pause has none, and no call that would have been is made
// up for.
func TestFix(t *testing.T) {
	r := &Rate{Base: 0.01}
	a := newArrivals(r, 0, 1, 1)
	if at := begins(a, 0, 1000); len(at) != 1 {
		t.Fatalf("calls at %v", at)
	}
	r.Fix(Control{HasRate: true, Rate: 10})
	if at := begins(a, 1000, 2000); len(at) < 9 || len(at) > 10 || at[0] > 1110 {
		t.Errorf("10 a second: calls at %v", at)
	}
	r.Fix(Control{HasRate: true, Rate: 10, Paused: true})
	if at := begins(a, 2000, 4000); len(at) != 0 {
		t.Errorf("in a pause: calls at %v", at)
	}
	r.Fix(Control{HasRate: true, Rate: 10})
	if at := begins(a, 4000, 5000); len(at) < 9 || len(at) > 11 {
		t.Errorf("after the pause: calls at %v", at)
	}
	r.Fix(Control{})
	if got := r.At(0); got != 0.01 {
		t.Errorf("the rate is %g again", got)
	}
}

// TestUsers changes the number of users: those who are too many go when their
// calls end, and nobody is there twice.
func TestUsers(t *testing.T) {
	r := &Runner{}
	w := &worker{run: r, users: users{first: 1, step: 2, known: map[int]bool{}}}
	set := func(n int) {
		r.wanted.Store(int64(n))
		w.adjustUsers()
	}
	set(6)
	if len(w.idle) != 3 {
		t.Fatalf("users %v", w.idle)
	}
	w.idle = w.idle[:1] // 3 and 5 have a call
	set(2)
	w.userEnded(5)
	if len(w.idle) != 1 || w.idle[0] != 1 {
		t.Errorf("users %v, want 1", w.idle)
	}
	set(8) // 3 still has its call
	w.userEnded(3)
	if len(w.idle) != 4 || len(w.users.known) != 4 {
		t.Errorf("users %v, known %v", w.idle, w.users.known)
	}
	set(0)
	if len(w.idle) != 0 || len(w.users.known) != 0 {
		t.Errorf("users %v, known %v", w.idle, w.users.known)
	}
}

// TestControls adds changes up, and refuses those that the run cannot have.
func TestControls(t *testing.T) {
	var got Control
	elapsed := func() time.Duration { return 5 * time.Second }
	rate := &Rate{Base: 10, To: 20, Over: 10 * time.Second}
	c := NewControls(rate, 0, elapsed, func(n Control) {
		got = n
		rate.Fix(n)
	})
	if s := c.State(); s != (State{Rate: 15}) {
		t.Errorf("%+v", s)
	}
	if err := c.SetRate(50); err != nil {
		t.Error(err)
	}
	c.Pause(true)
	c.Stop()
	if want := (Control{Rate: 50, HasRate: true, Paused: true, Stop: true}); got != want {
		t.Errorf("%+v", got)
	}
	if s := c.State(); s != (State{Rate: 50, Paused: true, Stop: true}) {
		t.Errorf("%+v", s)
	}
	if err := c.SetUsers(5); err != ErrNoUsers {
		t.Error(err)
	}
	if err := c.SetRate(-1); err != ErrBounds {
		t.Error(err)
	}
	c = NewControls(nil, 5, elapsed, func(n Control) { got = n })
	if err := c.SetRate(5); err != ErrNoRate {
		t.Error(err)
	}
	if err := c.SetUsers(7); err != nil || c.State() != (State{Users: 7}) {
		t.Errorf("%v, %+v", err, c.State())
	}
}

// TestResultOfFleet has a result of a share ask for a share of the rate, and one
// whose rate was changed judged by what was asked for, not by the rate that was.
func TestResultOfFleet(t *testing.T) {
	data, _ := scenario.Builtin("options")
	p, err := scenario.Compile("options", data, scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	totals := func() *Totals {
		c := engine.NewCounts(p)
		c.Started = 1000
		return &Totals{Counts: c, LastStart: 100 * time.Second}
	}
	r := &Rate{Base: 30}
	if res := NewResult(p, 0, r, Share{1, 3}, totals(), nil); res.RateAsked != 10 || res.Health.Fault != "" {
		t.Errorf("asked %g, fault %q", res.RateAsked, res.Health.Fault)
	}
	if res := NewResult(p, 0, r, Share{}, totals(), nil); res.RateAsked != 30 || res.Health.Fault == "" {
		t.Errorf("asked %g, fault %q", res.RateAsked, res.Health.Fault)
	}
	r.Fix(Control{HasRate: true, Rate: 20})
	changed := totals()
	changed.LastPlace = 99900 * time.Millisecond
	if res := NewResult(p, 0, r, Share{}, changed, nil); res.RateAsked != 10 || res.Health.Fault != "" {
		t.Errorf("asked %g, fault %q", res.RateAsked, res.Health.Fault)
	}
	a, b := totals(), totals()
	a.Add(b)
	if a.Counts.Started != 2000 || a.LastStart != b.LastStart {
		t.Errorf("%+v", a)
	}
}

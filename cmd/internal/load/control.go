package load

import (
	"errors"
	"sync"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
)

// A Control is what of a run was changed while it goes on. The zero value is a
// run as the command line asks for it.
type Control struct {
	Rate     float64 `json:"rate,omitempty"` // calls a second, with HasRate
	HasRate  bool    `json:"has_rate,omitempty"`
	Users    int     `json:"users,omitempty"` // with HasUsers
	HasUsers bool    `json:"has_users,omitempty"`
	Paused   bool    `json:"paused,omitempty"` // no call begins
	Stop     bool    `json:"stop,omitempty"`   // calls are ended with BYE or CANCEL
}

// State is what a run is asked to do at the moment.
type State struct {
	Rate   float64 `json:"rate"`  // calls a second; of an open loop
	Users  int     `json:"users"` // of a closed loop, else 0
	Paused bool    `json:"paused"`
	Stop   bool    `json:"stop"`
}

// The bounds of what can be asked for.
const (
	MaxRate  = 1e7
	MaxUsers = 10_000_000
)

// Errors of [Controls].
var (
	ErrNoRate  = errors.New("this run has users, and no rate")
	ErrNoUsers = errors.New("this run has a rate, and no users")
	ErrBounds  = errors.New("the number is out of bounds")
)

// Controls change a run while it goes on. All methods may be called from any
// goroutine.
type Controls struct {
	rate    *Rate // of the run; nil in a closed loop and for a server
	users   int
	elapsed func() time.Duration
	apply   func(Control)

	mu  sync.Mutex // held while a change is applied: changes have an order
	now Control
}

// NewControls returns the controls of a run that has a rate or users. apply
// makes a change come true.
func NewControls(rate *Rate, users int, elapsed func() time.Duration, apply func(Control)) *Controls {
	return &Controls{rate: rate, users: users, elapsed: elapsed, apply: apply}
}

// Controls returns the controls of this run.
func (r *Runner) Controls() *Controls {
	return NewControls(r.OpenRate(), r.Users, r.Elapsed, r.Apply)
}

// Apply makes a change come true.
func (r *Runner) Apply(c Control) {
	if r.Rate != nil {
		r.Rate.Fix(c)
	}
	if r.Users > 0 {
		want := r.Users
		if c.HasUsers {
			want = c.Users
		}
		if c.Paused {
			want = 0
		}
		r.wanted.Store(int64(want))
		r.shared.Users.Store(int64(want))
	}
	if c.Stop {
		r.stopped.Store(true)
		r.shared.Stop.CompareAndSwap(engine.Run, engine.StopNow)
	}
}

// change makes one change.
func (c *Controls) change(f func(*Control)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(&c.now)
	c.apply(c.now)
}

// SetRate sets the rate from now on, in calls a second. It takes the place of a
// ramp or of steps.
func (c *Controls) SetRate(rate float64) error {
	switch {
	case c.rate == nil:
		return ErrNoRate
	case !(rate >= 0 && rate <= MaxRate):
		return ErrBounds
	}
	c.change(func(n *Control) { n.Rate, n.HasRate = rate, true })
	return nil
}

// SetUsers sets the number of users from now on.
func (c *Controls) SetUsers(users int) error {
	switch {
	case c.users == 0:
		return ErrNoUsers
	case users < 0 || users > MaxUsers:
		return ErrBounds
	}
	c.change(func(n *Control) { n.Users, n.HasUsers = users, true })
	return nil
}

// Pause lets no call begin, or lets them begin again.
func (c *Controls) Pause(on bool) { c.change(func(n *Control) { n.Paused = on }) }

// Stop ends the run: open calls are ended with BYE or CANCEL.
func (c *Controls) Stop() { c.change(func(n *Control) { n.Stop = true }) }

// State returns what the run is asked to do.
func (c *Controls) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := State{Users: c.users, Paused: c.now.Paused, Stop: c.now.Stop}
	if c.now.HasUsers {
		s.Users = c.now.Users
	}
	switch {
	case c.rate == nil:
	case !c.now.Paused:
		s.Rate = round(c.rate.At(c.elapsed()), 3)
	case c.now.HasRate:
		s.Rate = c.now.Rate
	default:
		s.Rate = round(c.rate.planned(c.elapsed())*c.rate.Factor(), 3)
	}
	return s
}

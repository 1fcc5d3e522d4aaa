package engine

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// A scenario may have a part for users, who register before the first call. A
// user is registered when it comes to the first pause of that part, until the
// part ends. Calls are those of registered users, to other registered users.

// users are those of one engine.
type users struct {
	ready   userSet // registered
	next    int
	conns   map[int]int32 // of users who have one
	leaving bool
}

// A roster is the users of all engines of a run.
type roster struct {
	mu      sync.Mutex
	ready   userSet      // registered
	waiting atomic.Int64 // users whose first registration has no outcome yet
}

// A userSet is a list of users, in no order, and their places in it.
type userSet struct {
	list []int
	at   map[int]int
}

func newUserSet() userSet { return userSet{at: map[int]int{}} }

func (s *userSet) has(user int) bool {
	_, ok := s.at[user]
	return ok
}

func (s *userSet) add(user int) {
	s.at[user] = len(s.list)
	s.list = append(s.list, user)
}

func (s *userSet) remove(user int) {
	i, ok := s.at[user]
	if !ok {
		return
	}
	last := s.list[len(s.list)-1]
	s.list[i], s.at[last] = last, i
	delete(s.at, user)
	s.list = s.list[:len(s.list)-1]
}

// other returns a registered user who is another one, 0 when there is none.
func (r *roster) other(user int, random *rand.Rand) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.ready.list)
	i, ok := r.ready.at[user]
	if !ok {
		i = n
	} else {
		n--
	}
	if n < 1 {
		return 0
	}
	k := random.IntN(n)
	if k >= i {
		k++ // past the user itself
	}
	return r.ready.list[k]
}

// Expect says how many users will register.
func (s *Shared) Expect(users int) {
	s.roster.ready = newUserSet()
	s.roster.waiting.Store(int64(users))
}

// Registered reports whether the first registration of all users has succeeded
// or failed.
func (s *Shared) Registered() bool { return s.roster.waiting.Load() <= 0 }

// StartUser begins the part of a user that was due at a time.
func (e *Engine) StartUser(now, due int64, user int) {
	e.now = max(e.now, now)
	e.start(scenario.User, e.cfg.Program.User, due, user)
}

// CanCall reports whether a user is registered and has another one to call; 0
// stands for any user of this engine.
func (e *Engine) CanCall(user int) bool {
	ok := e.users.ready.has(user)
	if user == 0 {
		ok = len(e.users.ready.list) > 0
	}
	r := &e.shared.roster
	r.mu.Lock()
	defer r.mu.Unlock()
	return ok && len(r.ready.list) > 1
}

// nextUser returns the users in turn; 0 when none is registered.
func (e *Engine) nextUser() int {
	ready := e.users.ready.list
	if len(ready) == 0 {
		return 0
	}
	e.users.next++
	return ready[e.users.next%len(ready)]
}

// ownsConn reports whether the connection of a call ends with it: users keep
// theirs for all their calls, and one that came in came on that of another.
func (e *Engine) ownsConn(c *call) bool {
	if c.side == scenario.Called {
		return false
	}
	return e.cfg.Program.User == scenario.None || c.side == scenario.User
}

// settle notes the outcome of a user's first registration.
func (e *Engine) settle(c *call) {
	if !c.settled {
		c.settled = true
		e.shared.roster.waiting.Add(-1)
	}
}

// atRest is for a user at a pause, who is registered. It reports whether the
// pause is none because the run ends.
func (e *Engine) atRest(id uint32, c *call) bool {
	if e.goesHome(c) {
		e.settle(c)
		e.goHome(id, c)
		return true
	}
	if e.users.leaving {
		return false
	}
	if e.users.ready.has(c.user) {
		return false
	}
	e.users.ready.add(c.user)
	r := &e.shared.roster
	r.mu.Lock()
	r.ready.add(c.user)
	r.mu.Unlock()
	e.settle(c)
	return false
}

// gone takes out a user whose part has ended.
func (e *Engine) gone(c *call) {
	e.users.ready.remove(c.user)
	delete(e.users.conns, c.user)
	r := &e.shared.roster
	r.mu.Lock()
	r.ready.remove(c.user)
	r.mu.Unlock()
	e.settle(c)
}

// Leave lets the users go, one each interval, in nanoseconds: each goes from its
// pause to the label _user.end.
func (e *Engine) Leave(now, interval int64) {
	e.users.leaving = true
	at := now
	for id := range uint32(e.calls.size()) {
		if c := e.calls.at(id); c.open && c.pauseUntil > 0 && e.goesHome(c) {
			at += interval
			c.pauseUntil = at
			e.arm(id, c)
		}
	}
}

// goesHome reports whether a call is of a user who leaves and is not yet at the
// end of its part, which may have pauses of its own.
func (e *Engine) goesHome(c *call) bool { return e.users.leaving && e.beforeEnd(c) }

// beforeEnd reports whether a call is of a user in front of the label _user.end.
func (e *Engine) beforeEnd(c *call) bool {
	end := e.cfg.Program.UserEnd
	return c.side == scenario.User && (end == scenario.None || int(c.step) < end)
}

// goHome has a user go to the end of its part.
func (e *Engine) goHome(id uint32, c *call) {
	end := e.cfg.Program.UserEnd
	if end == scenario.None {
		e.end(id, c, Fine)
		return
	}
	c.step = int32(end)
	e.run(id, c)
}

// OpenCalled returns the number of calls that came in and are open.
func (e *Engine) OpenCalled() int { return int(e.Counts.Called.Started - e.Counts.Called.Ended) }

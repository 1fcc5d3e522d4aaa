package load

import (
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// enrolment has the users of one worker register before the first call, where
// the scenario has a part for users, and lets them go behind the last one.
type enrolment struct {
	has      bool
	user     int // who is next
	step     int // to the one behind
	last     int
	at       int64 // when that one begins
	interval int64
	until    int64 // when calls began; 0 for not yet

	finished bool  // this worker has no more calls to make
	grace    int64 // when calls that came in are given up
	leaving  bool
	end      int64 // when users who have not left are given up
}

// Calls that came in have this long to end behind the last call that was made,
// and users to leave.
const (
	graceForCalled = int64(5 * time.Second)
	graceForUsers  = int64(40 * time.Second) // all repeats of a request take 32 s
)

// newEnrolment is for worker i of a process, which has a place among all.
func newEnrolment(r *Runner, i, place, all int) enrolment {
	if r.Engine.Program.User == scenario.None {
		return enrolment{}
	}
	each := 1e9 / r.RegisterRate * float64(r.Share.of()) // between two of this process
	return enrolment{
		has: true, user: place + 1, step: all, last: r.Registered,
		at: int64(each * float64(i)), interval: int64(each * float64(r.Workers)),
	}
}

// open reports whether users register yet, so that no call begins.
func (n *enrolment) open() bool { return n.has && n.until == 0 }

// next returns when the next user begins.
func (n *enrolment) next() (int64, bool) { return n.at, n.has && n.user <= n.last && !n.leaving }

// enrolled has the users register who are due. It reports whether calls may
// begin: when each user of the process is registered or has failed.
func (w *worker) enrolled(now int64) bool {
	n := &w.enrolment
	if !n.open() {
		return true
	}
	if w.halted != 0 {
		return false
	}
	for n.user <= n.last && n.at <= now {
		w.engine.StartUser(now, n.at, n.user)
		n.user += n.step
		n.at += n.interval
	}
	if n.user <= n.last || !w.run.shared.Registered() {
		return false
	}
	n.until = now
	if w.arrivals != nil {
		w.arrivals.begin(now)
	}
	return true
}

// restEnded is for a worker whose calls have ended: it gives those that came in
// besides some time to end, but for those that only wait.
func (w *worker) restEnded(now int64) bool {
	n := &w.enrolment
	if n.grace == 0 {
		n.grace = now + graceForCalled
	}
	if now < n.grace && !w.engine.Resting() {
		return false
	}
	w.engine.StopAll(true)
	return true
}

// left lets the users go once all calls of the run have ended, and reports
// whether all have gone.
func (w *worker) left(now int64) bool {
	if w.run.hard.Load() {
		w.engine.StopAll(false)
		return true
	}
	n := &w.enrolment
	if !n.finished && w.engine.Open() == 0 {
		n.finished = true
		w.run.unfinished.Add(-1)
	}
	switch {
	case n.leaving:
	case w.run.unfinished.Load() > 0 && w.halted != engine.StopNow:
		return false
	case n.grace == 0:
		n.grace = now + graceForCalled
		return false
	case now < n.grace && w.engine.OpenCalled() > 0:
		return false
	default:
		n.leaving, n.end = true, now+graceForUsers+int64(w.run.Registered/w.run.Workers+1)*n.interval
		w.engine.Stop()
		w.engine.StopCalls(true)
		w.engine.Leave(now, n.interval)
	}
	if w.engine.Busy() == 0 {
		return true
	}
	if now > n.end {
		w.engine.StopAll(false)
		return true
	}
	return false
}

package load

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
)

// A worker runs an engine with the calls that are its share.
type worker struct {
	run       *Runner
	engine    *engine.Engine
	clock     clock
	arrivals  *arrivals // nil for one that waits for calls, or has users
	quota     uint64    // calls to begin; 0 for no bound
	limit     int       // calls open at once; 0 for no bound
	begun     uint64
	heldBack  uint64 // calls that had to wait for limit
	held      bool
	tick      int64 // ns, see setTick
	ticks     bool  // its carrier waits in ticks
	sends     int   // messages of a call, see sends
	follows   bool  // see follows
	idle      []int // users without a call, who begin one at once
	users     users
	enrolment enrolment
	done      bool  // no call will begin any more
	lastNews  int64 // when something last happened
	halted    int32
	lastStart int64 // when the last call began, less what its tick has put it off

	lastPlace float64 // its place in the schedule, ns

	mu       sync.Mutex // guards snapshot
	snapshot engine.Counts
	shotAt   int64
	open     atomic.Int64
	dropped  atomic.Uint64
}

// carrier moves messages between an engine and sockets.
type carrier interface {
	// wait hands messages to the engine that come until a time of the run.
	wait(until int64) error
	// seen returns the time up to which all messages were handed over that had
	// come by now.
	seen(now int64) int64
	// flush sends what the engine has put out.
	flush() error
	// count publishes what was dropped.
	count()
	close()
}

// idleEnd is how long a run goes on, once no call begins any more, while no
// message comes and no timer is set: a call then waits for what will not come.
const idleEnd = int64(32 * time.Second)

// loop runs the worker until the run is over.
func (w *worker) loop(io carrier) error {
	defer io.close()
	w.lastNews = w.clock.now()
	w.setTick(w.lastNews)
	for {
		now := w.clock.now()
		if w.over(now) {
			return io.flush()
		}
		w.begin(now)
		// A worker that was kept from its processor finds more than it can take
		// at once. What is repeated for want of an answer must not be repeated
		// while the answer is among that: the target would get more, and its
		// answers would make even more to read.
		w.engine.Advance(min(now, io.seen(now)))
		w.share(now, io)
		w.setTick(now) // not sooner: what is due was waited for by the tick before
		if err := io.flush(); err != nil {
			return err
		}
		received := w.engine.Counts.Received
		if err := io.wait(w.next(now)); err != nil {
			return err
		}
		if w.engine.Counts.Received != received {
			w.lastNews = w.clock.now()
		}
	}
}

// atOnce is how many calls begin before answers are read, of a worker that was
// late or has many users.
const atOnce = 512

// next returns when the worker has something to do, at the latest in a tenth
// of a second: then it looks at what others want of it.
func (w *worker) next(now int64) int64 {
	until := now + int64(100*time.Millisecond)
	if at, ok := w.engine.Next(); ok {
		until = min(until, at)
	}
	if w.arrivals != nil && !w.done && !w.held && !w.enrolment.open() {
		until = min(until, w.arrivals.due())
	}
	if len(w.idle) > 0 && !w.done {
		until = now
	}
	if at, ok := w.enrolment.next(); ok {
		until = min(until, at)
	}
	return until
}

// begin begins the calls that are due.
func (w *worker) begin(now int64) {
	if !w.enrolled(now) || w.done {
		return
	}
	w.adjustUsers()
	taken := 0 // from the front: the calls of those behind must begin, too
	for begun := w.begun; taken < len(w.idle) && !w.full() && w.begun-begun < atOnce; {
		user := w.idle[taken]
		taken++
		if w.enrolment.has && !w.engine.CanCall(user) {
			continue
		}
		w.begun++
		w.lastStart = now
		w.engine.Start(now, now, user)
	}
	w.idle = slices.Delete(w.idle, 0, taken)
	if w.arrivals == nil {
		// Or nobody is left who could.
		w.done = w.done || w.full() || w.enrolment.has && !w.engine.CanCall(0)
		return
	}
	w.arrivals.adapt(now)
	for begun := w.begun; w.arrivals.due() <= now; {
		if w.begun-begun == atOnce {
			return
		}
		if w.full() {
			w.done = true
			return
		}
		if w.arrivals.paused() {
			w.arrivals.step()
			continue
		}
		if w.enrolment.has && !w.engine.CanCall(0) {
			w.done = true // nobody is left who could
			return
		}
		due := w.arrivals.due()
		if w.limit > 0 && w.engine.Open() >= w.limit {
			if !w.held {
				w.held = true
				w.heldBack++
			}
			return
		}
		if w.held {
			// It waited for the bound on open calls, which was asked for: the
			// schedule goes on from here.
			w.held = false
			w.arrivals.next = float64(now)
			due = now
		}
		w.begun++
		w.lastPlace = w.arrivals.next
		w.arrivals.step()
		w.lastStart = max(w.lastStart, now-(due-int64(w.lastPlace)))
		w.engine.Start(now, due, 0)
	}
	w.done = w.full()
}

// full reports whether all calls of the quota have begun.
func (w *worker) full() bool { return w.quota > 0 && w.begun >= w.quota }

// over reports whether the worker is at its end, and ends calls where the run
// asks for it.
func (w *worker) over(now int64) bool {
	stop := w.run.shared.Stop.Load()
	if end := w.run.Timeout; end > 0 && now >= int64(end) && stop == engine.Run {
		w.run.timedOut.Store(true)
		w.run.shared.Stop.CompareAndSwap(engine.Run, engine.StopNow)
		stop = w.run.shared.Stop.Load()
	}
	if end := w.run.NoCalls; end > 0 && now >= int64(end) && stop == engine.Run && !w.run.Rate.isSet() {
		w.run.StopSoon()
		stop = w.run.shared.Stop.Load()
	}
	switch {
	case stop == engine.StopNow && w.halted != stop:
		w.done, w.halted = true, stop
		w.engine.Stop()
		if w.enrolment.has && !w.run.hard.Load() {
			w.engine.StopMade(true)
			return w.left(now)
		}
		w.engine.StopAll(!w.run.hard.Load())
		return true
	case stop == engine.StopSoon && w.halted != stop:
		w.done, w.halted = true, stop
		if !w.enrolment.has { // users are called by what is under way
			w.engine.Stop()
		}
	}
	if w.run.Server {
		w.done = w.done || w.quota > 0 && w.engine.Counts.Started >= w.quota
	}
	if !w.done {
		return false
	}
	if w.enrolment.has {
		return w.left(now)
	}
	if w.engine.Open() == 0 {
		return w.restEnded(now)
	}
	if _, pending := w.engine.Next(); pending {
		w.lastNews = now
	}
	if now-w.lastNews > idleEnd {
		w.engine.StopAll(true)
		return true
	}
	return false
}

// share publishes the figures, once a second: summing histograms up takes a
// tenth of a millisecond.
func (w *worker) share(now int64, io carrier) {
	w.open.Store(int64(w.engine.Open()))
	if now-w.shotAt < int64(time.Second) {
		return
	}
	w.shotAt = now
	io.count()
	w.publish()
	if w == w.run.workers[0] {
		select {
		case w.run.seconds <- struct{}{}:
		default:
		}
	}
}

// retire publishes the figures of a worker that has ended: nothing changes them any
// more, so that they need not be copied.
func (w *worker) retire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open.Store(int64(w.engine.Open()))
	w.snapshot = w.engine.Counts
}

func (w *worker) publish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open.Store(int64(w.engine.Open()))
	w.snapshot.Reset()
	w.snapshot.Add(&w.engine.Counts)
	w.engine.Counts.Recent.Reset()
}

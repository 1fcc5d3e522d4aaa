package load

import (
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
)

// A run that is stopped by its page was interrupted: a search ends with it.
func TestApplyStop(t *testing.T) {
	r := &Runner{shared: &engine.Shared{}}
	if r.Apply(Control{}); r.Interrupted() || r.Stopping() {
		t.Error("stopped before")
	}
	if r.Apply(Control{Stop: true}); !r.Interrupted() || !r.Stopping() {
		t.Error("not stopped")
	}
}

// The page may ask before the run begins.
func TestElapsed(t *testing.T) {
	r := &Runner{}
	if d := r.Elapsed(); d != 0 {
		t.Errorf("%v before the run", d)
	}
	r.started.Store(&clock{time.Now().Add(-time.Minute)})
	if d := r.Elapsed(); d < time.Minute {
		t.Errorf("%v after a minute", d)
	}
}

// A run that would end when its rate passes -rate_max goes on at a rate that was
// set by hand.
func TestNoCalls(t *testing.T) {
	for _, byHand := range []bool{false, true} {
		r := &Runner{shared: &engine.Shared{}, NoCalls: time.Second, Rate: &Rate{Base: 10}}
		w := &worker{run: r, engine: engine.New(engine.Config{Program: builtin(t, "options")}, r.shared)}
		if byHand {
			r.Apply(Control{Rate: 20, HasRate: true})
		}
		if w.over(int64(time.Second) - 1); r.Stopping() {
			t.Error("ended before its time")
		}
		if w.over(int64(time.Second)); r.Stopping() == byHand {
			t.Errorf("rate set by hand: %t, ended: %t", byHand, r.Stopping())
		}
	}
}

// The page and the fleet ask for figures while a worker publishes its own: with
// the race detector this finds what is read without the lock.
func TestLiveWhilePublished(t *testing.T) {
	p := builtin(t, "options")
	r := &Runner{Engine: engine.Config{Program: p}}
	w := &worker{run: r, engine: engine.New(r.Engine, &engine.Shared{}), snapshot: engine.NewCounts(p)}
	r.workers = []*worker{w}
	published := make(chan struct{})
	go func() {
		defer close(published)
		for range 20 {
			w.engine.Counts.Started++
			w.publish()
		}
	}()
	for range 20 {
		r.Live()
	}
	<-published
	if n := r.Live().Counts.Started; n != 20 {
		t.Errorf("%d calls, of 20", n)
	}
}

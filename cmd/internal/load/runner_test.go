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

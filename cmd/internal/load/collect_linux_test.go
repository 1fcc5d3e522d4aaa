package load

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// collector returns how the garbage collector is set.
func collector() (percent int, limit int64) {
	percent = debug.SetGCPercent(-1)
	debug.SetGCPercent(percent)
	return percent, debug.SetMemoryLimit(-1)
}

// TestHoldCollector sets the collector back at the end of the last run, or with
// the first collection.
func TestHoldCollector(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	percent, limit := collector()
	if percent < 0 || limit != math.MaxInt64 {
		t.Fatalf("the collector of the test itself is set to %d %% and %d", percent, limit)
	}
	back := func() bool {
		p, l := collector()
		return p == percent && l == limit
	}
	one, two := holdProcessors(1), holdProcessors(1)
	if p, l := collector(); p != -1 || l != untilCollected {
		t.Errorf("set to %d %% and %d", p, l)
	}
	if one(); back() {
		t.Error("set back while a run goes on")
	}
	if two(); !back() {
		t.Error("not set back at the end")
	}
	end := holdProcessors(1)
	defer end()
	runtime.GC()
	for until := time.Now().Add(20 * time.Second); !back(); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("not set back after a collection")
		}
	}
}

// TestHoldCollectorEnvironment leaves it to whoever has set it.
func TestHoldCollectorEnvironment(t *testing.T) {
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "100")
			p, l := collector()
			undo := holdCollector()
			if q, k := collector(); q != p || k != l {
				t.Errorf("set to %d %% and %d", q, k)
			}
			undo()
		})
	}
}

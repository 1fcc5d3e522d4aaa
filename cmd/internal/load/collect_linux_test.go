package load

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

// collector returns how the garbage collector is set. It only reads: what it would
// set back might be set by a collection meanwhile.
func collector() (percent int, limit int64) {
	s := []metrics.Sample{{Name: "/gc/gogc:percent"}, {Name: "/gc/gomemlimit:bytes"}}
	metrics.Read(s)
	return int(int32(s[0].Value.Uint64())), int64(s[1].Value.Uint64())
}

// usualCollector sets the collector as it is where nobody has set it, until the end
// of the test, and gives back what other tests have left.
func usualCollector(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	t.Cleanup(func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	})
	files := limitFiles
	limitFiles = nil
	t.Cleanup(func() { limitFiles = files })
	debug.FreeOSMemory()
}

// TestHoldCollector sets the collector back at the end of the last run, or with
// the first collection.
func TestHoldCollector(t *testing.T) {
	usualCollector(t)
	back := func() bool {
		p, l := collector()
		return p == 100 && l == math.MaxInt64
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

// TestHoldCollectorTwice has the first of two decide, and an end that is called
// again, or is late, leave the next one alone.
func TestHoldCollectorTwice(t *testing.T) {
	usualCollector(t)
	one, two := HoldCollector(), HoldCollector()
	if two(); !isHeld() {
		t.Error("the second has ended the first")
	}
	if one(); isHeld() {
		t.Error("not set back")
	}
	three := HoldCollector()
	if one(); !isHeld() {
		t.Error("the end of the one before has ended it")
	}
	three()
	for range 100 { // while a collection undoes it
		one := HoldCollector()
		collected := make(chan struct{})
		go func() {
			runtime.GC()
			close(collected)
		}()
		for range 1000 {
			HoldCollector()()
		}
		<-collected
		one()
		if p, l := collector(); p != 100 || l != math.MaxInt64 {
			t.Fatalf("left at %d %% and %d", p, l)
		}
	}
}

func isHeld() bool {
	p, _ := collector()
	return p == -1
}

// TestHoldCollectorEnvironment leaves it to whoever has set it.
func TestHoldCollectorEnvironment(t *testing.T) {
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		t.Run(name, func(t *testing.T) {
			usualCollector(t)
			t.Setenv(name, "100")
			undo := HoldCollector()
			defer undo()
			if p, l := collector(); p != 100 || l != math.MaxInt64 {
				t.Errorf("set to %d %% and %d", p, l)
			}
		})
	}
}

// TestHoldCollectorContainer leaves it alone in a container with little memory.
func TestHoldCollectorContainer(t *testing.T) {
	for text, holds := range map[string]bool{"max\n": true, "": true, "536870912\n": true, "536870911\n": false, "9223372036854771712\n": true} {
		usualCollector(t)
		limitFiles = []string{filepath.Join(t.TempDir(), "none"), filepath.Join(t.TempDir(), "limit")}
		if err := os.WriteFile(limitFiles[1], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		undo := HoldCollector()
		if p, _ := collector(); p == -1 != holds {
			t.Errorf("with a limit of %q set to %d %%", text, p)
		}
		if smallContainer() == holds {
			t.Errorf("with a limit of %q the container is small: %t", text, !holds)
		}
		undo()
	}
}

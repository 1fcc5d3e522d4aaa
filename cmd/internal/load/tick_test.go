package load

import (
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

func TestTick(t *testing.T) {
	data, _ := scenario.Builtin("options")
	p, err := scenario.Compile("options.xml", data, scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		rate  float64
		limit int
		set   time.Duration
		ticks bool
		want  time.Duration
	}{
		{10, 0, 0, true, 8 * time.Millisecond},
		{5000, 0, 0, true, 8 * time.Millisecond},
		{5001, 0, 0, true, 4 * time.Millisecond},
		{10000, 0, 0, true, 4 * time.Millisecond},
		{10001, 0, 0, true, 2 * time.Millisecond},
		{20001, 0, 0, true, time.Millisecond},
		{1e6, 0, 0, true, time.Millisecond},
		{100, 0, time.Millisecond, true, time.Millisecond},
		{100, 0, 0, false, time.Millisecond},
		{100, 9, 0, true, time.Millisecond}, // calls wait for others
		{100, 10, 0, true, 8 * time.Millisecond},
	} {
		w := &worker{run: &Runner{Tick: c.set}, engine: engine.New(engine.Defaults(p), engine.NewShared()), limit: c.limit, ticks: c.ticks,
			arrivals: newArrivals(&Rate{Base: c.rate}, 0, 1, 1)}
		w.setTick(0)
		if got := time.Duration(w.tick); got != c.want || w.engine.Tick != w.tick || w.arrivals.tick != w.tick {
			t.Errorf("%+v: tick of %v", c, got)
		}
		w.arrivals.next = 1
		if got := w.arrivals.due(); got != w.tick {
			t.Errorf("%+v: due at %d", c, got)
		}
	}
	w := &worker{run: &Runner{}, engine: engine.New(engine.Defaults(p), engine.NewShared()), ticks: true} // users, or a server
	if w.setTick(0); w.tick != int64(shortest) {
		t.Errorf("without a rate: tick of %v", w.tick)
	}
}

package load

import (
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
)

// TestSample takes samples of what one worker and what two have published: each has
// the sum, and nobody waits for a lock afterwards.
func TestSample(t *testing.T) {
	p := builtin(t, "options")
	for _, workers := range []int{1, 2} {
		r := &Runner{Engine: engine.Config{Program: p}, Rate: &Rate{Base: 10}}
		r.started.Store(&clock{time.Now()})
		for range workers {
			r.workers = append(r.workers, &worker{run: r, engine: engine.New(r.Engine, &engine.Shared{}), snapshot: engine.NewCounts(p)})
		}
		var now *Now
		r.Each = func(s *Sample) {
			now = s.Now
			r.Live() // what is told of a sample may ask for more
		}
		for n := uint64(1); n <= 3; n++ {
			for _, w := range r.workers {
				w.engine.Counts.Started += 5
				w.engine.Counts.Sent += 7
				w.engine.Counts.Recent.RecordValue(1000)
				w.engine.Counts.Latency.RecordValue(1000)
				w.publish()
			}
			r.sample()
			s, all := &r.series[n-1], uint64(workers)
			if s.Calls != 5*n*all || s.Latency.Count != all || now.Latency.Count != n*all || now.Sent != 7*n*all {
				t.Errorf("%d workers, sample %d: %+v, %+v", workers, n, s, now)
			}
		}
		if len(r.series) != 3 || r.series[2].Asked != 10 {
			t.Errorf("%+v", r.series)
		}
	}
}

package udp

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// Where every processor of GOMAXPROCS is held by a Reader that gathers, what is ready to
// run does so before the Reader sleeps. The runtime takes a processor from a goroutine
// every 10 ms, which is enough for a few of the rounds but not for half of them.
func TestGatherYields(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2} {
		runtime.GOMAXPROCS(procs)
		s := open(t, "udp4", "127.0.0.1:0", Config{Impl: Mmsg})
		c := dial(t, s.LocalAddr())

		var stop atomic.Bool
		others := make(chan bool)
		for range procs - 1 { // holds a processor as a Reader does
			go func() {
				asleep.Add(1)
				others <- true
				for !stop.Load() {
					gather(maxWindow)
				}
				asleep.Add(-1)
				others <- true
			}()
			<-others
		}
		const rounds = 100
		var ran [rounds]atomic.Bool
		inTime := 0
		for i := range rounds {
			send(t, c, []byte("one"))
			s.R.short = true
			s.R.pace = pace{window: DefaultWindow, gap: 100 * time.Microsecond, now: func() time.Duration { return 0 }}
			go ran[i].Store(true)
			if _, err := s.R.Read(); err != nil || !s.R.slept {
				t.Fatalf("%v, slept: %v", err, s.R.slept)
			}
			if ran[i].Load() {
				inTime++
			}
		}
		stop.Store(true)
		for range procs - 1 {
			<-others
		}
		if inTime < rounds/2 {
			t.Errorf("%d processors: %d of %d goroutines ran before the Reader slept", procs, inTime, rounds)
		}
		if n := asleep.Load(); n != 0 {
			t.Errorf("%d Readers gather", n)
		}
	}
}

package measure

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var keep [][]byte

// spin is work whose cost grows with n and which the compiler cannot drop.
func spin(n int) func([]int32) uint64 {
	return func(picks []int32) (sum uint64) {
		for _, p := range picks {
			for i := range n {
				sum = sum*31 + uint64(i) ^ uint64(p)
			}
		}
		return sum
	}
}

func TestRun(t *testing.T) {
	seen := map[int32]bool{}
	cases := []Case{
		{Impl: "floor", Task: "t", Set: "s", Messages: 100, MeanBytes: 1000, Floor: true, Run: spin(50)},
		{Impl: "slow", Task: "t", Set: "s", Messages: 100, MeanBytes: 1000, Run: spin(1000)},
		{Impl: "alloc", Task: "t", Set: "s", Messages: 7, Run: func(p []int32) uint64 {
			keep = keep[:0]
			for _, i := range p {
				seen[i] = true
				keep = append(keep, make([]byte, 512))
			}
			return 0
		}},
		{Impl: "c", Task: "t", Set: "other", Messages: 3, Foreign: true, Run: spin(10)},
	}
	var last, total int
	rs, err := Run(cases, Options{Rounds: 9, Batch: 200, Progress: func(d, n int) { last, total = d, n }})
	if err != nil {
		t.Fatal(err)
	}
	if last != 36 || total != 36 {
		t.Errorf("progress ended at %d of %d", last, total)
	}
	for _, r := range rs {
		if !(r.P10 > 0 && r.P10 <= r.Median && r.Median <= r.P90) {
			t.Errorf("%s: percentiles %v %v %v", r.Impl, r.P10, r.Median, r.P90)
		}
	}
	if rs[0].XCopy != 1 || rs[1].XCopy <= 1 || rs[3].XCopy != 0 {
		t.Errorf("ratios to the floor: %v %v %v", rs[0].XCopy, rs[1].XCopy, rs[3].XCopy)
	}
	if rs[0].Hot <= 0 || rs[1].Hot != rs[0].Hot || rs[1].XHot != rs[1].Median/rs[0].Hot || rs[3].Hot != 0 {
		t.Errorf("the floor alone: %+v", rs)
	}
	// A thread that the runtime starts meanwhile takes 5 KB in a few pieces: less than
	// one for 20 of the 200 messages.
	if rs[0].Allocs != 0 || rs[0].Bytes > 100 {
		t.Errorf("spinning allocates %v, %v bytes", rs[0].Allocs, rs[0].Bytes)
	}
	if rs[2].Allocs < 1 || rs[2].Allocs > 2 || rs[2].Bytes < 512 {
		t.Errorf("allocating: %v, %v bytes", rs[2].Allocs, rs[2].Bytes)
	}
	if rs[3].Allocs != -1 {
		t.Error("allocations of a foreign case are not known")
	}
	for i := range int32(7) {
		if !seen[i] {
			t.Errorf("message %d was never picked", i)
		}
	}
	if len(seen) != 7 {
		t.Errorf("picks went past the set: %v", seen)
	}
}

func TestBudget(t *testing.T) {
	n := 0
	c := Case{Impl: "x", Messages: 1, Run: func([]int32) uint64 { n++; time.Sleep(time.Millisecond); return 0 }}
	if _, err := Run([]Case{c}, Options{Rounds: 1000, Batch: 1, Budget: time.Microsecond}); err != nil {
		t.Fatal(err)
	}
	// Two runs to size the batch, one to count allocations, and five rounds
	// of a warm-up and a batch.
	if n != 13 {
		t.Errorf("%d runs on a spent budget", n)
	}
}

// TestOwnPicks asks that each case has picks of its own, and no warm-up.
func TestOwnPicks(t *testing.T) {
	for _, own := range []bool{false, true} {
		var last [2][]int32
		runs := 0
		record := func(i int) func([]int32) uint64 {
			return func(p []int32) uint64 {
				last[i] = append(last[i][:0], p...)
				runs++
				return 0
			}
		}
		cases := []Case{{Impl: "a", Messages: 1 << 20, Run: record(0)}, {Impl: "b", Messages: 1 << 20, Run: record(1)}}
		if _, err := Run(cases, Options{Rounds: 1, Batch: 1000, OwnPicks: own}); err != nil {
			t.Fatal(err)
		}
		// How long a batch is hangs on the time that a message takes.
		n := min(len(last[0]), len(last[1]))
		if same := slices.Equal(last[0][:n], last[1][:n]); same == own || n < few {
			t.Errorf("OwnPicks %v: the same picks: %v, %d of them", own, same, n)
		}
		// Two to size the batch, one to count allocations, the batch; a warm-up.
		if want := map[bool]int{true: 2 * 4, false: 2 * 5}[own]; runs != want {
			t.Errorf("OwnPicks %v: %d runs, want %d", own, runs, want)
		}
	}
}

func TestRunChecksTheWork(t *testing.T) {
	c := Case{Impl: "idle", Task: "t", Set: "s", Messages: 5, Run: func([]int32) uint64 { return 0 },
		Want: func(p []int32) uint64 { return uint64(len(p)) }}
	if _, err := Run([]Case{c}, Options{Rounds: 1}); err == nil || !strings.Contains(err.Error(), "idle/t/s") {
		t.Errorf("a case that does nothing gave %v", err)
	}
	c.Messages = 0
	if _, err := Run([]Case{c}, Options{Rounds: 1}); err == nil {
		t.Error("an empty set gave no error")
	}
}

func TestParallel(t *testing.T) {
	made := 0
	mk := func() (func([]int32) uint64, error) {
		made++
		return spin(100), nil
	}
	r, err := Parallel(Case{Impl: "x", Messages: 10}, 3, mk, Options{Rounds: 5, Batch: 100})
	if err != nil || made != 3 || r.Median <= 0 || r.P10 > r.P90 {
		t.Errorf("%+v %v, %d workers", r, err, made)
	}
}

func TestPinIsUndone(t *testing.T) {
	pin(0)()
	pin(-1)()
	if runtime.GOMAXPROCS(0) < 1 {
		t.Fatal("no processors")
	}
}

func TestPercentile(t *testing.T) {
	v := []float64{1, 2, 3, 4, 5}
	for p, want := range map[float64]float64{0: 1, 50: 3, 100: 5, 10: 1.4} {
		if got := percentile(v, p); math.Abs(got-want) > 1e-9 {
			t.Errorf("percentile %v is %v, want %v", p, got, want)
		}
	}
	if got := percentile([]float64{7}, 90); got != 7 {
		t.Errorf("of one value: %v", got)
	}
}

func TestFit(t *testing.T) {
	slope, at0, r2 := Fit([]float64{1, 2, 3, 10}, []float64{5, 7, 9, 23})
	if math.Abs(slope-2) > 1e-9 || math.Abs(at0-3) > 1e-9 || math.Abs(r2-1) > 1e-9 {
		t.Errorf("slope %v at0 %v r2 %v", slope, at0, r2)
	}
	if slope, at0, _ := Fit([]float64{4, 4}, []float64{1, 3}); slope != 0 || at0 != 2 {
		t.Errorf("points above each other: %v %v", slope, at0)
	}
	if _, _, r2 := Fit([]float64{1, 2, 3, 4}, []float64{1, -1, 1, -1}); r2 > 0.5 {
		t.Errorf("noise fits with r2 %v", r2)
	}
}

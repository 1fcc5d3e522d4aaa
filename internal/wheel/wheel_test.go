package wheel

import (
	"math/rand/v2"
	"testing"
)

// Every timer comes out at its millisecond, the earliest first, and only once,
// whatever is set, moved and cleared on the way.
func TestAgainstMap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		var w Wheel
		const n = 500
		w.Grow(n)
		want := map[uint32]int64{}
		now := rnd.Int64N(1 << rnd.IntN(40))
		if _, ok := w.Pop(now); ok {
			t.Fatal("a timer nobody set")
		}
		for range 2000 {
			i := rnd.Uint32N(n)
			switch rnd.IntN(4) {
			case 0, 1:
				at := now + rnd.Int64N(1<<rnd.IntN(30)) - 2
				w.Set(i, at)
				want[i] = max(at, now)
			case 2:
				w.Clear(i)
				delete(want, i)
			default:
				to := now + rnd.Int64N(1<<rnd.IntN(25))
				if next, ok := w.Next(); ok && rnd.IntN(2) == 0 {
					to = next
				}
				last := now
				for {
					if next, ok := w.Next(); ok != (len(want) > 0) {
						t.Fatalf("round %d: Next is %d %v with %d timers", round, next, ok, len(want))
					}
					i, ok := w.Pop(to)
					if !ok {
						break
					}
					at, set := want[i]
					if !set || at > to || at < last || w.Now() != at {
						t.Fatalf("round %d: timer %d of %d %v came at %d behind %d", round, i, at, set, w.Now(), last)
					}
					last = at
					delete(want, i)
				}
				now = to
				for i, at := range want {
					if at <= now {
						t.Fatalf("round %d: timer %d of %d has not come at %d", round, i, at, now)
					}
				}
			}
			if w.Len() != len(want) {
				t.Fatalf("round %d: %d timers, want %d", round, w.Len(), len(want))
			}
		}
		for i := range uint32(n) {
			if at, ok := w.At(i); ok != (want[i] != 0) || ok && at != want[i] {
				if _, set := want[i]; set != ok {
					t.Fatalf("At(%d) is %d %v, want %d", i, at, ok, want[i])
				}
			}
		}
	}
}

// Next never lies behind the next timer, and who follows it arrives there in a
// few steps.
func TestNext(t *testing.T) {
	for _, at := range []int64{0, 1, 255, 256, 257, 65535, 65536, 1 << 24, 1<<32 + 7, 1_700_000_000_123, End, End + 5} {
		var w Wheel
		w.Grow(0)
		w.Set(0, at)
		for step := 0; ; step++ {
			next, ok := w.Next()
			if !ok || next > at || step > levels {
				t.Fatalf("timer at %d: step %d, next %d %v", at, step, next, ok)
			}
			if _, ok := w.Pop(next); ok {
				if w.Now() != min(at, End) {
					t.Fatalf("timer at %d came at %d", at, w.Now())
				}
				break
			}
		}
	}
}

func TestAllocs(t *testing.T) {
	var w Wheel
	w.Grow(1000)
	now := int64(0)
	if n := testing.AllocsPerRun(1000, func() {
		for i := range uint32(100) {
			w.Set(i, now+int64(i)*300)
		}
		w.Clear(5)
		now += 500
		for {
			if _, ok := w.Pop(now); !ok {
				break
			}
		}
		w.Next()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

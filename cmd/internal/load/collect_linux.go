package load

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
)

// untilCollected is how much memory a process takes before the garbage collector
// begins to work as usual.
const untilCollected = 256 << 20

// holdCollector keeps the garbage collector from working while a process is
// small. What calls need is made once and used again, so it finds next to
// nothing. But while the number of open calls grows it runs again at each
// doubling, and stops the worker that makes room for more calls until it has
// looked at all: 30 ms at 80 MB, on a busy machine (2026-11), and all that is due
// meanwhile leaves late.
//
// Whoever has set GOGC or GOMEMLIMIT has decided otherwise. What it returns
// undoes it.
func holdCollector() func() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	percent, limit := debug.SetGCPercent(-1), debug.SetMemoryLimit(untilCollected)
	undo := func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
	if percent < 0 || limit != math.MaxInt64 {
		undo() // the program has decided, too
		return func() {}
	}
	// The first collection takes this away.
	sentinel := new([16]byte)
	runtime.AddCleanup(sentinel, func(struct{}) { undo() }, struct{}{})
	return undo
}

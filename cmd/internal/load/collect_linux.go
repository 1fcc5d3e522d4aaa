package load

import (
	"bytes"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
)

// untilCollected is how much memory a process takes before the garbage collector
// begins to work as usual.
const untilCollected = 256 << 20

// HoldCollector keeps the garbage collector from working while a process is
// small. What calls need is made once and used again, so it finds next to
// nothing. But while the number of open calls grows it runs again at each
// doubling, and stops the worker that makes room for more calls until it has
// looked at all: 30 ms at 80 MB, on a busy machine (2026-11), and all that is due
// meanwhile leaves late. A collection while the program starts costs as much as a
// thousand calls.
//
// Whoever has set GOGC or GOMEMLIMIT has decided otherwise, and a container with
// little memory would end the process before the first collection. What it returns
// undoes it. Where it is held already, that goes on, and there is nothing to undo.
func HoldCollector() func() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" || smallContainer() {
		return func() {}
	}
	if !held.CompareAndSwap(false, true) {
		return func() {}
	}
	percent, limit := debug.SetGCPercent(-1), debug.SetMemoryLimit(untilCollected)
	// Once: the clean-up below may be late, and must not meddle with the next hold.
	undo := sync.OnceFunc(func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	})
	if percent < 0 || limit != math.MaxInt64 {
		undo() // the program has decided, too
		held.Store(false)
		return func() {}
	}
	// The first collection takes this away.
	sentinel := new([16]byte)
	runtime.AddCleanup(sentinel, func(struct{}) { undo() }, struct{}{})
	return sync.OnceFunc(func() {
		undo()
		held.Store(false)
	})
}

// held is set from when the collector is held until that is undone, also when a
// collection has ended it before. Two at a time would take the settings of each
// other for those to go back to.
var held atomic.Bool

// smallContainer reports whether the process may be ended for memory that others
// would not notice.
func smallContainer() bool { return memoryLimit(limitFiles...) < 2*untilCollected }

// limitFiles have how much memory a container has, in bytes: those of control
// groups of version 2 and 1.
var limitFiles = []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}

// memoryLimit returns the smallest number in any of the files. One that is not
// there, or has a word, as "max", is no limit.
func memoryLimit(files ...string) int64 {
	limit := int64(math.MaxInt64)
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		if n, err := strconv.ParseInt(string(bytes.TrimSpace(data)), 10, 64); err == nil {
			limit = min(limit, n)
		}
	}
	return limit
}

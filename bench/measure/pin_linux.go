package measure

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// pin ties the calling goroutine to one core until the returned function is
// called. Core 0 means the last core that the process may use: the first
// one serves most interrupts.
func pin(core int) (undo func()) {
	if core < 0 {
		return func() {}
	}
	runtime.LockOSThread()
	var before, one unix.CPUSet
	if unix.SchedGetaffinity(0, &before) != nil {
		return runtime.UnlockOSThread
	}
	if core == 0 {
		for i := range len(before) * 64 {
			if before.IsSet(i) {
				core = i
			}
		}
	}
	one.Set(core)
	if unix.SchedSetaffinity(0, &one) != nil {
		return runtime.UnlockOSThread
	}
	return func() {
		if unix.SchedSetaffinity(0, &before) == nil {
			// A thread that stays pinned must not go back to the runtime.
			runtime.UnlockOSThread()
		}
	}
}

//go:build !linux

package measure

import "runtime"

// pin keeps the goroutine on its thread; which core that runs on is up to the
// system.
func pin(core int) (undo func()) {
	if core < 0 {
		return func() {}
	}
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}

package load

import (
	"time"

	"golang.org/x/sys/unix"
)

// sleep waits exactly: the runtime's own timers end in whole milliseconds, up
// to one late, when nothing else wakes it. The processor is free meanwhile.
func sleep(d time.Duration) {
	if d > 0 {
		t := unix.NsecToTimespec(int64(d))
		unix.Nanosleep(&t, nil) // an interrupt ends it early, and the caller looks at the clock
	}
}

//go:build !linux

package load

import "time"

// sleep waits at least as long as it is told.
func sleep(d time.Duration) { time.Sleep(d) }

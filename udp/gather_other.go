//go:build !linux

package udp

import "time"

// gather lets packets come for a while.
func gather(d time.Duration) { time.Sleep(d) }

//go:build !linux

package udp

import "time"

// gather is not called: only the implementations of Linux gather.
func gather(time.Duration) {}

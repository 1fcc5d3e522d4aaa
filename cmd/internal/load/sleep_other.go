//go:build !linux

package load

import "time"

// sleep waits at least as long as it is told.
func sleep(d time.Duration) { time.Sleep(d) }

// readable gives the system a little of the time and reports that there may be
// something: the next read finds out.
func (u *udpCarrier) readable(d time.Duration) bool {
	time.Sleep(min(d, time.Millisecond))
	return true
}

// yield is not needed: sleep lets others run.
func (u *udpCarrier) yield(int64) {}

func holdProcessors(int) func() { return func() {} }

// smallContainer is not known here.
func smallContainer() bool { return false }

// HoldCollector leaves the garbage collector as it is.
func HoldCollector() func() { return func() {} }

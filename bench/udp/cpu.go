//go:build linux

package main

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/sipwire/sipwire/bench/internal/proxies"
)

const (
	measured = 0 // the core that the measured end runs on
	other    = 1
)

// usage returns user and system time in nanoseconds: of this thread
// (unix.CLOCK_THREAD_CPUTIME_ID) or of the process (CLOCK_PROCESS_CPUTIME_ID).
// getrusage has the same sum, but of a running thread only as of the last tick,
// which is longer than a round.
func usage(clock int32) float64 {
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		panic(err)
	}
	return float64(t.Nano())
}

// onThread runs f alternately with the filling of f's input: fill runs on the
// other core, then work on the measured one, and only work is measured.
func onThread(fill func(), work func() sample) sample {
	out := make(chan sample)
	ready := make(chan struct{})
	go func() {
		proxies.Pin(other)
		fill()
		close(ready)
	}()
	go func() {
		proxies.Pin(measured)
		cpu := usage(unix.CLOCK_THREAD_CPUTIME_ID)
		<-ready
		start := time.Now()
		s := work()
		s.wall = float64(time.Since(start))
		s.cpu = usage(unix.CLOCK_THREAD_CPUTIME_ID) - cpu
		out <- s
	}()
	return <-out
}

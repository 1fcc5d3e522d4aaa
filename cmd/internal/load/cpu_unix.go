//go:build unix

package load

import (
	"syscall"
	"time"
)

// A cpuMeter measures the processor time of this process.
type cpuMeter struct {
	used    time.Duration
	started time.Time
}

func (m *cpuMeter) start() { m.used, m.started = processorTime(), time.Now() }

// spent returns the processor time since start, and that time itself.
func (m *cpuMeter) spent() (cpu, wall time.Duration) {
	return processorTime() - m.used, time.Since(m.started)
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

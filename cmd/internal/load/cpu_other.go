//go:build !unix

package load

import "time"

// A cpuMeter measures only the time of the day here.
type cpuMeter struct{ started time.Time }

func (m *cpuMeter) start() { m.started = time.Now() }

func (m *cpuMeter) spent() (cpu, wall time.Duration) { return 0, time.Since(m.started) }

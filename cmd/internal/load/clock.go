package load

import "time"

// A clock counts nanoseconds from the start of a run, which all workers share.
type clock struct{ start time.Time }

func (c clock) now() int64 { return int64(time.Since(c.start)) }

// offset is what has to be subtracted from the kernel's time of a packet,
// nanoseconds since 1970, to have the time of the run. It is asked anew for
// each batch: the two clocks drift.
func (c clock) offset() int64 {
	now := time.Now()
	return now.UnixNano() - int64(now.Sub(c.start))
}

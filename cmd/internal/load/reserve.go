package load

import "time"

// Memory that a process did not have before costs page faults, on a virtual
// machine as much as some calls. Who says with -l that very many calls will be
// open, and has them begin so fast that the faults would make calls late, gets
// memory for the first of them before the run begins.
const (
	ahead   = 1500 * time.Millisecond // of calls that begin
	fewest  = 1 << 14                 // calls for which it is done: where they begin at 10,000 a second and more
	forMost = 1 << 16                 // calls for which it is done: 150 MB, and 32 bytes for each variable of each
)

// reserved returns for how many calls a worker makes memory before the run.
func (w *worker) reserved() int {
	calls := min(w.limit, int(min(w.arrivals.at(0)*ahead.Seconds(), forMost)))
	if w.quota > 0 {
		calls = min(calls, int(min(w.quota, forMost)))
	}
	if calls < fewest {
		return 0
	}
	return calls
}

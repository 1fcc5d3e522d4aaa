package load

// A Share is the part of a run that one process of a fleet has. The zero value
// is the whole run. The figures of a [Runner] are those of the whole run: the
// share says which calls, users and places in the schedule are this process's.
type Share struct{ Index, Of int }

// of returns how many processes there are.
func (s Share) of() int { return max(s.Of, 1) }

// place returns the place of worker i of n of this process among the workers
// of all processes, and their number. Places are different even when other
// processes have another number of workers.
func (s Share) place(i, n int) (place, all int) { return i*s.of() + s.Index, n * s.of() }

// part returns what this process has of a total.
func (s Share) part(total int) int { return part(total, s.Index, s.of()) }

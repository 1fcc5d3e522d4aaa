package load

import (
	"runtime"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A worker waits in system calls that the scheduler does not know of. One that
// it knows of wakes its monitor thread when it ends, which then looks around
// every 20 µs for a while: of a run of 5,000 OPTIONS a second, a fifth of the
// processor time was the monitor's (2026-11).
//
// The price is that a worker has a processor of GOMAXPROCS to itself. Everything
// else gets its turn when the worker offers it: every few milliseconds, or at each
// tick where those are longer. While workers run, GOMAXPROCS is their number: with
// one more, each such offer would wake a thread that finds nothing to do.
const turns = int64(7 * time.Millisecond)

// sleep waits exactly, which the runtime's timers do not: those end in whole
// milliseconds.
//
// The runtime sends a signal to what has a processor for more than 10 ms, and to
// what it wants to stop at once, for the garbage collector, say, that another
// worker has begun. Then all others have their turn, and what is left of the wait
// goes on.
func sleep(d time.Duration) {
	for until := time.Now().Add(d); d > 0; d = time.Until(until) {
		t := unix.NsecToTimespec(int64(d))
		if _, _, e := unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&t)), 0, 0); e != unix.EINTR {
			return
		}
		runtime.Gosched()
	}
}

// readable waits until the socket has something to read, at most d and at most
// until others have to have their turn. An interrupt counts as nothing to read.
func (u *udpCarrier) readable(d time.Duration) bool {
	p := unix.PollFd{Fd: u.fd, Events: unix.POLLIN}
	t := unix.NsecToTimespec(min(int64(d), turns))
	n, _, _ := unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&p)), 1, uintptr(unsafe.Pointer(&t)), 0, 0, 0)
	return n == 1
}

// yield lets other goroutines run, if it is time.
func (u *udpCarrier) yield(now int64) {
	if now-u.turn >= turns {
		runtime.Gosched()
		u.turn = now
	}
}

var processors struct {
	sync.Mutex
	workers int
	before  int // GOMAXPROCS without them
	collect func()
}

// holdProcessors makes GOMAXPROCS the number of workers that run in this
// process, n more now. What it returns takes them off again.
func holdProcessors(n int) func() {
	change := func(by int) {
		processors.Lock()
		defer processors.Unlock()
		if processors.workers == 0 {
			processors.before = runtime.GOMAXPROCS(0)
			processors.collect = HoldCollector()
		}
		if processors.workers += by; processors.workers > 0 {
			runtime.GOMAXPROCS(processors.workers)
		} else {
			runtime.GOMAXPROCS(processors.before)
			processors.collect()
		}
	}
	change(n)
	return func() { change(-n) }
}

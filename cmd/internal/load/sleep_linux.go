package load

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sleep waits exactly, which the runtime's timers do not: those end in whole
// milliseconds. The scheduler does not know of it, since a sleep that it knows
// of keeps its monitor thread awake, and one in its poller is ended by every
// packet. The price is a processor of GOMAXPROCS for the length of the sleep,
// at most a millisecond here.
func sleep(d time.Duration) {
	if d > 0 {
		t := unix.NsecToTimespec(int64(d))
		unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&t)), 0, 0)
	}
}

// readable waits until the socket has something to read, at most d; with d of 0
// it only looks.
func (u *udpCarrier) readable(d time.Duration) bool {
	p := unix.PollFd{Fd: u.fd, Events: unix.POLLIN}
	t := unix.NsecToTimespec(int64(max(d, 0)))
	if d <= 0 {
		n, _, _ := unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&p)), 1, uintptr(unsafe.Pointer(&t)), 0, 0, 0)
		return n == 1
	}
	one := [1]unix.PollFd{p}
	n, _ := unix.Ppoll(one[:], &t, nil) // an interrupt counts as nothing to read
	return n == 1
}

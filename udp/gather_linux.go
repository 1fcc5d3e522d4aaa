package udp

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// gather lets packets come for a while.
//
// It sleeps in the kernel and the scheduler does not know. time.Sleep would
// leave the thread in the netpoller, which the socket wakes for every packet
// that comes; a sleep that the scheduler knows of keeps its monitor thread
// awake. Either costs as much as reading each packet at once. The price is that
// the thread keeps its processor while it sleeps: what becomes ready there is
// left to others. A stop of the world ends the sleep with a signal.
func gather(d time.Duration) {
	t := unix.NsecToTimespec(int64(d))
	// A signal may end it early, which does no harm.
	unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&t)), 0, 0)
}

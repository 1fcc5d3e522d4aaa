package serve

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// reusePort lets other processes listen at the address of a socket too.
func reusePort(_, _ string, c syscall.RawConn) error {
	var inner error
	err := c.Control(func(fd uintptr) { inner = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1) })
	if err != nil {
		return err
	}
	return inner
}

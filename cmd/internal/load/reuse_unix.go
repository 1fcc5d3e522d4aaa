//go:build unix

package load

import "syscall"

// reuseAddress lets a connection take a local port that an ended one has left
// in TIME-WAIT, so that a run with -p can be repeated at once.
func reuseAddress(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) {
		syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	})
}

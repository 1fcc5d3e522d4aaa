//go:build unix

package load

import (
	"errors"
	"syscall"
)

// isRefused reports whether an error of a socket is only the echo of a packet
// that nobody took.
func isRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH)
}

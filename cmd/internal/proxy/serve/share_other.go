//go:build !linux

package serve

import (
	"errors"
	"syscall"
)

func reusePort(_, _ string, _ syscall.RawConn) error {
	return errors.New("addresses are shared on Linux only")
}

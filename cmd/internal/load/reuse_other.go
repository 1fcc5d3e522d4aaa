//go:build !unix

package load

import "syscall"

// reuseAddress does nothing on other systems.
func reuseAddress(string, string, syscall.RawConn) error { return nil }

package udp

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// isEarlier reports whether an error of sending may be that of an earlier packet,
// told by ICMP: on a connected socket, and on any with IP_RECVERR, where it may
// be about another peer. It is gone once told; one of the packet at hand, such as
// that there is no route, or that the packet is too long (EMSGSIZE), comes again.
func isEarlier(e syscall.Errno) bool {
	switch e {
	case unix.ECONNREFUSED, unix.EHOSTUNREACH, unix.ENETUNREACH, unix.ENOPROTOOPT,
		unix.EPROTO, unix.EHOSTDOWN, unix.ENONET, unix.EACCES, unix.EMSGSIZE:
		return true
	}
	return false
}

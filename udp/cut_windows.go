package udp

import (
	"errors"
	"syscall"
)

// flagTruncated marks a datagram that was longer than the buffer (MSG_TRUNC).
const flagTruncated = 0x100

// wsaeMsgSize is what a receive fails with when the datagram was longer than
// the buffer, which has been filled.
const wsaeMsgSize = syscall.Errno(10040)

func cutError(err error) bool { return errors.Is(err, wsaeMsgSize) }

//go:build unix

package udp

import "syscall"

// flagTruncated marks a datagram that was longer than the buffer.
const flagTruncated = syscall.MSG_TRUNC

// cutError reports whether err means that a datagram came and was cut: never
// on unix, where a flag says so.
func cutError(error) bool { return false }

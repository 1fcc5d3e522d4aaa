// Package wire has the pieces of messages that several writers share: the
// status line, sets of header fields, copies of fixed length, and the
// parameters that a server transport writes into the top Via.
package wire

import (
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// MaxMessage is the most bytes of a message: offsets have 32 bits, and an int
// may have no more.
const MaxMessage = 1<<31 - 1

// AppendStatus appends what follows the SIP-Version in a status line (RFC 3261,
// 7.2). A nil reason is the registered one.
func AppendStatus(dst []byte, status int, reason []byte) []byte {
	dst = append(abnf.AppendUint(append(dst, ' '), uint64(status)), ' ')
	if reason == nil {
		return append(dst, header.ReasonPhrase(status)...)
	}
	return append(dst, reason...)
}

// Digits returns the length of n, which is not negative, in decimal.
func Digits(n int) int {
	d := 1
	for ; n > 9; n /= 10 {
		d++
	}
	return d
}

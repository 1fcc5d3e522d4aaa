package state

import (
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// Proxies that fork to each other make an exponential number of requests of one,
// without a loop: each comes by another way. Max-Breadth bounds how many there are at
// a time, at all proxies together (RFC 5393, 5).

// defaultBreadth is for a request that no proxy has bounded (RFC 5393, 5.3.3).
const defaultBreadth = 60

// breadthOf returns the Max-Breadth of a request, which its branches share. One that
// cannot be read counts as none.
func breadthOf(m *codec.Message) uint16 {
	n, _, err := header.ParseUint(m.Value(header.IDMaxBreadth), 1<<16-1)
	if err != nil {
		return defaultBreadth
	}
	return min(uint16(n), defaultBreadth)
}

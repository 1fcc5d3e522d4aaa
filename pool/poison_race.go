//go:build race

package pool

import "bytes"

// block is copied over released memory: one call for each 4 KiB, where a loop
// over bytes would report each of them to the race detector.
var block = bytes.Repeat([]byte{0xDB}, 4096)

// Poison overwrites b, up to its capacity, with 0xDB: owners of memory that
// views point into call it when they take the memory back. In builds without
// the race detector it does nothing.
func Poison(b []byte) {
	for b = b[:cap(b)]; len(b) > 0; {
		b = b[copy(b, block):]
	}
}

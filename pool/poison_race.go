//go:build race

package pool

import "bytes"

// block is copied over released memory: one call for each 4 KiB, where a loop
// over bytes would report each of them to the race detector.
var block = bytes.Repeat([]byte{0xDB}, 4096)

func poison(b []byte) {
	for b = b[:cap(b)]; len(b) > 0; {
		b = b[copy(b, block):]
	}
}

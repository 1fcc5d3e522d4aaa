//go:build race

package poison

import "bytes"

// block is copied over released memory, 4 KiB with each call. A loop over bytes
// would report each byte to the race detector.
var block = bytes.Repeat([]byte{0xDB}, 4096)

// Bytes overwrites b, up to its capacity, with 0xDB.
func Bytes(b []byte) {
	for b = b[:cap(b)]; len(b) > 0; {
		b = b[copy(b, block):]
	}
}

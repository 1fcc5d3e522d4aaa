//go:build race || sipwiredebug

package poison

import "bytes"

// Enabled reports whether released memory is overwritten.
const Enabled = true

// block is copied and compared: one call for each 4 KiB, where a loop over bytes
// would report each of them to the race detector.
var block = bytes.Repeat([]byte{0xDB}, 4096)

// Fill overwrites b, up to its capacity, with 0xDB.
func Fill(b []byte) {
	for b = b[:cap(b)]; len(b) > 0; {
		b = b[copy(b, block):]
	}
}

// Intact reports whether b, up to its capacity, is still as Fill left it.
func Intact(b []byte) bool {
	for b = b[:cap(b)]; len(b) > 0; {
		n := min(len(b), len(block))
		if !bytes.Equal(b[:n], block[:n]) {
			return false
		}
		b = b[n:]
	}
	return true
}

//go:build !purego

package scan

import (
	"unsafe"

	"github.com/sipwire/sipwire/internal/cpufeat"
)

// block is the number of bytes a kernel takes in one step. It takes the last
// ones so that they end with the last byte of src, which therefore must have as
// many.
const block = 64

// linesTier is Lines by the tier that runs. The tier is branched on and not
// called through a variable: through one the slices would escape to the heap.
func linesTier(src []byte, from int, lines []Line) (n, body int, clean bool) {
	if cpufeat.Current() == cpufeat.Generic || len(src) < block || uint(from) > uint(len(src)) {
		return linesGeneric(src, from, lines)
	}
	// A Line is two words of 32 bits, the name end first.
	out := (*uint32)(unsafe.Pointer(unsafe.SliceData(lines)))
	n, body, odd := linesNEON(unsafe.SliceData(src), len(src), from, out, 2*len(lines))
	if body > 0 && odd == 0 {
		return n, body, true
	}
	return linesRest(src, from, lines, n, body, odd)
}

// headerEndTier is HeaderEnd by the tier that runs.
func headerEndTier(src []byte, from int) int {
	if cpufeat.Current() == cpufeat.Generic || len(src) < block || uint(from) > uint(len(src)) {
		return headerEndGeneric(src, from)
	}
	return headerEndNEON(unsafe.SliceData(src), len(src), from, lineStart(src, from), lineStart(src, from-1))
}

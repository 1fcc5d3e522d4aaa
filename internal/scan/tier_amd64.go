//go:build !purego

package scan

import (
	"unsafe"

	"github.com/sipwire/sipwire/internal/cpufeat"
)

//go:generate go -C _asm run . -out ../kernels_amd64.s -stubs ../kernels_amd64.go -pkg scan

// block is the number of bytes a kernel takes in one step. It takes the last
// ones so that they end with the last byte of src, which therefore must have as
// many.
const block = 64

// linesTier is Lines by the tier that runs. The tier is branched on and not
// called through a variable: through one the slices would escape to the heap.
func linesTier(src []byte, from int, lines []Line) (n, body int, clean bool) {
	tier := cpufeat.Current()
	if tier == cpufeat.Generic || len(src) < block || uint(from) > uint(len(src)) {
		return linesGeneric(src, from, lines)
	}
	// A Line is two words of 32 bits, the name end first.
	out := (*uint32)(unsafe.Pointer(unsafe.SliceData(lines)))
	var odd int
	if tier == cpufeat.AVX512 {
		n, body, odd = linesAVX512(unsafe.SliceData(src), len(src), from, out, 2*len(lines))
	} else {
		n, body, odd = linesAVX2(unsafe.SliceData(src), len(src), from, out, 2*len(lines))
	}
	if body > 0 && odd == 0 {
		return n, body, true
	}
	return linesRest(src, from, lines, n, body, odd)
}

// headerEndTier is HeaderEnd by the tier that runs.
func headerEndTier(src []byte, from int) int {
	tier := cpufeat.Current()
	if tier == cpufeat.Generic || len(src) < block || uint(from) > uint(len(src)) {
		return headerEndGeneric(src, from)
	}
	afterLF, afterLF1 := lineStart(src, from), lineStart(src, from-1)
	if tier == cpufeat.AVX512 {
		return headerEndAVX512(unsafe.SliceData(src), len(src), from, afterLF, afterLF1)
	}
	return headerEndAVX2(unsafe.SliceData(src), len(src), from, afterLF, afterLF1)
}

//go:build !purego

package scan

import (
	"unsafe"

	"github.com/sipwire/sipwire/internal/cpufeat"
)

// kernelLines runs the kernel of the tier, without the generic code for the
// rest.
func kernelLines(tier cpufeat.Tier, src []byte, from int, lines []Line) (n, body, odd int) {
	in, out := unsafe.SliceData(src), (*uint32)(unsafe.Pointer(unsafe.SliceData(lines)))
	if tier == cpufeat.AVX512 {
		return linesAVX512(in, len(src), from, out, 2*len(lines))
	}
	return linesAVX2(in, len(src), from, out, 2*len(lines))
}

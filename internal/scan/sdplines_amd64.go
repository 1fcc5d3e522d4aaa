//go:build !purego

package scan

import (
	"unsafe"

	"github.com/sipwire/sipwire/internal/cpufeat"
)

//go:generate go -C _asm run ./sdplines -out ../sdplines_kernels_amd64.s -stubs ../sdplines_kernels_amd64.go -pkg scan

// sdpLinesTier is SDPLines by the tier that runs.
func sdpLinesTier(src []byte, ends, marks []uint32) (n, nmarks int, odd bool) {
	tier := cpufeat.Current()
	room := min(len(ends), len(marks))
	if tier == cpufeat.Generic || len(src) < block || room < SDPRoom {
		return sdpLinesGeneric(src, ends, marks)
	}
	var bits int
	if tier == cpufeat.AVX512 {
		n, nmarks, bits = sdpLinesAVX512(unsafe.SliceData(src), len(src), unsafe.SliceData(ends), unsafe.SliceData(marks), room)
	} else {
		n, nmarks, bits = sdpLinesAVX2(unsafe.SliceData(src), len(src), unsafe.SliceData(ends), unsafe.SliceData(marks), room)
	}
	return n, nmarks, bits != 0
}

//go:build !purego

package scan

import (
	"unsafe"

	"github.com/sipwire/sipwire/internal/cpufeat"
)

//go:generate go -C _asm run ./sdplines -out ../sdplines_kernels_amd64.s -stubs ../sdplines_kernels_amd64.go -pkg scan

// sdpLinesTier is SDPLines by the tier that runs.
func sdpLinesTier(src []byte, ends, media, conns []uint32) (n, nmedia, nconns int, odd bool) {
	tier := cpufeat.Current()
	room := min(len(ends), len(media), len(conns))
	if tier == cpufeat.Generic || len(src) < block || room < SDPRoom {
		return sdpLinesGeneric(src, ends, media, conns)
	}
	var bits int
	if tier == cpufeat.AVX512 {
		n, nmedia, nconns, bits = sdpLinesAVX512(unsafe.SliceData(src), len(src),
			unsafe.SliceData(ends), unsafe.SliceData(media), unsafe.SliceData(conns), room)
	} else {
		n, nmedia, nconns, bits = sdpLinesAVX2(unsafe.SliceData(src), len(src),
			unsafe.SliceData(ends), unsafe.SliceData(media), unsafe.SliceData(conns), room)
	}
	return n, nmedia, nconns, bits != 0
}

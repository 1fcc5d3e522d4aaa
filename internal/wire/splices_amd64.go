//go:build !purego

package wire

import (
	"unsafe"

	"github.com/sipwire/sipwire/internal/cpufeat"
)

// The kernel knows the layout of a Splice.
var _ = [1]struct{}{}[unsafe.Sizeof(Splice{})-24+unsafe.Offsetof(Splice{}.Hi)-8+unsafe.Offsetof(Splice{}.From)-12+unsafe.Offsetof(Splice{}.To)-16]

//go:noescape
func splicesAVX2(out, buf, text *byte, plan *Splice, n, at, end, size, used int) bool

//go:noescape
func splicesAVX512(out, buf, text *byte, plan *Splice, n, at, end, size, used int) bool

// WriteSplices writes buf[at:], with the bytes of plan replaced, to out, which has room
// for just that. The splices are sorted, do not overlap and begin at or behind at; what
// they put in is in text. It reports whether it did: it does not where the tier that
// runs has no kernel, where there are no 64 bytes behind the last splice, or none of
// capacity behind text, and where the plan is not as said here, which the caller sees
// to: out may be written then, but nothing behind it.
//
// With AVX-512, index and edits took up to 2 % less than with AVX2 on a machine that
// has both, which is little more than the noise (2026-11).
func WriteSplices(out, buf, text []byte, plan []Splice, at int) bool {
	const block = 64
	n := len(plan)
	tier := cpufeat.Current()
	if tier == cpufeat.Generic || n == 0 || len(out) < block ||
		len(buf)-int(plan[n-1].Hi) < block || cap(text)-len(text) < block {
		return false
	}
	if tier == cpufeat.AVX512 {
		return splicesAVX512(unsafe.SliceData(out), unsafe.SliceData(buf), unsafe.SliceData(text), unsafe.SliceData(plan),
			n, at, len(buf), len(out), len(text))
	}
	return splicesAVX2(unsafe.SliceData(out), unsafe.SliceData(buf), unsafe.SliceData(text), unsafe.SliceData(plan),
		n, at, len(buf), len(out), len(text))
}

//go:build !purego

package scan

import (
	"unsafe"

	"github.com/sipwire/sipwire/internal/cpufeat"
)

// HasMasks reports whether [Classes.Masks] and [Set.Mask] have a kernel in the
// tier that runs. Without one they are never ok: a caller that would go over the
// bytes one by one is faster without masks then.
func HasMasks() bool { return cpufeat.Current() != cpufeat.Generic }

// Masks sets m to where in b the classes are. b has from 4 to [MaxMasked]
// bytes; of another length nothing is done and ok is false.
func (c *Classes) Masks(b []byte, m *Masks) (ok bool) {
	if uint(len(b)-4) > MaxMasked-4 || !HasMasks() {
		return false
	}
	if cpufeat.Current() == cpufeat.AVX512 {
		classesAVX512(unsafe.SliceData(b), len(b), &c.Sets[0][0], &m.Sets[0])
	} else {
		classesAVX2(unsafe.SliceData(b), len(b), &c.Sets[0][0], &m.Sets[0])
	}
	return true
}

// Mask is [Classes.Masks] for one set.
func (s *Set) Mask(b []byte) (mask uint64, ok bool) {
	if uint(len(b)-4) > MaxMasked-4 || !HasMasks() {
		return 0, false
	}
	if cpufeat.Current() == cpufeat.AVX512 {
		return setAVX512(unsafe.SliceData(b), len(b), &s[0]), true
	}
	return setAVX2(unsafe.SliceData(b), len(b), &s[0]), true
}

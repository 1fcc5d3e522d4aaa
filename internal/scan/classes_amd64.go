//go:build !purego

package scan

import (
	"unsafe"

	"github.com/sipwire/sipwire/internal/cpufeat"
)

// values_amd64.s has these numbers of the tiers, too.
const _ = (cpufeat.AVX2 - 1) | (1 - cpufeat.AVX2) | (cpufeat.AVX512 - 2) | (2 - cpufeat.AVX512)

// classes are the sets of characters and the single bytes that the kernel of a
// value asks for. The kernels know which is which.
type classes struct {
	sets  [4]Set
	bytes [6]byte
}

// Only the kernels read these, which know their names.
var _ = [...]*classes{&addrClasses, &viaClasses.classes, &uriClasses}

// hasValueKernels reports whether the tier that runs has kernels for values.
func hasValueKernels() bool { return cpufeat.Current() != cpufeat.Generic }

// set goes on to the kernel of the tier.
//
//go:noescape
func set(b *byte, size int, s *Set, tier cpufeat.Tier) (mask uint64, ok bool)

// Mask returns where in b the characters of the set are: bit i says whether byte i
// is one. b has from 4 to [MaxMasked] bytes; ok is false for another length, and
// where the tier that runs has no kernel: a caller that would go over the bytes one
// by one is faster without a mask then.
func (s *Set) Mask(b []byte) (mask uint64, ok bool) {
	return set(unsafe.SliceData(b), len(b), s, cpufeat.Current())
}

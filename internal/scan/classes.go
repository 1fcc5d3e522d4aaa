package scan

// MaxMasked is the number of bytes that one call of [Set.Mask] takes.
const MaxMasked = 64

// A Set is a set of ASCII characters: Set[low] has bit high when it holds the
// character high<<4|low.
type Set [16]uint8

// NewSet makes the set of those ASCII characters that in is true for.
func NewSet(in func(c byte) bool) (s Set) {
	for c := range byte(0x80) {
		if in(c) {
			s[c&15] |= 1 << (c >> 4)
		}
	}
	return s
}

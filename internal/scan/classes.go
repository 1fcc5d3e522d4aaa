package scan

// MaxMasked is the number of bytes that one call of [Classes.Masks] or
// [Set.Mask] takes.
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

// Classes are three sets of characters and three single bytes that
// [Classes.Masks] looks for.
type Classes struct {
	Sets  [3]Set
	Bytes [3]byte
}

// Masks are the answers of [Classes.Masks]: bit i of each one says whether
// byte i is in the set, or is the byte. Behind the last byte are NULs.
type Masks struct {
	Sets  [3]uint64
	Bytes [3]uint64
}

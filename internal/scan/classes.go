package scan

// Numbers of masks that [Classes] give.
const (
	classSets  = 3
	classBytes = 3
)

// MaxMasked is the number of bytes that one call of [Classes.Masks] takes.
const MaxMasked = 64

// Classes are three sets of ASCII characters and three single bytes that
// [Classes.Masks] looks for.
type Classes struct {
	// sets[n][low] has bit high when the character high<<4|low is in set n.
	sets  [classSets][16]uint8
	bytes [classBytes]byte
}

// Masks are the answers of [Classes.Masks]: bit i of each one says whether
// byte i is in the set, or is the byte. Behind the last byte stand NULs.
type Masks struct {
	Sets  [classSets]uint64
	Bytes [classBytes]uint64
}

// NewClasses makes Classes of sets, which are asked about every ASCII
// character, and of bytes.
func NewClasses(sets [classSets]func(c byte) bool, bytes [classBytes]byte) *Classes {
	c := &Classes{bytes: bytes}
	for n, in := range sets {
		for char := range byte(0x80) {
			if in(char) {
				c.sets[n][char&15] |= 1 << (char >> 4)
			}
		}
	}
	return c
}

package abnf

// Eight bytes at a time: what a loop over bytes would do costs a branch for
// each end unpredictably.

// Load64 returns b[:8] as a little-endian word; the compiler makes it one load.
func Load64(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// Load32 is Load64 for b[:4].
func Load32(b []byte) uint32 {
	_ = b[3]
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

// What the checks of eight bytes at once are made of: 1 in each byte, and the
// top bit of each.
const (
	Ones = 0x0101010101010101
	Tops = 0x80 * Ones
)

// DigitValues returns w, eight characters, with the value in place of each
// decimal digit.
func DigitValues(w uint64) uint64 { return w ^ '0'*Ones }

// NotDigits returns the top bit of every byte of w, a word of DigitValues, that
// is no digit, and perhaps of bytes above the lowest of these.
func NotDigits(w uint64) uint64 { return (w + (0x80-10)*Ones | w) & Tops }

// Decimal returns the number that eight values of digits are, the first one in
// the lowest byte: neighbours are joined, digits to pairs, pairs to fours,
// fours to one.
func Decimal(w uint64) uint64 {
	w = w * (1 + 10<<8) >> 8 & 0x00ff00ff00ff00ff
	w = w * (1 + 100<<16) >> 16 & 0x0000ffff0000ffff
	return w * (1 + 10000<<32) >> 32
}

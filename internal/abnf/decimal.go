package abnf

// Decimal8 returns the number that the last n of eight characters are, n at
// most 8. odd says that one of them is not a digit. No digit is the number 0.
func Decimal8(b []byte, n uint64) (v uint64, odd bool) {
	const (
		ones  = 0x0101010101010101
		top   = 0x80 * ones
		pairs = 10<<8 + 1
		fours = 100<<16 + 1
		all   = 10000<<32 + 1
	)
	_ = b[7]
	w := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
	// What stands in front becomes zeros.
	w = (w ^ '0'*ones) & (^uint64(0) << (64 - 8*n))
	odd = (w+(0x7f-9)*ones|w)&top != 0
	// Neighbours are joined: digits to pairs, pairs to fours, fours to one.
	w = w * pairs >> 8 & 0x00ff00ff00ff00ff
	w = w * fours >> 16 & 0x0000ffff0000ffff
	return w * all >> 32, odd
}

// Package methodname holds the hash table of the method names. Package header
// gives each method its number; the index of a message looks methods up without
// cutting them out first.
package methodname

import "github.com/sipwire/sipwire/internal/abnf"

// Find returns the number of the method b[lo:hi], where 0 <= lo <= hi <= len(b),
// and 0 for one outside the table. Methods are compared with case (RFC 3261,
// 7.1). It is faster when eight bytes of b follow lo or end with hi. Bytes before
// lo and after hi may be read; they do not change the result.
func Find(b []byte, lo, hi int) uint8 {
	n := uint(hi - lo)
	if n-1 > 8-1 {
		return findLong(b[lo:hi])
	}
	// Up to eight letters are one word, the last one at the top, and
	// its hash leads to the only method that it can be.
	var w uint64
	if rest := b[lo:]; len(rest) >= 8 {
		w = abnf.Load64(rest) << ((64 - 8*n) & 63)
	} else if hi >= 8 {
		w = abnf.Load64(b[hi-8:]) >> (64 - 8*n) << (64 - 8*n)
	} else {
		for _, c := range rest[:n] {
			w = w>>8 | uint64(c)<<56
		}
	}
	return OfWord(w, n)
}

// OfWord returns the number of the method of n letters, at most 8, that are the
// highest bytes of w, the last one at the top; below them are zeros. It is 0 for one
// outside the table.
func OfWord(w uint64, n uint) uint8 {
	if slot := &slots[w*hashMul>>hashShift]; slot.word == w && uint(slot.length) == n {
		return slot.num
	}
	return 0
}

// findLong finds names of no letter and of more than eight letters.
func findLong(name []byte) uint8 {
	for _, m := range long {
		if string(name) == m.name {
			return m.num
		}
	}
	return 0
}

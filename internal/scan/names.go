package scan

import (
	"math/bits"

	"github.com/sipwire/sipwire/internal/abnf"
)

// token holds 1 for the token characters of RFC 3261, 25.1.
var token = func() (t [256]uint8) {
	for c := range 256 {
		b := byte(c)
		if b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z' {
			t[c] = 1
		}
	}
	for _, b := range []byte("-.!%*_+`'~") {
		t[b] = 1
	}
	return t
}()

// nameEnds sets the ends of the names on lines whose LFs lineFeeds has set, and reports
// whether these are indeed LFs behind a CR. If not, they are still no token characters,
// which a name would go on behind. Nearly all names have letters and "-" alone, and
// at most 16: how many is found without a branch.
func nameEnds(src []byte, from int, lines []Line) (ok bool) {
	start, differs := from, uint16(0)
	for i := range lines {
		lf, end := int(lines[i].LF), start
		if start+16 < len(src) {
			p := (*[16]byte)(src[start:])
			first := bits.TrailingZeros64(notLetter(abnf.Load64(p[:8]))) / 8
			second := bits.TrailingZeros64(notLetter(abnf.Load64(p[8:]))) / 8
			end += first + second&-(first/8) // second only if first is 8
		}
		for token[src[end]] != 0 {
			end++
		}
		lines[i].NameEnd = uint32(end)
		differs |= uint16(src[lf-1]) | uint16(src[lf])<<8 ^ ('\r' | '\n'<<8)
		start = lf + 1
	}
	return differs == 0
}

// notLetter sets the top bit of the first byte of w that is neither a letter nor a "-".
// In front of that it may set those of letters behind a "-", and what is behind says nothing.
func notLetter(w uint64) uint64 {
	folded, dash := w|' '*abnf.Ones, w^'-'*abnf.Ones
	other := (folded - 'a'*abnf.Ones) | (folded + (0x7f-'z')*abnf.Ones)
	return (other&(dash+0x7f*abnf.Ones) | w) & abnf.Tops
}

package scan

import (
	"math/bits"

	"github.com/sipwire/sipwire/internal/abnf"
)

// odd holds 1 for the control bytes, HTAB and LF excepted. A CR is odd when no
// LF follows it.
var odd = func() (t [256]uint8) {
	for c := range 0x20 {
		t[c] = 1
	}
	t['\t'], t['\n'], t[0x7f] = 0, 0, 1
	return t
}()

// Odd returns the index of the first odd byte of src, or -1 when there is
// none. A byte is odd when it has no place in a header section but, with the
// exception of CR, in a quoted pair (RFC 3261, 25.1): every control byte, DEL
// included, that is neither an HTAB, nor an LF, nor a CR right before an LF.
func Odd(src []byte) int {
	for i := 0; i < len(src); i++ {
		for i+8 <= len(src) && notPlain(abnf.Load64(src[i:i+8])) == 0 {
			i += 8
		}
		if i == len(src) {
			break
		}
		if odd[src[i]] != 0 && !(src[i] == '\r' && i+1 < len(src) && src[i+1] == '\n') {
			return i
		}
	}
	return -1
}

// notPlain sets the top bit of a byte of the result, and no other bits, where
// w has a control byte, an HTAB and a line end as well. It may do so too of an
// SP behind such a byte, and of a "~" behind one of 0xff.
//
// Of a byte below SP the bit comes from the subtraction, of DEL from the
// addition; a byte that has it itself is no control byte.
func notPlain(w uint64) uint64 {
	return ((w - ' '*abnf.Ones) | (w + abnf.Ones)) & (^w & abnf.Tops)
}

// controls returns the number of control bytes of b, HTABs and those of line
// ends as well. Where notPlain is wrong, it is more. To count them costs less
// than to tell them apart, since no branch predictor knows where they are:
// the same question asked of each line took four times as long.
func controls(b []byte) (n int) {
	i := 0
	for ; i+32 <= len(b); i += 32 {
		p := (*[32]byte)(b[i:])
		// A bit of each byte of sum is for one of the words.
		sum := notPlain(abnf.Load64(p[:8])) | notPlain(abnf.Load64(p[8:16]))>>1 |
			notPlain(abnf.Load64(p[16:24]))>>2 | notPlain(abnf.Load64(p[24:]))>>3
		n += bits.OnesCount64(sum)
	}
	for ; i+8 <= len(b); i += 8 {
		n += bits.OnesCount64(notPlain(abnf.Load64(b[i : i+8])))
	}
	for ; i < len(b); i++ {
		n += bits.OnesCount64(notPlain(uint64(b[i])) & 0x80)
	}
	return n
}

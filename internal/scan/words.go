package scan

import "github.com/sipwire/sipwire/internal/abnf"

// wordTable has the characters of the words of a Call-ID with bit X.
var wordTable = newClassTable(func(c byte) int {
	if abnf.Is(c, abnf.Word) {
		return bitX
	}
	return 0
})

// WordsGeneric returns where in b the characters of the words of a Call-ID are (RFC
// 3261, 25.1), as [Set.Mask] does where it has a kernel. ok is false in tiers that have
// one, and unless b has from 1 to 63 bytes.
func WordsGeneric(b []byte) (mask uint64, ok bool) {
	if hasValueKernels() || uint(len(b)-1) >= maxWindow {
		return 0, false
	}
	mask, _, _ = wordTable.masks(b)
	return mask, true
}

// Command _asm writes the amd64 kernels of package scan.
//
// The kernels share one skeleton (lines.go, headerend.go), which works on
// words of 64 bits, a bit for each of 64 bytes. An isa (avx2.go, avx512.go)
// says how these masks are won from the bytes and how positions are written.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/reg"
)

// block is the number of bytes a kernel takes in one step.
const block = 64

// An isa is what differs from one instruction set to the next.
type isa interface {
	suffix() string
	// constants loads what stays in registers over the whole function.
	// withTokens is false when only isLF is going to be asked for.
	constants(withTokens bool)
	// load reads the block at base+offset.
	load(base, offset Register)
	// nonToken sets mask to the bytes of the block that are not token
	// characters; control bytes may be left out. It remembers for odd whether
	// there were any but HTAB, CR and LF.
	nonToken(mask GPVirtual)
	// isNextLF sets mask to the bytes of the block in front of an LF. It reads
	// the byte behind the block at base+offset, and remembers for odd whether
	// there was a CR without its LF.
	isNextLF(base, offset Register, mask GPVirtual)
	// odd sets the low byte of flag to 1 when there was what nonToken and
	// isNextLF remember, and else to 0.
	odd(flag GPVirtual)
	// isLF sets mask to the bytes of the block that are LF.
	isLF(mask GPVirtual)
	// isCR sets mask to the bytes of the block that are CR. It needs constants
	// withTokens, as nonToken and isNextLF do.
	isCR(mask GPVirtual)
	// slots is the number of positions to be written of every block, and of
	// blocks that have more than these.
	slots() (often, seldom int)
	// positions writes pos + the number of each bit set in mask as 32-bit
	// words in order, and whatever where there are no more bits, to count
	// words from word first of out. It may clear bits in mask: those of the
	// words written, but for the last, which a call for the seldom ones does.
	positions(mask, pos, out GPVirtual, first, count int)
	// end does what has to be done before a return.
	end()
}

func main() {
	ConstraintExpr("!purego")

	narrow, wide := &avx2{}, &avx512{}
	for _, i := range []isa{narrow, wide} {
		genLines(i)
		genHeaderEnd(i)
	}
	for _, i := range []windowISA{narrow, wide} {
		genSet(i)
		genAddr(i)
		genVia(i)
		genURI(i)
	}
	Generate()
}

// isToken says whether c is a token character (RFC 3261, 25.1).
func isToken(c byte) bool {
	switch {
	case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z':
		return true
	}
	switch c {
	case '-', '.', '!', '%', '*', '_', '+', '`', '\'', '~':
		return true
	}
	return false
}

// isControl says whether c is a control byte other than HTAB, CR and LF.
func isControl(c byte) bool {
	return c < ' ' && c != '\t' && c != '\r' && c != '\n' || c == 0x7f
}

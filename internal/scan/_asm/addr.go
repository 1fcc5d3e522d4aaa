package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The parts of scan.addrClasses, and the words of a scan.Addr.
const (
	addrAngles    = 16 * 0
	addrControls  = 16 * 1
	addrTokens    = 16 * 2
	addrBare      = 16 * 3
	addrSpace     = 16*classSets + 0
	addrQuote     = 16*classSets + 1
	addrBackslash = 16*classSets + 2

	addrAll     = 0
	addrDisplay = 8
	addrURI     = 16
	addrTag     = 24
	addrParamLo = 32
	addrAngle   = 36
)

// genAddr writes the kernel behind scan.ReadAddr. What is unpredictable, whether
// there is a display name, of which kind, and a tag, is arithmetic and no branch.
func genAddr(i windowISA) {
	const (
		maxWindow  = 63 // a bit behind the last byte must exist
		beforeTag  = len(";tag=")
		tagParam   = ';' | 't'<<8 | 'a'<<16 | 'g'<<24 | '='<<32
		tagLetters = 0x202020 << 8 // of small letters, which they make of large ones
	)
	name := "addr" + i.suffix()
	TEXT(name, NOSPLIT, "func(b *byte, size int, out *uint32, tier uint8) bool")
	Doc(name + " is ReadAddr for the size bytes at b, from 8 to 126.")
	Pragma("noescape")
	b, size := Load(Param("b"), GP64()), Load(Param("size"), GP64())
	c := classesOf("addrClasses")

	// The first window, and first, the offset of the second one: 0 when there is
	// one only.
	window, first := GP64(), GP64()
	MOVQ(U32(maxWindow), window)
	CMPQ(size, window)
	CMOVQLT(size, window)
	MOVQ(size, first)
	SUBQ(window, first)
	i.loadWindow(b, window)
	angles := i.inSet(c.Offset(addrAngles))
	controls := i.inSet(c.Offset(addrControls))
	tokens := i.inSet(c.Offset(addrTokens))
	spaces := i.equal(c.Offset(addrSpace))
	quotes := i.equal(c.Offset(addrQuote))
	backslashes := i.equal(c.Offset(addrBackslash))

	// The display name: words, or quoted. Only a quote that is not escaped ends
	// one in quotes.
	t := GP64()
	TESTQ(backslashes, backslashes)
	JNZ(LabelRef("escapes"))
	Label("display")
	quoted, text, shut := GP64(), GP64(), GP64()
	MOVQ(quotes, quoted)
	ANDQ(I8(1), quoted)
	NEGQ(quoted) // all ones or none
	ANDQ(I8(-2), quotes)
	BLSIQ(quotes, shut)
	ANDQ(quoted, shut)
	LEAQ(Mem{Base: shut, Index: shut, Scale: 1, Disp: -1}, text)
	ANDQ(quoted, text) // with both quotes; all ones when the second is missing
	open, front, words, bad := GP64(), GP64(), GP64(), GP64()
	ANDNQ(angles, text, t)
	BLSIQ(t, open)
	JZ(LabelRef("spec"))
	LEAQ(Mem{Base: open, Disp: -1}, front)
	ANDNQ(front, text, front) // in front of the "<", and not in quotes
	MOVQ(front, words)
	ANDQ(tokens, words)
	ANDNQ(words, quoted, words)
	ANDQ(controls, text)
	ANDNQ(front, words, front)
	ANDNQ(front, spaces, bad) // neither space nor word
	ANDNQ(front, quoted, front)
	ANDQ(I8(1), front) // a space in front
	ORQ(text, bad)
	ORQ(front, bad)
	JNZ(LabelRef("refused"))

	// The URI is between "<" and ">", which are the only angles up to there.
	lo, hi, display, upTo, angle := GP64(), GP64(), GP64(), GP64(), GP64()
	TZCNTQ(open, lo)
	CMPB(Mem{Base: b, Index: lo, Scale: 1}, U8('<'))
	JNE(LabelRef("refused"))
	ORQ(shut, words)
	LEAQ(Mem{Base: words, Index: words, Scale: 1, Disp: 1}, words)
	BSRQ(words, display) // the length of what was in words
	LEAQ(Mem{Base: open, Index: open, Scale: 1, Disp: -1}, upTo)
	TESTQ(first, first)
	JNZ(LabelRef("long"))
	Label("uri")
	ANDNQ(angles, upTo, t)
	TZCNTQ(t, hi)
	JCS(LabelRef("refused"))
	ADDQ(first, hi)
	CMPB(Mem{Base: b, Index: hi, Scale: 1}, U8('>'))
	JNE(LabelRef("refused"))
	MOVQ(U32(1), angle)

	// A tag, or nothing: then the eight bytes that end with its name and "=" are
	// any, and ignored.
	Label("params")
	at, tagLo, tagHi, has := GP64(), GP64(), GP64(), GP64()
	LEAQ(Mem{Base: hi, Disp: 1}, has)
	LEAQ(Mem{Base: hi, Disp: 1 + beforeTag - 8}, at)
	LEAQ(Mem{Base: hi, Disp: 1 + beforeTag}, tagLo)
	MOVQ(size, tagHi)
	SUBQ(size, has)
	SARQ(U8(63), has) // all ones when something follows
	ANDQ(has, at)
	JLT(LabelRef("refused")) // not eight bytes
	ANDQ(has, tagLo)
	ANDQ(has, tagHi)
	MOVQ(tagHi, t)
	SUBQ(tagLo, t)
	JCS(LabelRef("refused")) // too short
	MOVQ(I32(-1), bad)
	BZHIQ(t, bad, bad)
	MOVQ(tagLo, t)
	SUBQ(first, t)
	SHRXQ(t, tokens, t)
	XORQ(t, bad) // what is not a token
	MOVQ(Mem{Base: b, Index: at, Scale: 1}, t)
	SHRQ(U8(64-8*beforeTag), t)
	ORQ(U32(tagLetters), t)
	MOVQ(U64(tagParam), at)
	XORQ(at, t)
	ORQ(bad, t)
	TESTQ(has, t)
	JNZ(LabelRef("refused"))

	out := Load(Param("out"), GP64())
	SHLQ(U8(32), size)
	MOVQ(size, Mem{Base: out, Disp: addrAll})
	SHLQ(U8(32), display)
	MOVQ(display, Mem{Base: out, Disp: addrDisplay})
	INCQ(lo)
	MOVL(lo.As32(), Mem{Base: out, Disp: addrURI})
	INCQ(hi)
	MOVL(hi.As32(), Mem{Base: out, Disp: addrParamLo})
	SUBQ(angle, hi)
	MOVL(hi.As32(), Mem{Base: out, Disp: addrURI + 4})
	MOVL(tagLo.As32(), Mem{Base: out, Disp: addrTag})
	MOVL(tagHi.As32(), Mem{Base: out, Disp: addrTag + 4})
	MOVL(angle.As32(), Mem{Base: out, Disp: addrAngle})
	i.end()
	Store(ok(true), ReturnIndex(0))
	RET()

	Label("refused")
	i.end()
	Store(ok(false), ReturnIndex(0))
	RET()

	// An addr-spec: a token and a colon, up to the first byte that ends one. It has no
	// "<" in front and no ">" behind.
	Label("spec")
	ORQ(first, quoted)
	JNZ(LabelRef("refused"))
	bare, colon := i.inSet(c.Offset(addrBare)), GP64()
	LEAQ(Mem{Base: tokens, Disp: 1}, colon)
	ANDNQ(colon, tokens, colon)
	TZCNTQ(colon, colon)
	JZ(LabelRef("refused")) // at the first byte
	CMPQ(colon, size)
	JCC(LabelRef("refused")) // a token alone: no byte is behind it
	CMPB(Mem{Base: b, Index: colon, Scale: 1}, U8(':'))
	JNE(LabelRef("refused"))
	LEAQ(Mem{Base: bare, Disp: 1}, hi)
	ANDNQ(hi, bare, hi)
	TZCNTQ(hi, hi)
	CMPQ(colon, hi)
	JCC(LabelRef("refused"))
	DECQ(hi)
	MOVQ(I32(-1), lo)
	XORQ(display, display)
	XORQ(angle, angle)
	JMP(LabelRef("params"))

	// Each backslash that is not escaped escapes what is behind it.
	Label("escapes")
	escaped := GP64()
	BLSIQ(backslashes, escaped)
	ADDQ(escaped, escaped)
	ANDNQ(quotes, escaped, quotes)
	BLSRQ(backslashes, backslashes)
	ANDNQ(backslashes, escaped, backslashes)
	JNZ(LabelRef("escapes"))
	JMP(LabelRef("display"))

	// The ">" is looked for in the last bytes, from first on; between the windows
	// there must be none.
	Label("long")
	ANDNQ(angles, upTo, t)
	BZHIQ(first, t, t)
	JNZ(LabelRef("refused"))
	SHRXQ(first, upTo, upTo)
	back := GP64()
	LEAQ(Mem{Base: b, Index: first, Scale: 1}, back)
	MOVQ(U32(maxWindow), t)
	i.loadWindow(back, t)
	MOVQ(i.inSet(c.Offset(addrAngles)), angles)
	MOVQ(i.inSet(c.Offset(addrTokens)), tokens)
	JMP(LabelRef("uri"))
}

// ok returns a register with a bool.
func ok(yes bool) GPVirtual {
	r := GP8()
	MOVB(U8(map[bool]uint8{true: 1}[yes]), r)
	return r
}

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// genLines writes the kernel behind scan.Lines.
//
// Of each block two masks are taken: N, the bytes that are no token
// characters, and L, the LFs. The line starts S are the bits after the LFs.
// Adding S to ^N sends a carry from each start through its token to the first
// bit behind it, which is the end of the name: E = (^N + S) & N, and because
// ^N + S = ^(N - S) that is one subtraction, whose borrow says that a name
// runs on into the next block. (The carries cannot meet: between two starts
// is an LF, which is in N.)
//
// E and L, laid over each other, are the output: the name end and the LF of
// each line in turn, so one stream of positions is written, pairs of which are
// the Lines. Only where a line is a bare token and its LF, both are the same
// bit. Such a block, and one with more positions than slots, is gone through
// from bit to bit.
//
// The LFs are looked for one byte on, in the 64 bytes that begin behind the
// first of the block: so one comparison gives both L and which CRs have their
// LF. It reads the byte behind the block; only blocks that are not the last
// ones have it.
//
// The last block is taken so that it ends with the last byte; its masks are
// shifted to drop what has been seen already.
//
// odd says that the kernel may have seen an odd byte (see scan.Lines): blocks
// are taken whole, so what made it say so can be behind the empty line. In
// front of a control byte it may have taken a name to go on.
func genLines(i isa) {
	TEXT("lines"+i.suffix(), NOSPLIT, "func(src *byte, size, from int, out *uint32, room int) (n, body, odd int)")
	Doc("lines"+i.suffix()+" is Lines for src of size bytes, at least 64, and lines at out with room for",
		"room 32-bit words. body is -1 when it stopped because room ran short; the n lines",
		"before that have been written. odd is 0 when no block that was read has an odd byte;",
		"else one may have, and a name may have been taken to go on behind a control byte.")
	Pragma("noescape")

	src := Load(Param("src"), GP64())
	pos := Load(Param("from"), GP64()).(GPVirtual) // where the block begins
	to := Load(Param("out"), GP64()).(GPVirtual)   // where the next word goes
	size, out, room := onStack("size"), onStack("out"), onStack("room")
	none := GP64()
	XORQ(none, none)
	Store(none, Return("odd"))

	// Where the last whole block begins, kept in the place of a parameter that
	// has been read: there are no registers left.
	last := onStack("from")
	begin := GP64()
	MOVQ(size, begin)
	SUBQ(U8(block), begin)
	MOVQ(begin, last)
	// The highest place at which all slots may be written. It may be below
	// out, and below zero if that is nil: the comparison is a signed one.
	limit := GP64()
	MOVQ(room, limit)
	LEAQ(Mem{Base: to, Index: limit, Scale: 4, Disp: -4 * slots(i)}, limit)

	// What one block says to the next.
	afterLF := GP64()    // 1: the block begins behind an LF
	afterLF1 := GP64()   // 1: the byte before the block is behind an LF
	unfinished := GP64() // -1: the block begins inside a name
	firstLF := GP64()    // 1: the block begins with an LF
	MOVQ(U32(1), afterLF)
	XORQ(afterLF1, afterLF1)
	XORQ(unfinished, unfinished)

	top := GP64() // the number of the top bit
	MOVQ(U32(63), top)

	i.constants(true)

	CMPQ(pos, last)
	JGE(LabelRef("tail"))
	XORQ(firstLF, firstLF)
	CMPB(Mem{Base: src, Index: pos, Scale: 1}, U8('\n'))
	SETEQ(firstLF.As8())
	Label("loop")
	n, l, next := GP64(), GP64(), GP64()
	i.load(src, pos)
	i.isNextLF(src, pos, next)
	LEAQ(Mem{Base: firstLF, Index: next, Scale: 2}, l)
	SHRXQ(top, next, firstLF)
	i.nonToken(n)

	Label("masks")
	// An LF at a line start ends an empty line, and so does one behind a
	// byte at a line start, if that byte is a CR.
	starts, empty := GP64(), GP64()
	LEAQ(Mem{Base: afterLF, Index: l, Scale: 2}, starts)
	LEAQ(Mem{Base: afterLF1, Index: starts, Scale: 2}, empty)
	ORQ(starts, empty)
	TESTQ(l, empty)
	JNZ(LabelRef("perhaps"))

	Label("go_on")
	SHRXQ(top, l, afterLF)
	SHRXQ(top, starts, afterLF1)
	e := GP64()
	nameEnds(starts, unfinished, n, e)
	emit(i, "", e, l, to, limit, pos)
	Label("next")
	ADDQ(U8(block), pos)
	CMPQ(pos, last)
	JLT(LabelRef("loop"))
	JMP(LabelRef("tail"))

	rare(i, "", e, l, to, limit, pos)
	JMP(LabelRef("next"))

	Label("tail")
	CMPQ(pos, size)
	JGE(LabelRef("ended"))
	drop := GP64()
	MOVQ(pos, drop)
	SUBQ(last, drop)
	MOVQ(last, begin)
	i.load(src, begin)
	i.isLF(l)
	// The CRs that have no LF. A last byte that is one is among them.
	bare, paired := GP64(), GP64()
	i.isCR(bare)
	MOVQ(l, paired)
	SHRQ(U8(1), paired)
	ANDNQ(bare, paired, bare)
	Store(bare, Return("odd"))
	i.nonToken(n)
	SHRXQ(drop, l, l)
	SHRXQ(drop, n, n)
	JMP(LabelRef("masks"))

	// There is a line of at most one byte.
	Label("perhaps")
	body, before := GP64(), GP64()
	emptyLine(src, pos, l, starts, empty, body)
	INCQ(body)
	LEAQ(Mem{Base: empty, Disp: -1}, before)
	ANDNQ(before, empty, before)
	ANDQ(before, l)
	nameEnds(starts, unfinished, n, e)
	ANDQ(before, e)
	emit(i, "_last", e, l, to, limit, pos)
	Label("found")
	finish(i, to, out, body)

	rare(i, "_last", e, l, to, limit, pos)
	JMP(LabelRef("found"))

	Label("ended")
	XORQ(none, none)
	finish(i, to, out, none)

	Label("short")
	MOVQ(I32(-1), none)
	finish(i, to, out, none)
}

// finish returns the number of the pairs that have been written, and body.
func finish(i isa, to GPVirtual, out Mem, body GPVirtual) {
	odd := GP64()
	SUBQ(out, to)
	SHRQ(U8(3), to)
	Store(to, Return("n"))
	Store(body, Return("body"))
	i.odd(odd)
	ORQ(odd, resultOnStack("odd"))
	i.end()
	RET()
}

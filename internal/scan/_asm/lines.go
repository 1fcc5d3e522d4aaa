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
// runs on into the next block. (The carries can not meet: between two starts
// stands an LF, which is in N.)
//
// E and L, laid over each other, are the output: the name end and the LF of
// each line in turn, so one stream of positions is written, pairs of which are
// the Lines. Only where a line is a bare token and its LF, both are the same
// bit. Such a block, and one with more positions than slots, is gone through
// from bit to bit.
//
// The last block is taken so that it ends with the last byte; its masks are
// shifted to drop what has been seen already.
func genLines(i isa) {
	TEXT("lines"+i.suffix(), NOSPLIT, "func(src *byte, size, from int, out *uint32, room int) (n, body int)")
	Doc("lines"+i.suffix()+" is Lines for src of size bytes, at least 64, and lines at out with room for",
		"room 32-bit words. body is -1 when it stopped because room ran short; the n lines",
		"before that have been written.")
	Pragma("noescape")

	src := Load(Param("src"), GP64())
	pos := Load(Param("from"), GP64()).(GPVirtual) // where the block begins
	to := Load(Param("out"), GP64()).(GPVirtual)   // where the next word goes
	size, out, room := onStack("size"), onStack("out"), onStack("room")

	last := GP64() // where the last whole block begins
	MOVQ(size, last)
	SUBQ(U8(block), last)
	// The highest place at which all slots may be written. It may be below
	// out, and below zero if that is nil: the comparison is a signed one.
	limit := GP64()
	MOVQ(room, limit)
	LEAQ(Mem{Base: to, Index: limit, Scale: 4, Disp: -4 * slots(i)}, limit)

	// What one block says to the next.
	afterLF := GP64()    // 1: the block begins behind an LF
	afterLF1 := GP64()   // 1: the byte before the block stands behind an LF
	unfinished := GP64() // -1: the block begins inside a name
	MOVQ(U32(1), afterLF)
	XORQ(afterLF1, afterLF1)
	XORQ(unfinished, unfinished)

	top := GP64() // the number of the top bit
	MOVQ(U32(63), top)

	i.constants(true)

	CMPQ(pos, last)
	JGT(LabelRef("tail"))
	Label("loop")
	n, l := GP64(), GP64()
	i.load(src, pos)
	i.isLF(l)
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
	JLE(LabelRef("loop"))
	JMP(LabelRef("tail"))

	rare(i, "", e, l, to, limit, pos)
	JMP(LabelRef("next"))

	Label("tail")
	CMPQ(pos, size)
	JGE(LabelRef("ended"))
	drop := GP64()
	MOVQ(pos, drop)
	SUBQ(last, drop)
	i.load(src, last)
	i.isLF(l)
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

	none := GP64()
	Label("ended")
	XORQ(none, none)
	finish(i, to, out, none)

	Label("short")
	MOVQ(I32(-1), none)
	finish(i, to, out, none)
}

// finish returns the number of the pairs that have been written, and body.
func finish(i isa, to GPVirtual, out Mem, body GPVirtual) {
	SUBQ(out, to)
	SHRQ(U8(3), to)
	Store(to, Return("n"))
	Store(body, Return("body"))
	i.end()
	RET()
}

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// genHeaderEnd writes the kernel behind scan.HeaderEnd. It is genLines without
// the names.
func genHeaderEnd(i isa) {
	TEXT("headerEnd"+i.suffix(), NOSPLIT, "func(src *byte, size, from, afterLF, afterLF1 int) int")
	Doc("headerEnd"+i.suffix()+" is HeaderEnd for src of size bytes, at least 64. afterLF is 1 when from is",
		"the start of a line, afterLF1 when from-1 is one, else 0.")
	Pragma("noescape")

	src := Load(Param("src"), GP64())
	size := onStack("size")
	pos := Load(Param("from"), GP64()).(GPVirtual)
	afterLF := Load(Param("afterLF"), GP64())
	afterLF1 := Load(Param("afterLF1"), GP64())
	last := GP64()
	MOVQ(size, last)
	SUBQ(U8(block), last)
	i.constants(false)

	Label("loop")
	CMPQ(pos, last)
	JGT(LabelRef("tail"))
	l := GP64()
	i.load(src, pos)
	i.isLF(l)

	Label("masks")
	starts, empty := GP64(), GP64()
	LEAQ(Mem{Base: afterLF, Index: l, Scale: 2}, starts)
	LEAQ(Mem{Base: afterLF1, Index: starts, Scale: 2}, empty)
	ORQ(starts, empty)
	TESTQ(l, empty)
	JNZ(LabelRef("perhaps"))

	Label("go_on")
	MOVQ(l, afterLF)
	SHRQ(U8(63), afterLF)
	MOVQ(starts, afterLF1)
	SHRQ(U8(63), afterLF1)
	ADDQ(U8(block), pos)
	JMP(LabelRef("loop"))

	Label("tail")
	CMPQ(pos, size)
	JGE(LabelRef("none"))
	drop := GP64()
	MOVQ(pos, drop)
	SUBQ(last, drop)
	i.load(src, last)
	i.isLF(l)
	SHRXQ(drop, l, l)
	JMP(LabelRef("masks"))

	Label("perhaps")
	at := GP64()
	emptyLine(src, pos, l, starts, empty, at)
	INCQ(at)
	Store(at, ReturnIndex(0))
	i.end()
	RET()

	Label("none")
	XORQ(pos, pos)
	Store(pos, ReturnIndex(0))
	i.end()
	RET()
}

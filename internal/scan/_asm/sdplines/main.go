// Command sdplines writes the amd64 kernels behind scan.SDPLines.
//
// Of each block of 64 bytes four masks are taken, a bit a byte: LF, "=", CR,
// and "m" or "c". A line starts behind an LF, and its second byte has to be "=".
// What crosses from one block to the next is one bit each: whether the block
// begins at a line start, whether it begins one byte behind one, and whether
// the byte before it is a CR.
//
// The last block is taken so that it ends with the last byte; its masks are
// shifted to drop what has been seen already.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// block is the number of bytes a kernel takes in one step, and the most lines
// that can end in it.
const block = 64

// The bytes that are looked for, in the order of the table of constants.
const (
	lf = iota
	equals
	cr
	media
	connection
	searched

	marked = media // for isa.is: or connection
)

// An isa is what differs from one instruction set to the next.
type isa interface {
	suffix() string
	// constants loads what stays in registers over the whole function.
	constants()
	// load reads the block at base+offset.
	load(base, offset Register)
	// is sets mask to the bytes of the block that are the one searched for,
	// one of the two for marked.
	is(what int, mask GPVirtual)
	// positions writes pos + the number of each bit set in mask to out as
	// 32-bit words, and whatever behind them, at most block words. It may
	// clear mask; count is the number of its bits.
	positions(tag string, mask, count, pos, out GPVirtual)
	// nul sets found to 0 if no byte that was loaded is NUL.
	nul(found GPVirtual)
	// end does what has to be done before a return.
	end()
}

func main() {
	ConstraintExpr("!purego")
	table := GLOBL("sdpBytes", RODATA|NOPTR)
	for i, c := range []byte{lf: '\n', equals: '=', cr: '\r', media: 'm', connection: 'c'} {
		DATA(i, U8(c))
	}
	numbers := GLOBL("sdpNumbers", RODATA|NOPTR)
	for n := range block {
		DATA(n, U8(n))
	}
	gen(&avx2{table: table})
	gen(&avx512{table: table, numbers: numbers})
	Generate()
}

func gen(i isa) {
	TEXT("sdpLines"+i.suffix(), NOSPLIT, "func(src *byte, size int, ends, marks *uint32, room int) (n, nmarks, odd int)")
	Doc("sdpLines"+i.suffix()+" is SDPLines for src of size bytes, at least 64, with room for room words",
		"at each of ends and marks. n is -1 when that was too little.")
	Pragma("noescape")

	src := Load(Param("src"), GP64())
	to := Load(Param("ends"), GP64()).(GPVirtual)
	marksTo := Load(Param("marks"), GP64()).(GPVirtual)
	size, ends, room := onStack("size"), onStack("ends"), onStack("room")

	pos := GP64()        // where the block begins
	afterLF := GP64()    // 1: the block begins behind an LF
	afterStart := GP64() // 1: the byte before the block is the first of its line
	afterCR := GP64()    // 1: the byte before the block is a CR
	odd := GP64()        // bits set where a line is not as it should be
	lastBlock := GP64()  // where the last whole block begins
	XORQ(pos, pos)
	MOVQ(U32(1), afterLF)
	XORQ(afterStart, afterStart)
	XORQ(afterCR, afterCR)
	XORQ(odd, odd)
	MOVQ(size, lastBlock)
	SUBQ(U8(block), lastBlock)
	i.constants()

	limit := AllocLocal(8) // the last place that has room for a block
	t := GP64()
	MOVQ(room, t)
	LEAQ(Mem{Base: to, Index: t, Scale: 4, Disp: -4 * block}, t)
	MOVQ(t, limit)

	l := GP64()
	step := func(tag string, at GPVirtual, drop GPVirtual) {
		// There has to be room for a position a byte.
		CMPQ(to, limit)
		JGT(LabelRef("short"))

		i.load(src, at)
		mask := func(what int, m GPVirtual) {
			i.is(what, m)
			if drop != nil {
				SHRXQ(drop, m, m)
			}
		}
		starts, m := GP64(), GP64()
		mask(lf, l)
		LEAQ(Mem{Base: afterLF, Index: l, Scale: 2}, starts)

		// An LF at a line start ends an empty line.
		MOVQ(starts, t)
		ANDQ(l, t)
		ORQ(t, odd)

		// The second byte of a line.
		mask(equals, m)
		LEAQ(Mem{Base: afterStart, Index: starts, Scale: 2}, t)
		ANDNQ(t, m, t)
		if drop != nil {
			// Behind the last byte is nothing that could be wrong.
			valid := GP64()
			MOVQ(I32(-1), valid)
			SHRXQ(drop, valid, valid)
			ANDQ(valid, t)
		}
		ORQ(t, odd)

		// A CR ends a line together with the LF behind it.
		mask(cr, m)
		LEAQ(Mem{Base: afterCR, Index: m, Scale: 2}, t)
		ANDNQ(t, l, t)
		if drop != nil {
			valid := GP64()
			MOVQ(I32(-1), valid)
			SHRXQ(drop, valid, valid)
			ANDQ(valid, t)
		}
		ORQ(t, odd)
		if drop == nil {
			SHRQ(U8(63), m)
			MOVQ(m, afterCR)
			MOVQ(starts, afterStart)
			SHRQ(U8(63), afterStart)
			MOVQ(l, afterLF)
			SHRQ(U8(63), afterLF)
		}

		mask(marked, m)
		ANDQ(starts, m)
		// The number of the first line of the block.
		MOVQ(to, t)
		SUBQ(ends, t)
		SHRQ(U8(2), t)
		// That of the marked one is by the LFs before it higher. Without a
		// marked line a word is written all the same, and not kept.
		Label("marks" + tag)
		number, kept := GP64(), GP64()
		BLSMSKQ(m, number)
		ANDQ(l, number)
		POPCNTQ(number, number)
		ADDQ(t, number)
		MOVL(number.As32(), Mem{Base: marksTo})
		XORL(kept.As32(), kept.As32())
		TESTQ(m, m)
		SETNE(kept.As8())
		LEAQ(Mem{Base: marksTo, Index: kept, Scale: 4}, marksTo)
		BLSRQ(m, m)
		JNZ(LabelRef("marks" + tag))

		POPCNTQ(l, t)
		i.positions(tag, l, t, pos, to)
		LEAQ(Mem{Base: to, Index: t, Scale: 4}, to)
	}

	Label("loop")
	CMPQ(pos, lastBlock)
	JGT(LabelRef("tail"))
	step("", pos, nil)
	ADDQ(U8(block), pos)
	JMP(LabelRef("loop"))

	Label("tail")
	CMPQ(pos, size)
	JGE(LabelRef("ended"))
	drop := GP64()
	MOVQ(pos, drop)
	SUBQ(lastBlock, drop)
	step("_tail", lastBlock, drop)

	Label("ended")
	// A NUL anywhere is odd as well.
	nul := GP64()
	i.nul(nul)
	ORQ(nul, odd)
	for _, r := range []struct {
		to    GPVirtual
		param string
		ret   string
	}{{to, "ends", "n"}, {marksTo, "marks", "nmarks"}} {
		SUBQ(onStack(r.param), r.to)
		SHRQ(U8(2), r.to)
		Store(r.to, Return(r.ret))
	}
	Store(odd, Return("odd"))
	i.end()
	RET()

	Label("short")
	MOVQ(I32(-1), t)
	Store(t, Return("n"))
	Store(t, Return("nmarks"))
	Store(t, Return("odd"))
	i.end()
	RET()
}

// onStack returns the place of a parameter.
func onStack(name string) Mem {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

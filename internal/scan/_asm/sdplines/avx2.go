package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// avx2 takes a block as two halves of 32 bytes.
type avx2 struct {
	table Mem

	like  [searched]VecVirtual
	half  [2]VecVirtual
	least VecVirtual
}

// constants loads what stays in registers over the whole function.
func (a *avx2) constants() {
	a.half = [2]VecVirtual{YMM(), YMM()}
	for i := range a.like {
		a.like[i] = YMM()
		VPBROADCASTB(a.table.Offset(i), a.like[i])
	}
	a.least = YMM()
	VPCMPEQB(a.least, a.least, a.least)
}

// load reads the block at base+offset.
func (a *avx2) load(base, offset Register) {
	for h := range a.half {
		VMOVDQU(Mem{Base: base, Index: offset, Scale: 1, Disp: 32 * h}, a.half[h])
	}
	for h := range a.half {
		VPMINUB(a.half[h], a.least, a.least)
	}
}

// is sets mask to the bytes of the block that are the one searched for, one of
// the two for marked.
func (a *avx2) is(what int, mask GPVirtual) {
	var out [2]VecVirtual
	for h, x := range a.half {
		out[h] = YMM()
		VPCMPEQB(a.like[what], x, out[h])
		if what == marked {
			other := YMM()
			VPCMPEQB(a.like[connection], x, other)
			VPOR(other, out[h], out[h])
		}
	}
	high := GP64()
	VPMOVMSKB(out[0], mask.As32())
	VPMOVMSKB(out[1], high.As32())
	SHLQ(U8(32), high)
	ORQ(high, mask)
}

// positions writes pos + the number of each bit set in mask to out as 32-bit
// words, and whatever behind them, at most block words. It clears mask. A block
// holds two or three lines; four positions are written of each, and the others, if
// there are any, one by one.
func (a *avx2) positions(tag string, mask, pos, out GPVirtual) {
	done, rest := "written"+tag, "more"+tag
	t := GP64()
	const often = 4
	for s := range often {
		if s > 0 {
			BLSRQ(mask, mask)
		}
		TZCNTQ(mask, t)
		ADDQ(pos, t)
		MOVL(t.As32(), Mem{Base: out, Disp: 4 * s})
	}
	BLSRQ(mask, mask)
	JZ(LabelRef(done))
	to := GP64()
	LEAQ(Mem{Base: out, Disp: 4 * often}, to)
	Label(rest)
	TZCNTQ(mask, t)
	ADDQ(pos, t)
	MOVL(t.As32(), Mem{Base: to})
	ADDQ(U8(4), to)
	BLSRQ(mask, mask)
	JNZ(LabelRef(rest))
	Label(done)
}

// nul sets found to 0 if no byte that was loaded is NUL.
func (a *avx2) nul(found GPVirtual) {
	zero := YMM()
	VPXOR(zero, zero, zero)
	VPCMPEQB(zero, a.least, zero)
	VPMOVMSKB(zero, found.As32())
}

// genAVX2 writes the kernel for AVX2. Of each block four masks are taken, a bit a
// byte: LF, "=", CR, and "m" or "c". What crosses from one block to the next is
// one bit each: whether the block begins at a line start, whether it begins one
// byte behind one, and whether the byte before it is a CR.
//
// The last block is taken so that it ends with the last byte; its masks are
// shifted to drop what has been seen already.
func genAVX2(i *avx2) {
	begin("AVX2")

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
		// keep takes out what is behind the last byte: nothing there is wrong.
		keep := func(m GPVirtual) {
			if drop != nil {
				valid := GP64()
				MOVQ(I32(-1), valid)
				SHRXQ(drop, valid, valid)
				ANDQ(valid, m)
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
		keep(t)
		ORQ(t, odd)

		// A CR ends a line together with the LF behind it.
		mask(cr, m)
		LEAQ(Mem{Base: afterCR, Index: m, Scale: 2}, t)
		ANDNQ(t, l, t)
		keep(t)
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
		// Most blocks have no marked line. The AND has set the flags.
		JZ(LabelRef("marked" + tag))
		// The number of the first line of the block.
		MOVQ(to, t)
		SUBQ(ends, t)
		SHRQ(U8(2), t)
		// That of a marked one is by the LFs before it higher.
		Label("marks" + tag)
		number := GP64()
		BLSMSKQ(m, number)
		ANDQ(l, number)
		POPCNTQ(number, number)
		ADDQ(t, number)
		MOVL(number.As32(), Mem{Base: marksTo})
		ADDQ(U8(4), marksTo)
		BLSRQ(m, m)
		JNZ(LabelRef("marks" + tag))
		Label("marked" + tag)

		POPCNTQ(l, t)
		i.positions(tag, l, pos, to)
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
	VZEROUPPER()
	RET()

	short(t)
}

// short is where a kernel ends that has too little room for positions.
func short(t GPVirtual) {
	Label("short")
	MOVQ(I32(-1), t)
	Store(t, Return("n"))
	Store(t, Return("nmarks"))
	Store(t, Return("odd"))
	VZEROUPPER()
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

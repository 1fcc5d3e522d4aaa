package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// emptyLines sets empty to the LFs of the block that end an empty line: those
// at a line start, and those behind a CR at a line start. The zero flag says
// that there are none.
func emptyLines(i isa, src, pos Register, shift, l, starts GPVirtual, afterLF1 Register, empty GPVirtual) {
	cr := GP64()
	i.equal('\r', cr)
	SHRXQ(shift, cr, cr)
	ANDQ(starts, cr)
	ADDQ(cr, cr)
	// The first byte of the block may be the LF of a CR that stands before
	// it. Then that byte is there: it was in the block before this one.
	TESTQ(afterLF1, afterLF1)
	JZ(LabelRef("no_cr_before"))
	CMPB(Mem{Base: src, Index: pos, Scale: 1, Disp: -1}, U8('\r'))
	JNE(LabelRef("no_cr_before"))
	ORQ(U8(1), cr)
	Label("no_cr_before")
	MOVQ(starts, empty)
	ORQ(cr, empty)
	ANDQ(l, empty)
}

// nameEnds sets e to the name ends of a block (see genLines). It destroys
// starts and renews unfinished.
func nameEnds(starts, unfinished, n, e GPVirtual) {
	SUBQ(unfinished, starts) // a name that runs on starts at bit 0
	MOVQ(n, e)
	SUBQ(starts, e)
	SBBQ(unfinished, unfinished)
	ANDNQ(n, e, e)
}

// emit writes the positions of the bits in e and l behind the k words at out,
// and adds their number to k. It goes to the label "short" when the room does
// not allow it, and past a place where the caller goes on it leaves a block
// that the slots can not take to the label "slow"+tag; slow is to follow.
func emit(i isa, tag string, e, l, k GPVirtual, room Mem, pos GPVirtual, out Register) {
	both, m, count, to := GP64(), GP64(), GP64(), GP64()
	MOVQ(e, both)
	ANDQ(l, both)
	JNZ(LabelRef("slow" + tag))
	MOVQ(e, m)
	ORQ(l, m)
	POPCNTQ(m, count)
	CMPQ(count, U8(i.slots()))
	JA(LabelRef("slow" + tag))
	LEAQ(Mem{Base: k, Disp: i.slots()}, to)
	CMPQ(to, room)
	JGT(LabelRef("short"))
	LEAQ(Mem{Base: out, Index: k, Scale: 4}, to)
	ADDQ(count, k)
	i.positions(m, pos, to)
}

// slow is emit from bit to bit. A bit that is both a name end and an LF is
// written twice: every position is, and the second is then kept or written
// over.
func slow(tag string, e, l, k GPVirtual, room Mem, pos GPVirtual, out Register) {
	Label("slow" + tag)
	both, m, t := GP64(), GP64(), GP64()
	POPCNTQ(e, m)
	POPCNTQ(l, t)
	LEAQ(Mem{Base: m, Index: t, Scale: 1, Disp: 1}, t) // one more for the second write of the last
	ADDQ(k, t)
	CMPQ(t, room)
	JGT(LabelRef("short"))
	MOVQ(e, both)
	ANDQ(l, both)
	MOVQ(e, m)
	ORQ(l, m) // not 0: a block without positions does not come here
	Label("slow_bit" + tag)
	TZCNTQ(m, t)
	BTQ(t, both)
	LEAQ(Mem{Base: t, Index: pos, Scale: 1}, t) // LEA leaves the carry
	MOVL(t.As32(), Mem{Base: out, Index: k, Scale: 4})
	MOVL(t.As32(), Mem{Base: out, Index: k, Scale: 4, Disp: 4})
	ADCQ(U8(1), k)
	BLSRQ(m, m)
	JNZ(LabelRef("slow_bit" + tag))
}

// onStack returns the place of a parameter.
func onStack(name string) Mem {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

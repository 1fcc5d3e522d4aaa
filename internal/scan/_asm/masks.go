package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// emptyLine looks for the first LF of the block that ends an empty line: one at
// a line start, or one behind a CR at a line start. In empty are the places
// where such an LF can be. It goes to the label "go_on" when there is none;
// otherwise the lowest bit of empty is that LF, and at its offset in src.
//
// The byte in front of an LF that is the first of the block is there, since the
// place says so: it was in the block before this one.
func emptyLine(src, pos Register, l, starts, empty, at GPVirtual) {
	ANDQ(l, empty) // not 0
	Label("candidate")
	TZCNTQ(empty, at)
	BTQ(at, starts)
	LEAQ(Mem{Base: at, Index: pos, Scale: 1}, at) // leaves the flags alone
	JCS(LabelRef("empty"))
	CMPB(Mem{Base: src, Index: at, Scale: 1, Disp: -1}, U8('\r'))
	JEQ(LabelRef("empty"))
	BLSRQ(empty, empty)
	JNZ(LabelRef("candidate"))
	JMP(LabelRef("go_on"))
	Label("empty")
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

// emit writes the positions of the bits in e and l to to and moves that on. It
// goes to the label "short" when the room does not allow it. What comes seldom
// is left to rare, which is to follow where the caller has gone on.
func emit(i isa, tag string, e, l, to, limit, pos GPVirtual) {
	m, count := GP64(), GP64()
	TESTQ(e, l)
	JNZ(LabelRef("slow" + tag))
	CMPQ(to, limit)
	JGT(LabelRef("short"))
	LEAQ(Mem{Base: e, Index: l, Scale: 1}, m)
	POPCNTQ(m, count)
	often, _ := i.slots()
	i.positions(m, pos, to, 0, often)
	CMPQ(count, U8(often))
	JA(LabelRef("more" + tag))
	LEAQ(Mem{Base: to, Index: count, Scale: 4}, to)
	defer func() { rareOperands = operands{m, count} }()
}

type operands struct{ m, count GPVirtual }

var rareOperands operands

// rare goes on where emit cannot: it writes the second slots, or goes from
// bit to bit when they do not suffice either, or when a bit is both a name end
// and an LF. Such a position is to be written twice: every one is, and the
// second is then kept or written over.
func rare(i isa, tag string, e, l, to, limit, pos GPVirtual) {
	m, count := rareOperands.m, rareOperands.count
	often, seldom := i.slots()
	Label("more" + tag)
	if seldom > 0 {
		CMPQ(count, U8(often+seldom))
		JA(LabelRef("slow" + tag))
		i.positions(m, pos, to, often, seldom)
		LEAQ(Mem{Base: to, Index: count, Scale: 4}, to)
		JMP(LabelRef("done" + tag))
	}

	Label("slow" + tag)
	both, t := GP64(), GP64()
	POPCNTQ(e, m)
	POPCNTQ(l, t)
	ADDQ(m, t)
	// One word more for the second write of the last.
	LEAQ(Mem{Base: to, Index: t, Scale: 4, Disp: 4 - 4*slots(i)}, t)
	CMPQ(t, limit)
	JGT(LabelRef("short"))
	MOVQ(e, both)
	ANDQ(l, both)
	MOVQ(e, m)
	ORQ(l, m) // not 0: a block without positions does not come here
	Label("bit" + tag)
	TZCNTQ(m, t)
	XORQ(count, count)
	BTQ(t, both)
	SETCS(count.As8())
	ADDQ(pos, t)
	MOVL(t.As32(), Mem{Base: to})
	MOVL(t.As32(), Mem{Base: to, Disp: 4})
	LEAQ(Mem{Base: to, Index: count, Scale: 4, Disp: 4}, to)
	BLSRQ(m, m)
	JNZ(LabelRef("bit" + tag))
	Label("done" + tag)
}

// slots is the number of words emit and rare may write at once.
func slots(i isa) int {
	often, seldom := i.slots()
	return often + seldom
}

// onStack returns the place of a parameter.
func onStack(name string) Mem {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

// resultOnStack returns the place of a result.
func resultOnStack(name string) Mem {
	r, err := Return(name).Resolve()
	if err != nil {
		panic(err)
	}
	return r.Addr
}

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

func (a *avx2) suffix() string { return "AVX2" }

func (a *avx2) constants() {
	a.half = [2]VecVirtual{YMM(), YMM()}
	for i := range a.like {
		a.like[i] = YMM()
		VPBROADCASTB(a.table.Offset(i), a.like[i])
	}
	a.least = YMM()
	VPCMPEQB(a.least, a.least, a.least)
}

func (a *avx2) load(base, offset Register) {
	for h := range a.half {
		VMOVDQU(Mem{Base: base, Index: offset, Scale: 1, Disp: 32 * h}, a.half[h])
	}
	for h := range a.half {
		VPMINUB(a.half[h], a.least, a.least)
	}
}

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

// A block holds two or three lines; four positions are written of each, and
// the others, if there are any, one by one.
func (a *avx2) positions(tag string, mask, _, pos, out GPVirtual) {
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

func (a *avx2) nul(found GPVirtual) {
	zero := YMM()
	VPXOR(zero, zero, zero)
	VPCMPEQB(zero, a.least, zero)
	VPMOVMSKB(zero, found.As32())
}

func (a *avx2) end() { VZEROUPPER() }

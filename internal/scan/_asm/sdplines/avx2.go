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

func (a *avx2) nul(found GPVirtual) {
	zero := YMM()
	VPXOR(zero, zero, zero)
	VPCMPEQB(zero, a.least, zero)
	VPMOVMSKB(zero, found.As32())
}

func (a *avx2) end() { VZEROUPPER() }

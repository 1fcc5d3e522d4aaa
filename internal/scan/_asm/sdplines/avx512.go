package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// avx512 takes a block as one vector.
type avx512 struct {
	table Mem

	like     [searched]VecVirtual
	x, least VecVirtual
}

func (a *avx512) suffix() string { return "AVX512" }

func (a *avx512) constants() {
	a.x, a.least = ZMM(), ZMM()
	for i := range a.like {
		a.like[i] = ZMM()
		VPBROADCASTB(a.table.Offset(i), a.like[i])
	}
	VPTERNLOGD(U8(0xff), a.least, a.least, a.least)
}

func (a *avx512) load(base, offset Register) {
	VMOVDQU64(Mem{Base: base, Index: offset, Scale: 1}, a.x)
	VPMINUB(a.x, a.least, a.least)
}

func (a *avx512) is(what int, mask GPVirtual) {
	k := K()
	VPCMPEQB(a.like[what], a.x, k)
	if what == marked {
		other := K()
		VPCMPEQB(a.like[connection], a.x, other)
		KORQ(other, k, k)
	}
	KMOVQ(k, mask)
}

func (a *avx512) nul(found GPVirtual) {
	zero, k := ZMM(), K()
	VPXORQ(zero, zero, zero)
	VPCMPEQB(zero, a.least, k)
	KMOVQ(k, found)
}

func (a *avx512) end() { VZEROUPPER() }

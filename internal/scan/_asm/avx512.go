package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// avx512 takes a block as one vector. The class of a byte is looked up in a
// table of 128, and the positions are won by VPCOMPRESSB from the numbers 0 to
// 63. Operations on mask registers are dear, so each mask goes to a general
// register once and is worked on there.
type avx512 struct {
	tables Mem
	made   bool

	low, high, lf, numbers VecVirtual
	x                      VecVirtual

	rows    Mem // see loadWindow
	windows bool
	row     VecVirtual
}

func (a *avx512) suffix() string { return "AVX512" }

func (a *avx512) constants(withTokens bool) {
	if !a.made {
		a.made = true
		a.tables = GLOBL("classes", RODATA|NOPTR)
		for c := range 128 {
			class := 0x80
			if isToken(byte(c)) {
				class = 0
			}
			DATA(c, U8(class))
		}
		for n := range block {
			DATA(128+n, U8(n))
		}
		DATA(192, U8('\n'))
	}
	a.x, a.lf = ZMM(), ZMM()
	VPBROADCASTB(a.tables.Offset(192), a.lf)
	if withTokens {
		a.low, a.high, a.numbers = ZMM(), ZMM(), ZMM()
		VMOVDQU64(a.tables, a.low)
		VMOVDQU64(a.tables.Offset(64), a.high)
		VMOVDQU64(a.tables.Offset(128), a.numbers)
	}
}

func (a *avx512) load(base, offset Register) {
	VMOVDQU64(Mem{Base: base, Index: offset, Scale: 1}, a.x)
}

// The look-up does not see the top bit of a byte. A byte that has it is no
// token character, which is what a top bit in the class says.
func (a *avx512) nonToken(mask GPVirtual) {
	class, k := ZMM(), K()
	VMOVDQA64(a.x, class)
	VPERMI2B(a.high, a.low, class)
	VPORQ(a.x, class, class)
	VPMOVB2M(class, k)
	KMOVQ(k, mask)
}

func (a *avx512) isLF(mask GPVirtual) {
	k := K()
	VPCMPEQB(a.lf, a.x, k)
	KMOVQ(k, mask)
}

func (a *avx512) slots() (often, seldom int) { return 16, 0 }

// VPCOMPRESSB waits for its destination even when it zeroes, so that is
// cleared by an instruction known not to wait.
func (a *avx512) positions(mask, pos, out GPVirtual, _, _ int) {
	k, numbers, base := K(), ZMM(), ZMM()
	KMOVQ(mask, k)
	VPXORQ(numbers, numbers, numbers)
	VPCOMPRESSB_Z(a.numbers, k, numbers)
	VPMOVZXBD(numbers.AsX(), numbers)
	VPBROADCASTD(pos.As32(), base)
	VPADDD(base, numbers, numbers)
	VMOVDQU32(numbers, Mem{Base: out})
}

func (a *avx512) end() { VZEROUPPER() }

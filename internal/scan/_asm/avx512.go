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
	cr, top                VecVirtual
	x                      VecVirtual

	// What is remembered for odd: control has a top bit where there was a
	// control byte, and notCR a zero byte where there was a CR without its LF.
	control, notCR VecVirtual

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
			class := classOther
			switch {
			case isToken(byte(c)):
				class = 0
			case isControl(byte(c)):
				class = classControl
			}
			DATA(c, U8(class))
		}
		for n := range block {
			DATA(128+n, U8(n))
		}
		DATA(192, U8('\n'))
		DATA(193, U8('\r'))
		DATA(194, U8(0x80))
	}
	a.x, a.lf = ZMM(), ZMM()
	VPBROADCASTB(a.tables.Offset(192), a.lf)
	if withTokens {
		a.low, a.high, a.numbers = ZMM(), ZMM(), ZMM()
		VMOVDQU64(a.tables, a.low)
		VMOVDQU64(a.tables.Offset(64), a.high)
		VMOVDQU64(a.tables.Offset(128), a.numbers)
		a.cr, a.top, a.control, a.notCR = ZMM(), ZMM(), ZMM(), ZMM()
		VPBROADCASTB(a.tables.Offset(193), a.cr)
		VPBROADCASTB(a.tables.Offset(194), a.top)
		VPXORQ(a.control, a.control, a.control)
		VMOVDQA64(a.top, a.notCR)
	}
}

func (a *avx512) load(base, offset Register) {
	VMOVDQU64(Mem{Base: base, Index: offset, Scale: 1}, a.x)
}

// The classes of bytes up to 0x7f; that of a token character is 0.
const (
	classOther   = 0x01
	classControl = 0x80
)

// The look-up does not see the top bit of a byte. A byte that has it is no
// token character, and no control byte.
func (a *avx512) nonToken(mask GPVirtual) {
	class, k := ZMM(), K()
	VMOVDQA64(a.x, class)
	VPERMI2B(a.high, a.low, class)
	VPTERNLOGQ(U8(ternary(func(control, class, x bool) bool { return control || class && !x })), a.x, class, a.control)
	VPTERNLOGQ(U8(ternary(func(class, x, top bool) bool { return class || x && top })), a.top, a.x, class)
	VPTESTMB(class, class, k)
	KMOVQ(k, mask)
}

// ternary returns the table of a function of three bits as VPTERNLOGQ takes it:
// of its destination, its second source and its third.
func ternary(f func(dst, second, third bool) bool) (table uint8) {
	for bits := range 8 {
		if f(bits&4 != 0, bits&2 != 0, bits&1 != 0) {
			table |= 1 << bits
		}
	}
	return table
}

// The least byte in front of which, so to say, something else than an LF
// stands is kept, as its difference to a CR. That leaves the mask registers
// one comparison, which there has to be for the LFs.
func (a *avx512) isNextLF(base, offset Register, mask GPVirtual) {
	k, differ := K(), ZMM()
	VPCMPUB(U8(4), Mem{Base: base, Index: offset, Scale: 1, Disp: 1}, a.lf, k) // 4: not equal
	VPXORQ(a.cr, a.x, differ)
	VPMINUB(differ, a.notCR, k, a.notCR)
	KMOVQ(k, mask)
	NOTQ(mask)
}

func (a *avx512) odd(flag GPVirtual) {
	control, bare := K(), K()
	XORQ(flag, flag)
	VPMOVB2M(a.control, control)
	VPTESTNMB(a.notCR, a.notCR, bare)
	KORTESTQ(control, bare)
	SETNE(flag.As8())
}

func (a *avx512) isCR(mask GPVirtual) {
	k := K()
	VPCMPEQB(a.cr, a.x, k)
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

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// avx2 takes a block as two halves of 32 bytes. A byte is a token character
// when the set of rows for its low four bits and the bit of the row for its
// high four have one in common. VPSHUFB gives no rows to bytes above 0x7f by
// itself.
type avx2 struct {
	tables Mem
	made   bool

	words   Mem // see loadWindow
	windows bool
	window  window

	rows, row, nibble, zero, lf VecVirtual
	half                        [2]VecVirtual
}

func (a *avx2) suffix() string { return "AVX2" }

// rowsOf returns the rows (high four bits as bits) of the token
// characters with these low four bits.
func rowsOf(low int) (set uint64) {
	for high := range 8 {
		if isToken(byte(high<<4 | low)) {
			set |= 1 << high
		}
	}
	return set
}

func (a *avx2) constants(withTokens bool) {
	if !a.made {
		a.made = true
		a.tables = GLOBL("nibbles", RODATA|NOPTR)
		for low := range 16 {
			DATA(low, U8(rowsOf(low)))
		}
		for high := range 8 {
			DATA(16+high, U8(1<<high))
		}
		for high := 8; high < 16; high++ {
			DATA(16+high, U8(0xff)) // no set of rows is this one
		}
		DATA(32, U8(0x0f))
		DATA(33, U8('\n'))
	}
	a.half = [2]VecVirtual{YMM(), YMM()}
	a.lf = YMM()
	VPBROADCASTB(a.tables.Offset(33), a.lf)
	if withTokens {
		a.rows, a.row, a.nibble, a.zero = YMM(), YMM(), YMM(), YMM()
		VBROADCASTI128(a.tables, a.rows)
		VBROADCASTI128(a.tables.Offset(16), a.row)
		VPBROADCASTB(a.tables.Offset(32), a.nibble)
		VPXOR(a.zero, a.zero, a.zero)
	}
}

func (a *avx2) load(base, offset Register) {
	for h := range a.half {
		VMOVDQU(Mem{Base: base, Index: offset, Scale: 1, Disp: 32 * h}, a.half[h])
	}
}

// gather sets mask to the top bits of the bytes of both halves.
func gather(half [2]VecVirtual, mask GPVirtual) {
	high := GP64()
	VPMOVMSKB(half[0], mask.As32())
	VPMOVMSKB(half[1], high.As32())
	SHLQ(U8(32), high)
	ORQ(high, mask)
}

func (a *avx2) nonToken(mask GPVirtual) {
	var out [2]VecVirtual
	for h, x := range a.half {
		low, high := YMM(), YMM()
		VPSRLW(U8(4), x, high)
		VPAND(a.nibble, high, high)
		VPSHUFB(x, a.rows, low)
		VPSHUFB(high, a.row, high)
		VPAND(low, high, low)
		VPCMPEQB(a.zero, low, low)
		out[h] = low
	}
	gather(out, mask)
}

func (a *avx2) isLF(mask GPVirtual) {
	var out [2]VecVirtual
	for h, x := range a.half {
		out[h] = YMM()
		VPCMPEQB(a.lf, x, out[h])
	}
	gather(out, mask)
}

// A block holds a line and a third on average; two lines are four positions.
func (a *avx2) slots() (often, seldom int) { return 4, 4 }

func (a *avx2) positions(mask, pos, out GPVirtual, first, count int) {
	for s := range count {
		t := GP64()
		if first+s > 0 {
			BLSRQ(mask, mask)
		}
		TZCNTQ(mask, t)
		ADDQ(pos, t)
		MOVL(t.As32(), Mem{Base: out, Disp: 4 * (first + s)})
	}
}

func (a *avx2) end() { VZEROUPPER() }

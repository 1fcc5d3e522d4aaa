package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// avx2 takes a block as two halves of 32 bytes. A byte is of a kind when the
// set of kinds for its low four bits and that for its high four have a kind in
// common: so each byte gets one byte of kinds, of token characters or of
// control bytes. VPSHUFB gives no kinds to bytes above 0x7f by itself.
type avx2 struct {
	tables Mem
	made   bool

	words   Mem // see loadWindow
	windows bool
	window  window

	lows, highs, nibble, zero, lf, cr VecVirtual
	half                              [2]VecVirtual

	// What is remembered for odd: the kinds there were, all of them where
	// there was a CR without its LF.
	kinds VecVirtual
}

func (a *avx2) suffix() string { return "AVX2" }

func (a *avx2) constants(withTokens bool) {
	if !a.made {
		a.made = true
		a.tables = GLOBL("nibbles", RODATA|NOPTR)
		for low := range 16 {
			DATA(low, U8(kindsOfLow(low)))
		}
		for high := range 8 {
			DATA(16+high, U8(1<<high))
		}
		for high := 8; high < 16; high++ {
			DATA(16+high, U8(0xff)) // no set of rows is this one
		}
		DATA(32, U8(0x0f))
		DATA(33, U8('\n'))
		DATA(34, U8('\r'))
		DATA(35, U8(controlKinds))
		for high, kinds := range kindsOfHigh {
			DATA(36+high, U8(kinds))
		}
	}
	a.half = [2]VecVirtual{YMM(), YMM()}
	a.lf = YMM()
	VPBROADCASTB(a.tables.Offset(33), a.lf)
	if withTokens {
		a.lows, a.highs, a.nibble, a.zero, a.cr, a.kinds = YMM(), YMM(), YMM(), YMM(), YMM(), YMM()
		VBROADCASTI128(a.tables, a.lows)
		VBROADCASTI128(a.tables.Offset(36), a.highs)
		VPBROADCASTB(a.tables.Offset(32), a.nibble)
		VPBROADCASTB(a.tables.Offset(34), a.cr)
		VPXOR(a.zero, a.zero, a.zero)
		VPXOR(a.kinds, a.kinds, a.kinds)
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

// The kinds. Rows are the high four bits of a byte. The token characters of
// rows 4 and 5 have every low four bits between them, as those of row 6 have
// alone: it needs no kind of its own. In row 1 all are control bytes.
const (
	token2      = 1 << iota // as in row 2
	token3                  // as in row 3
	token4                  // as in row 4
	token5                  // as in row 5
	token7                  // as in row 7
	controlMost             // as in row 0, but for low bits 0x0f
	controlF                // 0x0f alone, as in rows 0 and 7
	controlRest             // what is left of row 1

	controlKinds = controlMost | controlF | controlRest
)

var kindsOfHigh = [16]uint8{
	0: controlMost | controlF,
	1: controlKinds,
	2: token2,
	3: token3,
	4: token4,
	5: token5,
	6: token4 | token5,
	7: token7 | controlF,
}

// kindsOfLow returns the kinds of bytes that have some with these low four
// bits.
func kindsOfLow(low int) (kinds uint64) {
	for kind, row := range map[uint64]int{token2: 2, token3: 3, token4: 4, token5: 5, token7: 7} {
		if isToken(byte(row<<4 | low)) {
			kinds |= kind
		}
	}
	switch {
	case low == 0x0f:
		kinds |= controlF
	case isControl(byte(low)):
		kinds |= controlMost
	default:
		kinds |= controlRest
	}
	return kinds
}

func (a *avx2) nonToken(mask GPVirtual) {
	var out [2]VecVirtual
	for h, x := range a.half {
		low, high := YMM(), YMM()
		VPSRLW(U8(4), x, high)
		VPAND(a.nibble, high, high)
		VPSHUFB(x, a.lows, low)
		VPSHUFB(high, a.highs, high)
		VPAND(low, high, low)
		VPOR(low, a.kinds, a.kinds)
		VPCMPEQB(a.zero, low, low)
		out[h] = low
	}
	gather(out, mask)
}

func (a *avx2) isNextLF(base, offset Register, mask GPVirtual) {
	var out [2]VecVirtual
	for h, x := range a.half {
		out[h] = YMM()
		bare := YMM()
		VPCMPEQB(Mem{Base: base, Index: offset, Scale: 1, Disp: 32*h + 1}, a.lf, out[h])
		VPCMPEQB(a.cr, x, bare)
		VPANDN(bare, out[h], bare)
		VPOR(bare, a.kinds, a.kinds)
	}
	gather(out, mask)
}

func (a *avx2) odd(flag GPVirtual) {
	control := YMM()
	XORQ(flag, flag)
	VPBROADCASTB(a.tables.Offset(35), control)
	VPTEST(control, a.kinds)
	SETNE(flag.As8())
}

func (a *avx2) isCR(mask GPVirtual) {
	var out [2]VecVirtual
	for h, x := range a.half {
		out[h] = YMM()
		VPCMPEQB(a.cr, x, out[h])
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

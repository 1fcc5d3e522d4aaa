package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// classSets is the number of sets in a scan.classes, of 16 bytes each. One byte for
// each of the single bytes follows. The tests of package scan hold the two together.
const classSets = 4

// classesOf returns where the scan.classes with the name are.
func classesOf(name string) Mem {
	return NewDataAddr(Symbol{Name: "·" + name}, 0)
}

// A windowISA is what differs from one instruction set to the next in the
// kernels that read values.
type windowISA interface {
	suffix() string
	// loadWindow loads size bytes at b, from 4 to 64, and none outside. Behind
	// them are zero bytes.
	loadWindow(b, size Register)
	// inSet returns the mask of the bytes of the window in the scan.Set at m.
	inSet(m Mem) GPVirtual
	// equal returns the mask of the bytes of the window like the one at m.
	equal(m Mem) GPVirtual
	end()
}

// genSet writes the kernel behind scan.Set.
func genSet(i windowISA) {
	name := "set" + i.suffix()
	TEXT(name, NOSPLIT, "func(b *byte, size int, set *byte, tier uint8) (mask uint64, ok bool)")
	Doc(name + " is Set.Mask for the set at set and size bytes at b, from 4 to 64.")
	Pragma("noescape")
	set := Load(Param("set"), GP64())
	i.loadWindow(Load(Param("b"), GP64()), Load(Param("size"), GP64()))
	Store(i.inSet(Mem{Base: set}), Return("mask"))
	i.end()
	Store(ok(true), Return("ok"))
	RET()
}

// A window holds up to 64 bytes, and for each byte the row it is in.
type window struct{ x, row [2]VecVirtual }

// loadWindow loads by whole words of 32 bits, and what is left, one to three
// bytes, out of the last four.
func (a *avx2) loadWindow(b, size Register) {
	// What VPMASKMOVD goes by is 16 words of these tables, which begin 16 -
	// size/4 words into them: in the first one all words in front of word size/4
	// are ones, in the second one that word alone is.
	const second = 4 * 32
	if !a.windows {
		a.windows = true
		a.words = GLOBL("words", RODATA|NOPTR)
		for w := range 32 {
			DATA(4*w, ones(w < 16))
		}
		for w := range 32 {
			DATA(second+4*w, ones(w == 16))
		}
	}
	words, back := GP64(), GP64()
	LEAQ(a.words.Offset(64), words)
	MOVQ(size, back)
	ANDQ(I8(-4), back)
	SUBQ(back, words)
	rest, shift := GP64(), GP64()
	MOVL(Mem{Base: b, Index: size, Scale: 1, Disp: -4}, rest.As32())
	MOVQ(size, shift) // 32 - 8*(size%4): the bytes left move down
	NOTQ(shift)
	ANDQ(U8(3), shift)
	SHLQ(U8(3), shift)
	ADDQ(U8(8), shift)
	SHRXQ(shift, rest, rest)
	left := YMM()
	VMOVD(rest.As32(), left.AsX())
	VPBROADCASTD(left.AsX(), left)

	nibble, rows := YMM(), YMM()
	VPBROADCASTB(a.tables.Offset(32), nibble)
	VBROADCASTI128(a.tables.Offset(16), rows)
	for h := range a.window.x {
		x, row, part := YMM(), YMM(), YMM()
		VMOVDQU(Mem{Base: words, Disp: 32 * h}, part)
		VPMASKMOVD(Mem{Base: b, Disp: 32 * h}, part, x)
		VPAND(Mem{Base: words, Disp: second + 32*h}, left, part)
		VPOR(part, x, x)
		VPSRLW(U8(4), x, row)
		VPAND(nibble, row, row)
		VPSHUFB(row, rows, row)
		a.window.x[h], a.window.row[h] = x, row
	}
}

// A byte is in a set when the rows for its low four bits hold the bit of the
// row for its high four. Those above 0x7f get no rows by VPSHUFB, and have no
// row that this could be equal to.
func (a *avx2) inSet(m Mem) GPVirtual {
	set := YMM()
	VBROADCASTI128(m, set)
	var in [2]VecVirtual
	for h, x := range a.window.x {
		in[h] = YMM()
		VPSHUFB(x, set, in[h])
		VPAND(a.window.row[h], in[h], in[h])
		VPCMPEQB(a.window.row[h], in[h], in[h])
	}
	mask := GP64()
	gather(in, mask)
	return mask
}

func (a *avx2) equal(m Mem) GPVirtual {
	like := YMM()
	VPBROADCASTB(m, like)
	var in [2]VecVirtual
	for h, x := range a.window.x {
		in[h] = YMM()
		VPCMPEQB(like, x, in[h])
	}
	mask := GP64()
	gather(in, mask)
	return mask
}

// loadWindow loads what a mask lets it.
func (a *avx512) loadWindow(b, size Register) {
	if !a.windows {
		a.windows = true
		a.rows = GLOBL("rows", RODATA|NOPTR)
		for high := range 8 {
			DATA(high, U8(1<<high))
		}
		for high := 8; high < 16; high++ {
			DATA(high, U8(0))
		}
		DATA(16, U8(0x0f))
	}
	inside, k := GP64(), K()
	MOVQ(I32(-1), inside)
	BZHIQ(size, inside, inside)
	KMOVQ(inside, k)
	a.x, a.row = ZMM(), ZMM()
	VMOVDQU8_Z(Mem{Base: b}, k, a.x)
	nibble, rows := ZMM(), ZMM()
	VPBROADCASTB(a.rows.Offset(16), nibble)
	VBROADCASTI32X4(a.rows, rows)
	VPSRLW(U8(4), a.x, a.row)
	VPANDQ(nibble, a.row, a.row)
	VPSHUFB(a.row, rows, a.row)
}

// inSet is as for AVX2, with a test in place of a comparison.
func (a *avx512) inSet(m Mem) GPVirtual {
	set, k, mask := ZMM(), K(), GP64()
	VBROADCASTI32X4(m, set)
	VPSHUFB(a.x, set, set)
	VPTESTMB(a.row, set, k)
	KMOVQ(k, mask)
	return mask
}

func (a *avx512) equal(m Mem) GPVirtual {
	like, k, mask := ZMM(), K(), GP64()
	VPBROADCASTB(m, like)
	VPCMPEQB(like, a.x, k)
	KMOVQ(k, mask)
	return mask
}

// ones returns a word of ones or of zeros.
func ones(yes bool) U32 {
	if yes {
		return 1<<32 - 1
	}
	return 0
}

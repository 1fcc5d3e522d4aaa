package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The parts of a scan.Classes; the tests of package scan hold the two
// together.
const (
	classSets  = 3 // 16 bytes each
	classBytes = 3 // one byte each, behind the sets
)

// genClasses writes the kernels behind scan.Classes and scan.Set. They load b by
// whole words of 32 bits, and what is left of it, one to three bytes, out of
// the last four: nothing outside b is read. Behind b stand zero bytes.
func genClasses(a *avx2) {
	TEXT("classesAVX2", NOSPLIT, "func(b *byte, size int, c *byte, masks *uint64)")
	Doc("classesAVX2 is Classes.Masks for the classes at c and size bytes at b, from 4 to 64.")
	Pragma("noescape")
	c := Load(Param("c"), GP64())
	masks := Load(Param("masks"), GP64())
	w := a.loadWindow()
	for n := range classSets {
		MOVQ(w.inSet(Mem{Base: c, Disp: 16 * n}), Mem{Base: masks, Disp: 8 * n})
	}
	for n := range classBytes {
		like := YMM()
		VPBROADCASTB(Mem{Base: c, Disp: 16*classSets + n}, like)
		var in [2]VecVirtual
		for h, x := range w.x {
			in[h] = YMM()
			VPCMPEQB(like, x, in[h])
		}
		mask := GP64()
		gather(in, mask)
		MOVQ(mask, Mem{Base: masks, Disp: 8 * (classSets + n)})
	}
	a.end()
	RET()

	TEXT("setAVX2", NOSPLIT, "func(b *byte, size int, set *byte) uint64")
	Doc("setAVX2 is Set.Mask for the set at set and size bytes at b, from 4 to 64.")
	Pragma("noescape")
	set := Load(Param("set"), GP64())
	w = a.loadWindow()
	Store(w.inSet(Mem{Base: set}), ReturnIndex(0))
	a.end()
	RET()
}

// A window holds up to 64 bytes, and for each byte the row it stands in.
type window struct{ x, row [2]VecVirtual }

// loadWindow loads the bytes at b.
func (a *avx2) loadWindow() (w window) {
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
	b := Load(Param("b"), GP64())
	size := Load(Param("size"), GP64())
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
	for h := range w.x {
		x, row, part := YMM(), YMM(), YMM()
		VMOVDQU(Mem{Base: words, Disp: 32 * h}, part)
		VPMASKMOVD(Mem{Base: b, Disp: 32 * h}, part, x)
		VPAND(Mem{Base: words, Disp: second + 32*h}, left, part)
		VPOR(part, x, x)
		VPSRLW(U8(4), x, row)
		VPAND(nibble, row, row)
		VPSHUFB(row, rows, row)
		w.x[h], w.row[h] = x, row
	}
	return w
}

// inSet returns the mask of the bytes in the set at m. A byte is in it when the
// rows for its low four bits hold the bit of the row for its high four. Those
// above 0x7f get no rows by VPSHUFB, and have no row that this could be equal
// to.
func (w *window) inSet(m Mem) GPVirtual {
	set := YMM()
	VBROADCASTI128(m, set)
	var in [2]VecVirtual
	for h, x := range w.x {
		in[h] = YMM()
		VPSHUFB(x, set, in[h])
		VPAND(w.row[h], in[h], in[h])
		VPCMPEQB(w.row[h], in[h], in[h])
	}
	mask := GP64()
	gather(in, mask)
	return mask
}

// ones returns a word of ones or of zeros.
func ones(yes bool) U32 {
	if yes {
		return 1<<32 - 1
	}
	return 0
}

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

// genClasses writes the kernel behind scan.Classes. It loads b by whole words
// of 32 bits, and what is left of it, one to three bytes, out of the last
// four: nothing outside b is read. Behind b stand zero bytes.
func genClasses(a *avx2) {
	TEXT("classesAVX2", NOSPLIT, "func(b *byte, size int, c *byte, masks *uint64)")
	Doc("classesAVX2 is Classes.Masks for the classes at c and size bytes at b, from 4 to 64.")
	Pragma("noescape")

	// Windows of 16 words, which begin 16 - size/4 words into the table: in the
	// first all words in front of word size/4 are ones, in the second that word
	// alone is.
	const second = 4 * 32
	words := GLOBL("words", RODATA|NOPTR)
	for w := range 32 {
		DATA(4*w, ones(w < 16))
	}
	for w := range 32 {
		DATA(second+4*w, ones(w == 16))
	}

	b := Load(Param("b"), GP64())
	size := Load(Param("size"), GP64())
	c := Load(Param("c"), GP64())
	masks := Load(Param("masks"), GP64())

	window, back := GP64(), GP64()
	LEAQ(words.Offset(64), window)
	MOVQ(size, back)
	ANDQ(I8(-4), back)
	SUBQ(back, window)
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

	var x, row [2]VecVirtual
	nibble, rows := YMM(), YMM()
	VPBROADCASTB(a.tables.Offset(32), nibble)
	VBROADCASTI128(a.tables.Offset(16), rows)
	for h := range x {
		x[h], row[h] = YMM(), YMM()
		part := YMM()
		VMOVDQU(Mem{Base: window, Disp: 32 * h}, part)
		VPMASKMOVD(Mem{Base: b, Disp: 32 * h}, part, x[h])
		VPAND(Mem{Base: window, Disp: second + 32*h}, left, part)
		VPOR(part, x[h], x[h])
		VPSRLW(U8(4), x[h], row[h])
		VPAND(nibble, row[h], row[h])
		VPSHUFB(row[h], rows, row[h])
	}
	// A byte is in a set when the rows for its low four bits hold the bit of the
	// row for its high four. Those above 0x7f get no rows by VPSHUFB, and have no
	// row that this could be equal to.
	for n := range classSets {
		set := YMM()
		VBROADCASTI128(Mem{Base: c, Disp: 16 * n}, set)
		var in [2]VecVirtual
		for h := range x {
			in[h] = YMM()
			VPSHUFB(x[h], set, in[h])
			VPAND(row[h], in[h], in[h])
			VPCMPEQB(row[h], in[h], in[h])
		}
		storeMask(in, masks, n)
	}
	for n := range classBytes {
		like := YMM()
		VPBROADCASTB(Mem{Base: c, Disp: 16*classSets + n}, like)
		var in [2]VecVirtual
		for h := range x {
			in[h] = YMM()
			VPCMPEQB(like, x[h], in[h])
		}
		storeMask(in, masks, classSets+n)
	}
	a.end()
	RET()
}

func storeMask(in [2]VecVirtual, masks Register, n int) {
	mask := GP64()
	gather(in, mask)
	MOVQ(mask, Mem{Base: masks, Disp: 8 * n})
}

// ones returns a word of ones or of zeros.
func ones(yes bool) U32 {
	if yes {
		return 1<<32 - 1
	}
	return 0
}

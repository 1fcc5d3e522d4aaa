package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// genAVX512 writes the kernel for AVX-512. It takes a block as one vector, and
// the bytes one and two behind each of its bytes as two more, so that all that
// has to be known of an LF is in the lane of that LF: what the line behind it
// begins with, and whether "=" is next. Nothing crosses from one block to the
// next. What is wrong is gathered in vectors and looked at once. With the masks in
// general registers, as AVX2 has them, the index of a body of 539 bytes takes 66
// ns in place of 50 (Zen 5, tenth percentile, 27 November 2026).
//
// Behind the last byte nothing is loaded, and nothing counts: the last step or
// two, for 1 to 65 bytes, take masks for that.
func genAVX512(table, numbers Mem) {
	begin("AVX512")
	src := Load(Param("src"), GP64())
	size := Load(Param("size"), GP64()).(GPVirtual)
	ends := Load(Param("ends"), GP64())
	marks := Load(Param("marks"), GP64())
	limit := Load(Param("room"), GP64()).(GPVirtual) // the most lines in front of a block
	SUBQ(U8(block), limit)

	var like [searched]VecVirtual
	for i := range like {
		like[i] = ZMM()
		VPBROADCASTB(table.Offset(i), like[i])
	}
	each := ZMM()
	VMOVDQU64(numbers, each)
	least, wrong := ZMM(), ZMM() // a lane of 0, one of another value: odd
	VPTERNLOGD(U8(0xff), least, least, least)
	VPXORQ(wrong, wrong, wrong)
	pos, n, nmarks, odd := GP64(), GP64(), GP64(), GP64()
	XORQ(pos, pos)
	XORQ(n, n)

	// The first line has no LF in front of it.
	first, t := GP64(), GP64()
	MOVWQZX(Mem{Base: src}, first)
	MOVQ(first, odd)
	SHRQ(U8(8), odd)
	XORQ(U8('='), odd)
	XORL(t.As32(), t.As32())
	CMPB(first.As8(), U8('\n'))
	SETEQ(t.As8())
	ORQ(t, odd)
	MOVL(U32(0), Mem{Base: marks})
	XORL(nmarks.As32(), nmarks.As32())
	CMPB(first.As8(), U8('m'))
	SETEQ(nmarks.As8())
	XORL(t.As32(), t.As32())
	CMPB(first.As8(), U8('c'))
	SETEQ(t.As8())
	ORQ(t, nmarks)

	// step takes 64 bytes that have two more behind them, or those that are
	// left.
	step := func(tag string, left GPVirtual) {
		CMPQ(n, limit)
		JGT(LabelRef("short"))
		x, next, second := ZMM(), ZMM(), ZMM()
		isLF, isCR := K(), K()
		secondOf := isLF // where the second byte behind counts
		if left == nil {
			for i, v := range []VecVirtual{x, next, second} {
				VMOVDQU64(Mem{Base: src, Index: pos, Scale: 1, Disp: i}, v)
			}
			VPCMPEQB(like[lf], x, isLF)
			VPCMPEQB(like[cr], x, isCR)
		} else {
			// Lane i of load j is there when i+j < left, which is 1 to 65.
			valid, k := GP64(), [3]OpmaskVirtual{K(), K(), K()}
			MOVQ(I32(-1), valid)
			BZHIQ(left, valid, valid)
			KMOVQ(valid, k[0])
			DECQ(left)
			MOVQ(I32(-1), valid)
			BZHIQ(left, valid, valid)
			KMOVQ(valid, k[1])
			SHRQ(U8(1), valid)
			KMOVQ(valid, k[2])
			for i, v := range []VecVirtual{x, next, second} {
				VMOVDQU8_Z(Mem{Base: src, Index: pos, Scale: 1, Disp: i}, k[i], v)
			}
			VPCMPEQB(like[lf], x, isLF)
			VPCMPEQB(like[cr], x, k[1], isCR)
			secondOf = K()
			KANDQ(isLF, k[2], secondOf)
			// A lane without a byte must not look like a NUL.
			KNOTQ(k[0], k[0])
			VPSUBB(like[lf], x, k[0], x)
		}

		// An LF takes the difference of the byte behind it from an LF, 0 for an
		// empty line.
		VPSUBB(like[lf], next, isLF, x)
		VPMINUB(x, least, least)
		unlike := ZMM()
		VPSUBB_Z(like[equals], second, secondOf, unlike)
		VPORQ(unlike, wrong, wrong)
		behind := ZMM()
		VPSUBB_Z(like[lf], next, isCR, behind)
		VPORQ(behind, wrong, wrong)

		isMarked, other := K(), K()
		VPCMPEQB(like[media], next, isLF, isMarked)
		VPCMPEQB(like[connection], next, isLF, other)
		KORQ(other, isMarked, isMarked)
		l, m, number := GP64(), GP64(), GP64()
		KMOVQ(isLF, l)
		KMOVQ(isMarked, m)

		// The number of a marked line is that of the LFs up to the one in
		// front of it. Most blocks have none. To go by them, in place of a
		// word written for each and kept or not, took 6 ns off the index, with AVX2 7.
		TESTQ(m, m)
		JZ(LabelRef("marked" + tag))
		Label("marks" + tag)
		BLSMSKQ(m, number)
		ANDQ(l, number)
		POPCNTQ(number, number)
		ADDQ(n, number)
		MOVL(number.As32(), Mem{Base: marks, Index: nmarks, Scale: 4})
		INCQ(nmarks)
		BLSRQ(m, m)
		JNZ(LabelRef("marks" + tag))
		Label("marked" + tag)

		count := GP64()
		POPCNTQ(l, count)
		positions(tag, each, isLF, count, pos, Mem{Base: ends, Index: n, Scale: 4})
		ADDQ(count, n)
	}

	inside := GP64() // the last place from which the bytes of a step are there
	LEAQ(Mem{Base: size, Disp: -block - 2}, inside)
	Label("loop")
	CMPQ(pos, inside)
	JGT(LabelRef("tail"))
	step("", nil)
	ADDQ(U8(block), pos)
	JMP(LabelRef("loop"))

	Label("tail")
	left := GP64()
	MOVQ(size, left)
	SUBQ(pos, left)
	JLE(LabelRef("ended"))
	step("_tail", left)
	ADDQ(U8(block), pos)
	JMP(LabelRef("tail"))

	Label("ended")
	k := K()
	VPTESTNMB(least, least, k)
	KMOVQ(k, t)
	ORQ(t, odd)
	VPTESTMB(wrong, wrong, k)
	KMOVQ(k, t)
	ORQ(t, odd)
	Store(n, Return("n"))
	Store(nmarks, Return("nmarks"))
	Store(odd, Return("odd"))
	VZEROUPPER()
	RET()

	short(t)
}

// positions writes pos + the number of each bit of the mask to out as 32-bit
// words, and whatever behind them, at most block words; count is the number of
// the bits. VPCOMPRESSB waits for its destination even when it zeroes, so that
// is cleared by an instruction known not to wait. Bit by bit, as AVX2 does it,
// the index of a body of 539 bytes takes 78 ns in place of 71 (Zen 5, 27
// November 2026).
func positions(tag string, each VecVirtual, mask OpmaskVirtual, count, pos GPVirtual, out Mem) {
	numbers, base, words := ZMM(), ZMM(), ZMM()
	VPXORQ(numbers, numbers, numbers)
	VPCOMPRESSB_Z(each, mask, numbers)
	VPBROADCASTD(pos.As32(), base)
	VPMOVZXBD(numbers.AsX(), words)
	VPADDD(base, words, words)
	VMOVDQU32(words, out)
	CMPQ(count, U8(16))
	JLE(LabelRef("written" + tag))
	for part := 1; part < 4; part++ {
		x := XMM()
		VEXTRACTI32X4(U8(part), numbers, x)
		VPMOVZXBD(x, words)
		VPADDD(base, words, words)
		VMOVDQU32(words, out.Offset(64*part))
	}
	Label("written" + tag)
}

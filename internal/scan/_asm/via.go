package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// The parts of scan.viaClasses.
const (
	viaLabel   = 16 * 0
	viaPunct   = 16 * 1
	viaToken   = 16 * 2
	viaSemi    = 16*classSets + 0
	viaEquals  = 16*classSets + 1
	viaBracket = 16*classSets + 2
)

// genVia writes the kernel behind scan.ReadVia. It works as genAddr does. What is
// longer than a window is read in two, which the last ";" of the first one divides.
func genVia(i windowISA) {
	const (
		maxWindow  = 63 // a bit behind the last byte must exist
		maxDigits  = 5  // of a port
		ones       = 0x0101010101010101
		before     = len(";branch=")
		param      = ';' | 'b'<<8 | 'r'<<16 | 'a'<<24 | 'n'<<32 | 'c'<<40 | 'h'<<48 | '='<<56
		letters    = 0x202020202020 << 8 // of small letters, which they make of large ones
		hostWord   = 0
		paramsWord = 4
		portWord   = 8
		branchWord = 12
		endWord    = 16
		semisWord  = 24
	)
	name := "via" + i.suffix()
	TEXT(name, NOSPLIT, "func(b *byte, size int, c *byte, via *uint32) bool")
	Doc(name+" is ReadVia for the size bytes at b, from 4 to 126, and the classes at c.", "It reads up to 8 bytes in front of b.")
	Pragma("noescape")
	b, size := Load(Param("b"), GP64()), Load(Param("size"), GP64())
	c, out := Load(Param("c"), GP64()), Load(Param("via"), GP64())
	refuse := LabelRef("refused")

	window, t := GP64(), GP64()
	MOVQ(U32(maxWindow), window)
	CMPQ(size, window)
	CMOVQLT(size, window)
	i.loadWindow(b, window)
	label := i.inSet(Mem{Base: c, Disp: viaLabel})
	punct := i.inSet(Mem{Base: c, Disp: viaPunct})
	chars := i.inSet(Mem{Base: c, Disp: viaToken})
	semis := i.equal(Mem{Base: c, Disp: viaSemi})
	equals := i.equal(Mem{Base: c, Disp: viaEquals})

	// The host: a run of its characters, or what is in brackets. Adding to the first
	// bit of a run of ones carries to the bit behind it.
	hostEnd, end, host := GP64(), GP64(), GP64()
	MOVQ(label, t)
	ORQ(punct, t)
	LEAQ(Mem{Base: t, Disp: 1}, hostEnd)
	ANDNQ(hostEnd, t, hostEnd)
	LEAQ(Mem{Base: hostEnd, Disp: -1}, host)
	ANDQ(punct, host) // no two side by side, none at either end
	MOVQ(hostEnd, end)
	SHRQ(U8(1), end)
	LEAQ(Mem{Base: punct, Index: punct, Scale: 1, Disp: 1}, t)
	ORQ(t, end)
	TESTQ(host, end)
	JNZ(refuse)
	TZCNTQ(hostEnd, end)
	JZ(LabelRef("bracket")) // at bit 0
	Label("port")

	// The port, which is behind a colon. Of the eight bytes in front of its end the
	// last ones are its digits, and the others become zeros.
	colon, portEnd, at, digits := GP64(), GP64(), GP64(), GP64()
	LEAQ(Mem{Base: end, Disp: -1}, at)
	XORQ(colon, colon)
	CMPQ(end, size)
	ADCQ(I8(0), at) // the last byte of all where there is none behind the host
	CMPB(Mem{Base: b, Index: at, Scale: 1}, U8(':'))
	SETEQ(colon.As8())
	SHLXQ(colon, hostEnd, portEnd)
	ADDQ(label, portEnd)
	ANDNQ(portEnd, label, portEnd)
	TZCNTQ(portEnd, at)
	CMPQ(at, size)
	JHI(refuse)
	MOVQ(at, digits)
	SUBQ(end, digits)
	SUBQ(colon, digits)
	MOVQ(digits, t)
	SUBQ(colon, t)
	CMPQ(t, U8(maxDigits-1))
	JHI(refuse)
	MOVL(end.As32(), Mem{Base: out, Disp: hostWord})
	MOVL(at.As32(), Mem{Base: out, Disp: paramsWord})
	w, k := GP64(), GP64()
	MOVQ(U64('0'*ones), w)
	XORQ(Mem{Base: b, Index: at, Scale: 1, Disp: -8}, w)
	SHLQ(U8(3), digits)
	MOVQ(I32(-1), k)
	SHRXQ(digits, k, k)
	ANDNQ(w, k, w)
	MOVQ(U64((0x80-10)*ones), k)
	ADDQ(w, k)
	ORQ(w, k)
	MOVQ(U64(0x80*ones), t)
	TESTQ(t, k)
	JNZ(refuse)
	// Neighbours are joined: digits to pairs, pairs to fours, fours to one.
	IMUL3Q(U32(1+10<<8), w, w)
	SHRQ(U8(8), w)
	MOVQ(U64(0x00ff00ff00ff00ff), k)
	ANDQ(k, w)
	IMUL3Q(U32(1+100<<16), w, w)
	SHRQ(U8(16), w)
	MOVQ(U64(0x0000ffff0000ffff), k)
	ANDQ(k, w)
	MOVQ(U64(1+10000<<32), k)
	IMULQ(k, w)
	SHRQ(U8(32), w)
	CMPQ(w, U32(1<<16-1))
	JHI(refuse)
	MOVL(w.As32(), Mem{Base: out, Disp: portWord})
	SHRXQ(at, semis, w)
	MOVQ(w, Mem{Base: out, Disp: semisWord})
	from, start := GP64(), portEnd
	XORQ(from, from)
	MOVQ(from, Mem{Base: out, Disp: branchWord}) // and its end

	// The parameters of this window are from the bit start to the bit last.
	last, all, inside, names, ends, bad, u := GP64(), GP64(), GP64(), GP64(), GP64(), GP64(), GP64()
	Label("params")
	MOVQ(size, last)
	SUBQ(from, last)
	CMPQ(last, U8(maxWindow))
	JHI(LabelRef("cut"))
	Label("bounded")
	XORQ(u, u)
	BTSQ(last, u)
	MOVQ(u, all)
	SUBQ(start, all)
	JCS(refuse)
	BZHIQ(last, chars, inside)
	ANDQ(all, semis)
	ANDQ(all, equals)
	LEAQ(Mem{Base: semis, Index: semis, Scale: 1}, names) // their first characters
	LEAQ(Mem{Base: inside, Index: names, Scale: 1}, ends)
	ANDNQ(ends, inside, ends) // the bits behind the names
	MOVQ(inside, bad)
	ORQ(semis, bad)
	ORQ(equals, bad)
	ANDNQ(all, bad, bad) // of no class
	ANDNQ(names, inside, names)
	ORQ(names, bad) // an empty name
	ORQ(u, all)
	ORQ(semis, u) // the ends of values
	ANDNQ(start, u, t)
	ORQ(t, bad) // bytes in front of the first parameter
	ANDNQ(equals, ends, t)
	ORQ(t, bad) // a second "="
	ANDQ(all, ends)
	ANDNQ(ends, equals, t)
	MOVQ(semis, names)
	SHLQ(U8(before-1), names)
	ANDQ(names, t)
	ORQ(t, bad) // a name of six letters without a value may be a branch, too
	JNZ(refuse)

	// Nearly always the branch is the first parameter with a value.
	values, lo := equals, all
	ANDQ(ends, values)
	JZ(LabelRef("read"))
	Label("value")
	TZCNTQ(values, lo)
	ADDQ(from, lo)
	MOVQ(U64(letters), t)
	ORQ(Mem{Base: b, Index: lo, Scale: 1, Disp: 1 - before}, t)
	MOVQ(U64(param), k)
	CMPQ(t, k)
	JEQ(LabelRef("branch"))
	BLSRQ(values, values)
	JNZ(LabelRef("value"))
	Label("read")
	ADDQ(from, last)
	CMPQ(last, size)
	JNE(LabelRef("second"))
	i.end()
	Store(ok(true), ReturnIndex(0))
	RET()

	Label("branch")
	CMPL(Mem{Base: out, Disp: endWord}, U8(0))
	JNE(LabelRef("read")) // not the first one
	INCQ(lo)
	MOVL(lo.As32(), Mem{Base: out, Disp: branchWord})
	BLSMSKQ(values, t)
	ANDNQ(u, t, t)
	TZCNTQ(t, t)
	ADDQ(from, t)
	MOVL(t.As32(), Mem{Base: out, Disp: endWord})
	JMP(LabelRef("read"))

	// The first window ends before the last parameter that begins in it.
	Label("cut")
	BSRQ(semis, last)
	JNZ(LabelRef("bounded"))
	JMP(refuse)

	// An address of IPv6, which the caller looks at.
	Label("bracket")
	CMPB(Mem{Base: b}, U8('['))
	JNE(refuse)
	MOVQ(i.equal(Mem{Base: c, Disp: viaBracket}), hostEnd)
	BLSIQ(hostEnd, hostEnd)
	ADDQ(hostEnd, hostEnd)
	ANDNQ(hostEnd, label, hostEnd)
	ANDNQ(hostEnd, punct, hostEnd)
	TZCNTQ(hostEnd, end)
	JCC(LabelRef("port"))
	JMP(refuse)

	Label("second")
	MOVQ(last, from)
	MOVQ(U32(1), start)
	MOVQ(size, k)
	SUBQ(from, k)
	LEAQ(Mem{Base: k, Disp: -4}, t)
	CMPQ(t, U8(maxWindow-4)) // at most 63, so that this is the last window
	JHI(refuse)
	ADDQ(b, last)
	i.loadWindow(last, k)
	MOVQ(i.inSet(Mem{Base: c, Disp: viaToken}), chars)
	MOVQ(i.equal(Mem{Base: c, Disp: viaSemi}), semis)
	MOVQ(i.equal(Mem{Base: c, Disp: viaEquals}), equals)
	MOVL(Mem{Base: out, Disp: paramsWord}, k.As32())
	MOVQ(from, t)
	SUBQ(k, t)
	SHLXQ(t, semis, t)
	ORQ(Mem{Base: out, Disp: semisWord}, t)
	XORQ(u, u)
	NEGQ(k)
	ADDQ(size, k)
	CMPQ(k, U8(maxWindow))
	CMOVQHI(u, t) // more than a word has bits
	MOVQ(t, Mem{Base: out, Disp: semisWord})
	JMP(LabelRef("params"))

	Label("refused")
	i.end()
	Store(ok(false), ReturnIndex(0))
	RET()
}

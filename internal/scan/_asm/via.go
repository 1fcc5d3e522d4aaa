package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// The parts of scan.viaClasses.
const (
	viaToken  = 16 * 2
	viaSemi   = 16*classSets + 2
	viaEquals = 16*classSets + 3
	viaR      = 16*classSets + 6
)

// The words of a scan.Via.
const (
	viaSize       = 4
	viaTransport  = 8
	viaSentBy     = 16
	viaHost       = 24
	viaBranchLo   = 32
	viaBranchHi   = 36
	viaParamLo    = 40
	viaPort       = 44 // and behind it a byte for the transport and HasPort
	viaSemicolons = 48
	viaRParams    = 56
)

// genVia writes the kernel behind scan.ReadVia. It works as genAddr does. What is
// longer than a window is read in two, which the last ";" of the first one divides.
func genVia(i windowISA) {
	const (
		maxWindow = 63 // a bit behind the last byte must exist
		sip20     = 'S' | 'I'<<8 | 'P'<<16 | '/'<<24 | '2'<<32 | '.'<<40 | '0'<<48 | '/'<<56
		front     = len("SIP/2.0/UDP ")
		transport = len("SIP/2.0/") | (front-1)<<32 // as a part
		before    = len(";branch=")
		param     = ';' | 'b'<<8 | 'r'<<16 | 'a'<<24 | 'n'<<32 | 'c'<<40 | 'h'<<48 | '='<<56
		letters   = 0x202020202020 << 8 // of small letters, which they make of large ones
	)
	name := "via" + i.suffix()
	TEXT(name, NOSPLIT, "func(b *byte, size int, out *uint32, tier uint8) bool")
	Doc(name + " is ReadVia for the size bytes at b, from 16 to 138.")
	Pragma("noescape")
	b, size := Load(Param("b"), GP64()), Load(Param("size"), GP64())
	c := classesOf("viaClasses")
	refuse := LabelRef("refused")

	window, t := GP64(), GP64()
	MOVQ(U64(sip20), t)
	CMPQ(t, Mem{Base: b})
	JNE(LabelRef("other"))
	SUBQ(I8(front), size)
	ADDQ(I8(front), b)
	MOVQ(U32(maxWindow), window)
	CMPQ(size, window)
	CMOVQLT(size, window)
	i.loadWindow(b, window)
	label := i.inSet(c.Offset(hostLabel))
	punct := i.inSet(c.Offset(hostPunct))
	chars := i.inSet(c.Offset(viaToken))
	semis := i.equal(c.Offset(viaSemi))
	equals := i.equal(c.Offset(viaEquals))

	start := GP64()
	MOVQ(U32(1), start)
	h, rare := readHostPort(i, b, size, label, punct, start, c, false)
	out := Load(Param("out"), GP64())
	w, k, from := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: size, Disp: front}, w)
	SHLQ(U8(32), w)
	MOVQ(w, Mem{Base: out})
	SHLQ(U8(24), h.colon)
	ORQ(h.colon, h.port)
	MOVL(h.port.As32(), Mem{Base: out, Disp: viaPort})
	SHRXQ(h.at, semis, w)
	MOVQ(w, Mem{Base: out, Disp: viaSemicolons})
	rs := i.inSet(c.Offset(viaR))
	SHRQ(U8(1), rs)
	ANDQ(semis, rs)
	SHRXQ(h.at, rs, rs)
	MOVQ(rs, Mem{Base: out, Disp: viaRParams})
	MOVQ(U64(transport), w)
	MOVQ(w, Mem{Base: out, Disp: viaTransport})
	MOVL(U32(front), w.As32())
	MOVL(w.As32(), Mem{Base: out, Disp: viaHost})
	MOVL(w.As32(), Mem{Base: out, Disp: viaSentBy})
	ADDQ(I8(front), h.end)
	MOVL(h.end.As32(), Mem{Base: out, Disp: viaHost + 4})
	ADDQ(I8(front), h.at)
	MOVL(h.at.As32(), Mem{Base: out, Disp: viaSentBy + 4})
	MOVL(h.at.As32(), Mem{Base: out, Disp: viaParamLo})
	XORQ(from, from)
	MOVQ(from, Mem{Base: out, Disp: viaBranchLo})
	start = h.portEnd

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
	readParams(all, semis, equals, inside, names, ends, bad)
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
	CMPL(Mem{Base: out, Disp: viaBranchHi}, U8(0))
	JNE(LabelRef("read")) // it was in the first window
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
	ADDQ(I8(front+1), lo)
	MOVL(lo.As32(), Mem{Base: out, Disp: viaBranchLo})
	BLSMSKQ(values, t)
	ANDNQ(u, t, t)
	TZCNTQ(t, t)
	LEAQ(Mem{Base: from, Index: t, Scale: 1, Disp: front}, t)
	MOVL(t.As32(), Mem{Base: out, Disp: viaBranchHi})
	JMP(LabelRef("read"))

	// The first window ends before the last parameter that begins in it.
	Label("cut")
	BSRQ(semis, last)
	JNZ(LabelRef("bounded"))
	JMP(refuse)

	rare()

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
	MOVQ(i.inSet(c.Offset(viaToken)), chars)
	MOVQ(i.equal(c.Offset(viaSemi)), semis)
	MOVQ(i.equal(c.Offset(viaEquals)), equals)
	MOVL(Mem{Base: out, Disp: viaParamLo}, k.As32())
	SUBQ(I8(front), k)
	MOVQ(from, t)
	SUBQ(k, t)
	rs = i.inSet(c.Offset(viaR))
	SHRQ(U8(1), rs)
	ANDQ(semis, rs)
	SHLXQ(t, rs, rs)
	ORQ(rs, Mem{Base: out, Disp: viaRParams})
	SHLXQ(t, semis, t)
	ORQ(Mem{Base: out, Disp: viaSemicolons}, t)
	XORQ(u, u)
	NEGQ(k)
	ADDQ(size, k)
	CMPQ(k, U8(maxWindow))
	CMOVQHI(u, t) // more than a word has bits
	MOVQ(t, Mem{Base: out, Disp: viaSemicolons})
	JMP(LabelRef("params"))

	Label("refused")
	i.end()
	Label("other")
	Store(ok(false), ReturnIndex(0))
	RET()
}

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// The parts of scan.uriClasses, and the words of a scan.URI.
const (
	uriChars   = 16 * 2
	uriSemi    = 16*classSets + 2
	uriEquals  = 16*classSets + 3
	uriAt      = 16*classSets + 4
	uriPercent = 16*classSets + 5

	uriColon   = 0
	uriUserHi  = 4
	uriHostLo  = 8
	uriHostHi  = 12
	uriParamLo = 16
	uriParamHi = 20
	uriPort    = 24 // and behind it the byte of the flags
)

// genURI writes the kernel behind scan.ReadURI. It works as genAddr does.
func genURI(i windowISA) {
	const (
		sip     = 's' | 'i'<<8 | 'p'<<16 | ':'<<24
		letters = 0x202020 // of small letters, which they make of large ones
		first   = len("sip:")
	)
	name := "uri" + i.suffix()
	TEXT(name, NOSPLIT, "func(b *byte, size int, out *uint32, tier uint8) bool")
	Doc(name + " is ReadURI for the size bytes at b, from 8 to 63.")
	Pragma("noescape")
	b, size := Load(Param("b"), GP64()), GP64()
	Load(Param("size"), size)
	c := classesOf("uriClasses")
	refuse := LabelRef("refused")

	t := GP64()
	MOVL(Mem{Base: b}, t.As32())
	ORL(U32(letters), t.As32())
	CMPL(t.As32(), U32(sip))
	JNE(LabelRef("other"))
	i.loadWindow(b, size)
	label := i.inSet(c.Offset(hostLabel))
	punct := i.inSet(c.Offset(hostPunct))
	chars := i.inSet(c.Offset(uriChars))
	at := i.equal(c.Offset(uriAt))
	semis := i.equal(c.Offset(uriSemi))
	equals := i.equal(c.Offset(uriEquals))

	// The user, which ends at the first "@", and the host behind it; or there is no
	// user.
	start, user := GP64(), GP64()
	BLSIQ(at, at)
	LEAQ(Mem{Base: at, Index: at, Scale: 1}, start)
	MOVQ(U32(1<<first), user)
	BTQ(U8(first), at) // an empty one
	JCS(refuse)
	TESTQ(at, at)
	CMOVQEQ(user, start)
	NEGQ(user)
	ADDQ(start, user)
	ANDNQ(user, at, user) // the bits from the first to the "@"
	ANDNQ(user, chars, user)
	ANDNQ(user, semis, user)
	ANDNQ(user, equals, user)
	JNZ(LabelRef("escapes"))
	Label("host")
	h, rare := readHostPort(i, b, size, label, punct, start, c, true)

	// The parameters are from the bit portEnd to the bit behind the last byte.
	all, end, names, ends, bad := GP64(), GP64(), GP64(), GP64(), GP64()
	XORQ(end, end)
	BTSQ(size, end)
	MOVQ(end, all)
	SUBQ(h.portEnd, all)
	readParams(all, semis, equals, chars, names, ends, bad)
	ORQ(semis, end)
	ANDNQ(h.portEnd, end, t)
	ORQ(t, bad) // bytes in front of the first parameter
	ANDNQ(equals, ends, t)
	ORQ(t, bad) // a second "="
	JNZ(refuse)

	out, has := Load(Param("out"), GP64()), GP64()
	XORQ(has, has)
	CMPQ(start, U8(1<<first))
	SETNE(has.As8()) // a user
	MOVL(U32(first-1), Mem{Base: out, Disp: uriColon})
	TZCNTQ(start, t)
	MOVL(t.As32(), Mem{Base: out, Disp: uriHostLo})
	SUBQ(has, t)
	MOVL(t.As32(), Mem{Base: out, Disp: uriUserHi})
	MOVL(h.end.As32(), Mem{Base: out, Disp: uriHostHi})
	MOVL(h.at.As32(), Mem{Base: out, Disp: uriParamLo})
	MOVL(size.As32(), Mem{Base: out, Disp: uriParamHi})
	LEAQ(Mem{Base: has, Index: h.colon, Scale: 4}, has) // URIHasUser, URIHasPort
	SHLQ(U8(16), has)
	ORQ(has, h.port)
	MOVL(h.port.As32(), Mem{Base: out, Disp: uriPort})
	i.end()
	Store(ok(true), ReturnIndex(0))
	RET()

	// Everything else in the user must be an escape. No "@" is a digit of one, so
	// that they are in the user, too.
	Label("escapes")
	percents, hex := i.equal(c.Offset(uriPercent)), i.inSet(c.Offset(hostHex))
	SHRQ(U8(1), hex)
	ANDQ(hex, percents)
	SHRQ(U8(1), hex)
	ANDQ(hex, percents)
	ANDNQ(user, percents, user)
	JZ(LabelRef("host"))
	JMP(refuse)

	rare()

	Label("refused")
	i.end()
	Label("other")
	Store(ok(false), ReturnIndex(0))
	RET()
}

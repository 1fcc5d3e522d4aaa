package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// What readHostPort asks for is at the same place in the scan.classes of all values
// with a host.
const (
	hostLabel   = 16 * 0
	hostPunct   = 16 * 1
	hostHex     = 16 * 3
	hostBracket = 16*classSets + 0
	hostColon   = 16*classSets + 1
)

// A hostPort is what readHostPort has found.
type hostPort struct {
	hostEnd GPVirtual // the bit behind the host
	end     GPVirtual // its number
	portEnd GPVirtual // the bit behind the port, or hostEnd without one
	at      GPVirtual // its number
	colon   GPVirtual // 1 with a port
	port    GPVirtual
}

// readHostPort reads host [ ":" port ] (RFC 3261, 25.1), which begins at the bit
// start of the window, the value of size bytes at b. The window is shorter than 64
// bytes, and there are eight bytes in front of the end of what is read, or, with
// short, the value is refused. label and punct are the bytes of hostnames; c is the
// scan.classes. The second function writes what is seldom, and is to be
// called where the code does not pass by.
func readHostPort(i windowISA, b, size Register, label, punct, start GPVirtual, c Mem, short bool) (h hostPort, rare func()) {
	const (
		maxDigits = 5 // of a port
		ones      = 0x0101010101010101
	)
	h = hostPort{GP64(), GP64(), GP64(), GP64(), GP64(), GP64()}
	refuse := LabelRef("refused")

	// The host: a run of its characters, or what is in brackets. Adding to the first
	// bit of a run of ones carries to the bit behind it.
	host, t := GP64(), GP64()
	MOVQ(label, t)
	ORQ(punct, t)
	LEAQ(Mem{Base: t, Index: start, Scale: 1}, h.hostEnd)
	ANDNQ(h.hostEnd, t, h.hostEnd)
	MOVQ(h.hostEnd, host)
	SUBQ(start, host)
	JZ(LabelRef("bracket"))
	ANDQ(punct, host) // no two side by side, none at either end
	MOVQ(h.hostEnd, h.end)
	SHRQ(U8(1), h.end)
	LEAQ(Mem{Base: punct, Index: punct, Scale: 1}, t)
	ORQ(start, t)
	ORQ(t, h.end)
	TESTQ(host, h.end)
	JNZ(refuse)
	TZCNTQ(h.hostEnd, h.end)
	Label("port")

	// The port, which is behind a colon. Of the eight bytes in front of its end the
	// last ones are its digits, and the others become zeros.
	digits := GP64()
	LEAQ(Mem{Base: h.end, Disp: -1}, h.at)
	XORQ(h.colon, h.colon)
	CMPQ(h.end, size)
	ADCQ(I8(0), h.at) // the last byte of all where there is none behind the host
	CMPB(Mem{Base: b, Index: h.at, Scale: 1}, U8(':'))
	SETEQ(h.colon.As8())
	SHLXQ(h.colon, h.hostEnd, h.portEnd)
	ADDQ(label, h.portEnd)
	ANDNQ(h.portEnd, label, h.portEnd)
	TZCNTQ(h.portEnd, h.at)
	CMPQ(h.at, size)
	JHI(refuse)
	if short {
		CMPQ(h.at, U8(8))
		JCS(refuse)
	}
	MOVQ(h.at, digits)
	SUBQ(h.end, digits)
	SUBQ(h.colon, digits)
	MOVQ(digits, t)
	SUBQ(h.colon, t)
	CMPQ(t, U8(maxDigits-1))
	JHI(refuse)
	w, k := h.port, GP64()
	MOVQ(U64('0'*ones), w)
	XORQ(Mem{Base: b, Index: h.at, Scale: 1, Disp: -8}, w)
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

	return h, func() {
		// An address of IPv6 in its usual form: up to seven groups of one to four
		// digits, single colons between them, and one "::".
		Label("bracket")
		TZCNTQ(start, t)
		CMPQ(t, size)
		JCC(refuse)
		CMPB(Mem{Base: b, Index: t, Scale: 1}, U8('['))
		JNE(refuse)
		MOVQ(start, t)
		NEGQ(t)
		MOVQ(i.equal(c.Offset(hostBracket)), h.hostEnd)
		ANDQ(t, h.hostEnd)
		BLSIQ(h.hostEnd, h.hostEnd)
		JCC(refuse) // none
		inner, colons, digits, double := GP64(), GP64(), GP64(), GP64()
		LEAQ(Mem{Base: start, Index: start, Scale: 1}, t)
		MOVQ(h.hostEnd, inner)
		SUBQ(t, inner)
		MOVQ(i.equal(c.Offset(hostColon)), colons)
		MOVQ(i.inSet(c.Offset(hostHex)), digits)
		ANDQ(inner, colons)
		ANDQ(inner, digits)
		ANDNQ(inner, colons, inner)
		CMPQ(inner, digits)
		JNE(refuse) // neither
		MOVQ(colons, double)
		SHRQ(U8(1), double)
		ANDQ(colons, double)
		JZ(refuse)
		BLSRQ(double, inner)
		JNZ(refuse)         // a second one, or three colons
		ANDQ(colons, t)     // at the start
		ANDNQ(t, double, t) // but not two
		LEAQ(Mem{Base: double, Index: double, Scale: 1}, double)
		ANDNQ(colons, double, colons) // but the second of two
		ADDQ(colons, colons)
		ANDQ(h.hostEnd, colons) // at the end
		ORQ(colons, t)
		MOVQ(digits, inner)
		SHRQ(U8(1), inner)
		ANDQ(digits, inner)
		MOVQ(inner, double)
		SHRQ(U8(2), double)
		ANDQ(inner, double)
		MOVQ(digits, inner)
		SHRQ(U8(4), inner)
		ANDQ(inner, double) // runs of five
		ORQ(double, t)
		JNZ(refuse)
		LEAQ(Mem{Base: digits, Index: digits, Scale: 1}, t)
		ANDNQ(digits, t, digits) // where groups begin
		POPCNTQ(digits, digits)
		CMPQ(digits, U8(7))
		JHI(refuse)
		ADDQ(h.hostEnd, h.hostEnd)
		ANDNQ(h.hostEnd, label, h.hostEnd) // "[::1]9" is none
		ANDNQ(h.hostEnd, punct, h.hostEnd)
		TZCNTQ(h.hostEnd, h.end)
		JCC(LabelRef("port"))
		JMP(refuse)
	}
}

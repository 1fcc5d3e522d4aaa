//go:build !purego

// The kernels for arm64, written by hand. They follow those for amd64 step by
// step; _asm/lines.go explains them. A mask is a word of 64 bits, a bit for
// each of the 64 bytes of a block; the R registers begin with an r.

#include "textflag.h"

// The kinds of the bytes with some low four bits and with some high four, as
// _asm/avx2.go has them, and the weights that make bits of bytes.
DATA neon<>+0(SB)/8, $0x3f3e3f3e3e3e3f3a
DATA neon<>+8(SB)/8, $0x4c358524259d9e3e
DATA neon<>+16(SB)/8, $0x500c08040201e060
DATA neon<>+24(SB)/8, $0x0000000000000000
DATA neon<>+32(SB)/8, $0x8040201008040201
DATA neon<>+40(SB)/8, $0x8040201008040201
GLOBL neon<>(SB), RODATA|NOPTR, $48

#define rSrc R0
#define rSize R1
#define rPos R2
#define rLast R3
#define rOut R4
#define rK R5
#define rRoom R6
#define rAfterLF R7
#define rAfterLF1 R8
#define rUnfinished R9
#define rAt R10
#define rShift R11
#define rLf R12
#define rTok R13
#define rStarts R14
#define rEmpty R15
#define rEnds R16
#define rBody R17
#define rT0 R19
#define rT1 R20
#define rT2 R21
#define rT3 R22
#define rCount R23
#define rBefore R24
#define rBare R25
#define rLastCR R26

// The kinds of control bytes.
#define controlKinds $0xe0e0e0e0e0e0e0e0

// The constants: tables in V24 and V25, weights in V26, 0x0f, LF and CR in V27
// to V29. In V30 the kinds of all bytes are collected, all of them for a CR
// without its LF; V31 is all ones.
#define CONSTANTS \
	MOVD	$neon<>(SB), rT0 \
	VLD1	(rT0), [V24.B16, V25.B16, V26.B16] \
	MOVD	$0x0f, rT0 \
	VDUP	rT0, V27.B16 \
	MOVD	$10, rT0 \
	VDUP	rT0, V28.B16 \
	MOVD	$13, rT0 \
	VDUP	rT0, V29.B16 \
	VEOR	V30.B16, V30.B16, V30.B16 \
	VCMEQ	V31.B16, V31.B16, V31.B16

// The block at pos to V0 to V3, or the last one with shift to drop what has
// been seen of it.
#define LOAD \
	CMP	rLast, rPos \
	CSEL	GT, rLast, rPos, rAt \
	SUB	rAt, rPos, rShift \
	ADD	rSrc, rAt, rT0 \
	VLD1	(rT0), [V0.B16, V1.B16, V2.B16, V3.B16]

// V4 to V7, of which each byte is 0 or 0xff, to a mask.
#define GATHER(mask) \
	VAND	V26.B16, V4.B16, V4.B16 \
	VAND	V26.B16, V5.B16, V5.B16 \
	VAND	V26.B16, V6.B16, V6.B16 \
	VAND	V26.B16, V7.B16, V7.B16 \
	VADDP	V5.B16, V4.B16, V4.B16 \
	VADDP	V7.B16, V6.B16, V6.B16 \
	VADDP	V6.B16, V4.B16, V4.B16 \
	VADDP	V4.B16, V4.B16, V4.B16 \
	VMOV	V4.D[0], mask \
	LSR	rShift, mask, mask

// The bytes of the block like those of V to a mask.
#define EQUAL(V, mask) \
	VCMEQ	V.B16, V0.B16, V4.B16 \
	VCMEQ	V.B16, V1.B16, V5.B16 \
	VCMEQ	V.B16, V2.B16, V6.B16 \
	VCMEQ	V.B16, V3.B16, V7.B16 \
	GATHER(mask)

// A CR of X without an LF to all kinds of V30; in LF and behind it in NEXT are
// the LFs of X. The one behind the last byte of the block is taken to be an LF;
// the next block looks whether it is.
#define BARE(X, LF, NEXT) \
	VEXT	$1, NEXT.B16, LF.B16, V16.B16 \
	VCMEQ	V29.B16, X.B16, V17.B16 \
	VORR	V30.B16, V17.B16, V17.B16 \
	VBIF	V16.B16, V17.B16, V30.B16

// The LFs of the block to lf.
#define LINEENDS \
	VCMEQ	V28.B16, V0.B16, V4.B16 \
	VCMEQ	V28.B16, V1.B16, V5.B16 \
	VCMEQ	V28.B16, V2.B16, V6.B16 \
	VCMEQ	V28.B16, V3.B16, V7.B16 \
	BARE(V0, V4, V5) \
	BARE(V1, V5, V6) \
	BARE(V2, V6, V7) \
	BARE(V3, V7, V31) \
	GATHER(rLf) \
	BIC	rLf, rLastCR, rLastCR \
	ORR	rLastCR, rBare, rBare \
	VMOV	V3.B[15], rT0 \
	CMP	$13, rT0 \
	CSET	EQ, rLastCR

// To V: whether the bytes of X are token characters. Control bytes may count
// as such; their kinds are added to V30. Bytes above 0x7f are of no kind.
#define TOKENS(X, V) \
	VUSHR	$4, X.B16, V16.B16 \
	VAND	V27.B16, X.B16, V17.B16 \
	VTBL	V16.B16, [V25.B16], V16.B16 \
	VTBL	V17.B16, [V24.B16], V17.B16 \
	VCMTST	V17.B16, V16.B16, V.B16 \
	VAND	V17.B16, V16.B16, V16.B16 \
	VORR	V16.B16, V30.B16, V30.B16

// The line starts, and a test whether an LF is at one or behind one.
#define STARTS \
	ADD	rLf<<1, rAfterLF, rStarts \
	ADD	rStarts<<1, rAfterLF1, rEmpty \
	ORR	rStarts, rEmpty, rEmpty \
	TST	rLf, rEmpty

// What the block says to the next one.
#define CARRY \
	LSR	$63, rLf, rAfterLF \
	LSR	$63, rStarts, rAfterLF1

// The LFs that end empty lines to empty. The CR of one that is the first byte
// of the block stands before it; that byte was in the block before.
#define EMPTY(nocr) \
	EQUAL(V29, rT1) \
	AND	rStarts, rT1, rT1 \
	LSL	$1, rT1, rT1 \
	CBZ	rAfterLF1, nocr \
	ADD	rPos, rSrc, rT2 \
	MOVBU	-1(rT2), rT2 \
	CMP	$13, rT2 \
	CSET	EQ, rT2 \
	ORR	rT2, rT1, rT1 \
nocr: \
	ORR	rStarts, rT1, rT1 \
	AND	rLf, rT1, rEmpty

// The name ends to ends; renews unfinished, destroys starts.
#define NAMEENDS \
	ADD	rUnfinished, rStarts, rStarts \
	ADDS	rTok, rStarts, rEnds \
	CSET	HS, rUnfinished \
	BIC	rTok, rEnds, rEnds

// The position of the lowest bit of t1 to t, which is cleared.
#define POSITION(t) \
	RBIT	rT1, t \
	CLZ	t, t \
	ADD	rPos, t, t \
	SUB	$1, rT1, rT2 \
	AND	rT2, rT1, rT1

// The positions of ends and lf behind the k words at out: six places at once,
// or at slow, bit by bit.
#define EMIT(slow) \
	TST	rLf, rEnds \
	BNE	slow \
	ORR	rLf, rEnds, rT1 \
	FMOVD	rT1, F4 \
	VCNT	V4.B8, V4.B8 \
	VUADDLV	V4.B8, V4 \
	FMOVD	F4, rCount \
	CMP	$6, rCount \
	BHI	slow \
	ADD	$6, rK, rT2 \
	CMP	rRoom, rT2 \
	BGT	short \
	ADD	rK<<2, rOut, rAt \
	ADD	rCount, rK, rK \
	POSITION(rT0) \
	POSITION(rT3) \
	STPW	(rT0, rT3), (rAt) \
	POSITION(rT0) \
	POSITION(rT3) \
	STPW	(rT0, rT3), 8(rAt) \
	POSITION(rT0) \
	POSITION(rT3) \
	STPW	(rT0, rT3), 16(rAt)

// EMIT bit by bit. A bit that is a name end and an LF is written twice: every
// position is, and the second is then kept or written over.
#define SLOW(bit) \
	FMOVD	rEnds, F4 \
	FMOVD	rLf, F5 \
	VCNT	V4.B8, V4.B8 \
	VCNT	V5.B8, V5.B8 \
	VADD	V5.B8, V4.B8, V4.B8 \
	VUADDLV	V4.B8, V4 \
	FMOVD	F4, rCount \
	ADD	rK, rCount, rCount \
	ADD	$1, rCount, rCount \
	CMP	rRoom, rCount \
	BGT	short \
	AND	rLf, rEnds, rBefore \
	ORR	rLf, rEnds, rT1 \
bit: \
	RBIT	rT1, rT0 \
	CLZ	rT0, rT0 \
	LSR	rT0, rBefore, rT3 \
	AND	$1, rT3, rT3 \
	ADD	rPos, rT0, rT0 \
	ADD	rK<<2, rOut, rAt \
	STPW	(rT0, rT0), (rAt) \
	ADD	$1, rK, rK \
	ADD	rT3, rK, rK \
	SUB	$1, rT1, rT2 \
	ANDS	rT2, rT1, rT1 \
	BNE	bit

// Returns with body; the k words at out have been written.
#define RETURN(where) \
	LSR	$1, rK, rK \
	MOVD	rK, n+40(FP) \
	MOVD	where, body+48(FP) \
	VMOV	V30.D[0], rT0 \
	VMOV	V30.D[1], rT1 \
	ORR	rT1, rT0, rT0 \
	AND	controlKinds, rT0, rT0 \
	ORR	rBare, rT0, rT0 \
	MOVD	rT0, odd+56(FP) \
	RET

// func linesNEON(src *byte, size, from int, out *uint32, room int) (n, body, odd int)
TEXT ·linesNEON(SB), NOSPLIT, $0-64
	MOVD	src+0(FP), rSrc
	MOVD	size+8(FP), rSize
	MOVD	from+16(FP), rPos
	MOVD	out+24(FP), rOut
	MOVD	room+32(FP), rRoom
	SUB	$64, rSize, rLast
	MOVD	$1, rAfterLF
	MOVD	ZR, rAfterLF1
	MOVD	ZR, rUnfinished
	MOVD	ZR, rK
	MOVD	ZR, rBare
	MOVD	ZR, rLastCR
	CONSTANTS

loop:
	CMP	rSize, rPos
	BGE	ended
	LOAD
	LINEENDS
	TOKENS(V0, V4)
	TOKENS(V1, V5)
	TOKENS(V2, V6)
	TOKENS(V3, V7)
	GATHER(rTok)
	STARTS
	BNE	perhaps

go_on:
	CARRY
	NAMEENDS
	EMIT(slow)
	ADD	$64, rPos, rPos
	B	loop

slow:
	SLOW(slow_bit)
	ADD	$64, rPos, rPos
	B	loop

perhaps:
	EMPTY(no_cr_before)
	CBZ	rEmpty, go_on
	RBIT	rEmpty, rBody
	CLZ	rBody, rBody
	ADD	rPos, rBody, rBody
	ADD	$1, rBody, rBody
	SUB	$1, rEmpty, rBefore
	BIC	rEmpty, rBefore, rBefore
	AND	rBefore, rLf, rLf
	NAMEENDS
	AND	rBefore, rEnds, rEnds
	EMIT(slow_last)

found:
	RETURN(rBody)

slow_last:
	SLOW(slow_bit_last)
	B	found

ended:
	RETURN(ZR)

short:
	MOVD	$-1, rBody
	RETURN(rBody)

// func headerEndNEON(src *byte, size, from, afterLF, afterLF1 int) int
TEXT ·headerEndNEON(SB), NOSPLIT, $0-48
	MOVD	src+0(FP), rSrc
	MOVD	size+8(FP), rSize
	MOVD	from+16(FP), rPos
	MOVD	afterLF+24(FP), rAfterLF
	MOVD	afterLF1+32(FP), rAfterLF1
	SUB	$64, rSize, rLast
	CONSTANTS

loop:
	CMP	rSize, rPos
	BGE	none
	LOAD
	EQUAL(V28, rLf)
	STARTS
	BNE	perhaps

go_on:
	CARRY
	ADD	$64, rPos, rPos
	B	loop

perhaps:
	EMPTY(no_cr_before)
	CBZ	rEmpty, go_on
	RBIT	rEmpty, rT0
	CLZ	rT0, rT0
	ADD	rPos, rT0, rT0
	ADD	$1, rT0, rT0
	MOVD	rT0, ret+40(FP)
	RET

none:
	MOVD	ZR, ret+40(FP)
	RET

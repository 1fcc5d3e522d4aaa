//go:build !purego

#include "textflag.h"

// The kernel of WriteSplices copies 64 bytes at a time. A block is at a multiple of 64
// from the start of its run, or where the last block is, if that is less: so a block
// may be copied more than once, and no branch depends on how long a short run is.

// BLOCK copies the block at the offset in AX from BX to DI.
#define BLOCK(a, b) \
	VMOVDQU (BX)(AX*1), a; \
	VMOVDQU 32(BX)(AX*1), b; \
	VMOVDQU a, (DI)(AX*1); \
	VMOVDQU b, 32(DI)(AX*1)

// NEXT copies the block at offset, or the last one, whose offset is in CX.
#define NEXT(offset, a, b) \
	MOVQ    $offset, AX; \
	CMPQ    CX, AX; \
	CMOVQLT CX, AX; \
	BLOCK(a, b)

// ENDS copies the first and the last block.
#define ENDS \
	VMOVDQU (BX), Y0; \
	VMOVDQU 32(BX), Y1; \
	VMOVDQU (BX)(CX*1), Y2; \
	VMOVDQU 32(BX)(CX*1), Y3; \
	VMOVDQU Y0, (DI); \
	VMOVDQU Y1, 32(DI); \
	VMOVDQU Y2, (DI)(CX*1); \
	VMOVDQU Y3, 32(DI)(CX*1)

// func splicesAVX2(out, buf, text *byte, plan *Splice, n, at, end, size, used int) bool
//
// splicesAVX2 is WriteSplices for a plan of n splices, at least one. 64 bytes at least
// are behind the last splice and behind the used bytes of text, and out has a size of 64
// or more. It writes nothing outside of out and reads nothing outside of buf and text,
// whatever the plan: R13 is where the last block of out begins, and a run or a text that
// ends behind it is refused before it is copied, since a block must follow.
TEXT ·splicesAVX2(SB), NOSPLIT, $0-73
	MOVQ out+0(FP), DI
	MOVQ buf+8(FP), SI
	MOVQ text+16(FP), R8
	MOVQ plan+24(FP), R9
	MOVQ n+32(FP), R10
	MOVQ at+40(FP), R11
	XORL R12, R12
	MOVQ size+56(FP), R13
	LEAQ -64(DI)(R13*1), R13

next:
	// The run in front of the splice, up to its lo: DX bytes at BX.
	MOVL    4(R9), DX
	LEAQ    (SI)(R11*1), BX
	SUBQ    R11, DX
	JCS     refused
	LEAQ    (DI)(DX*1), AX
	CMPQ    AX, R13
	JHI     refused
	MOVQ    DX, CX
	SUBQ    $64, CX
	CMOVQLT R12, CX
	CMPQ    DX, $256
	JHI     longRun
	ENDS
	NEXT(64, Y4, Y5)
	NEXT(128, Y6, Y7)

text:
	ADDQ    DX, DI
	MOVL    8(R9), R11
	CMPL    R11, 4(R9)
	JCS     refused
	MOVL    12(R9), BX
	MOVL    16(R9), DX
	CMPQ    DX, used+64(FP)
	JHI     refused
	SUBQ    BX, DX
	JCS     refused
	ADDQ    R8, BX
	LEAQ    (DI)(DX*1), AX
	CMPQ    AX, R13
	JHI     refused
	MOVQ    DX, CX
	SUBQ    $64, CX
	CMOVQLT R12, CX
	CMPQ    DX, $128
	JHI     longText
	ENDS

done:
	ADDQ DX, DI
	ADDQ $24, R9
	DECQ R10
	JNZ  next

	// What is behind the last splice: a block and CX bytes, 512 in a step but for
	// the last ones.
	LEAQ (SI)(R11*1), BX
	MOVQ end+48(FP), CX
	SUBQ R11, CX
	SUBQ $64, CX
	LEAQ (DI)(CX*1), AX
	CMPQ AX, R13
	JNE  refused
	CMPQ CX, $(512-64)
	JHI  longTail

tail:
	ENDS
	NEXT(64, Y4, Y5)
	NEXT(128, Y6, Y7)
	NEXT(192, Y0, Y1)
	NEXT(256, Y2, Y3)
	NEXT(320, Y4, Y5)
	NEXT(384, Y6, Y7)
	VZEROUPPER
	MOVB $1, ret+72(FP)
	RET

longTail:
	VMOVDQU (BX), Y0
	VMOVDQU 32(BX), Y1
	VMOVDQU 64(BX), Y2
	VMOVDQU 96(BX), Y3
	VMOVDQU 128(BX), Y4
	VMOVDQU 160(BX), Y5
	VMOVDQU 192(BX), Y6
	VMOVDQU 224(BX), Y7
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)
	VMOVDQU Y2, 64(DI)
	VMOVDQU Y3, 96(DI)
	VMOVDQU Y4, 128(DI)
	VMOVDQU Y5, 160(DI)
	VMOVDQU Y6, 192(DI)
	VMOVDQU Y7, 224(DI)
	VMOVDQU 256(BX), Y0
	VMOVDQU 288(BX), Y1
	VMOVDQU 320(BX), Y2
	VMOVDQU 352(BX), Y3
	VMOVDQU 384(BX), Y4
	VMOVDQU 416(BX), Y5
	VMOVDQU 448(BX), Y6
	VMOVDQU 480(BX), Y7
	VMOVDQU Y0, 256(DI)
	VMOVDQU Y1, 288(DI)
	VMOVDQU Y2, 320(DI)
	VMOVDQU Y3, 352(DI)
	VMOVDQU Y4, 384(DI)
	VMOVDQU Y5, 416(DI)
	VMOVDQU Y6, 448(DI)
	VMOVDQU Y7, 480(DI)
	ADDQ $512, BX
	ADDQ $512, DI
	SUBQ $512, CX
	CMPQ CX, $(512-64)
	JG   longTail
	// Up to 512 bytes are left. If it is less than a block, the last one begins in
	// front of them.
	TESTQ CX, CX
	JGE  tail
	XORL  AX, AX
	ADDQ  CX, BX
	ADDQ  CX, DI
	BLOCK(Y0, Y1)
	VZEROUPPER
	MOVB $1, ret+72(FP)
	RET

refused:
	VZEROUPPER
	MOVB $0, ret+72(FP)
	RET

longRun:
	XORL AX, AX

moreRun:
	BLOCK(Y0, Y1)
	ADDQ $64, AX
	CMPQ AX, CX
	JLT  moreRun
	MOVQ CX, AX
	BLOCK(Y0, Y1)
	JMP  text

longText:
	XORL AX, AX

moreText:
	BLOCK(Y0, Y1)
	ADDQ $64, AX
	CMPQ AX, CX
	JLT  moreText
	MOVQ CX, AX
	BLOCK(Y0, Y1)
	JMP  done

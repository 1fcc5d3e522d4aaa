// The body of the kernels of WriteSplices, for a plan of n splices, at least one. 64
// bytes at least are behind the last splice and behind the used bytes of text, and out
// has a size of 64 or more. It writes nothing outside of out and reads nothing outside
// of text, whatever the plan, and nothing outside of buf when the splices are in order,
// which the caller has seen to: R13 is where the last block of out begins, and a
// run or a text that ends behind it is refused before it is copied, since a block must
// follow.

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
	NEXT(64)
	NEXT(128)

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
	NEXT(64)
	NEXT(128)
	NEXT(192)
	NEXT(256)
	NEXT(320)
	NEXT(384)
	VZEROUPPER
	MOVB $1, ret+72(FP)
	RET

longTail:
	EIGHT
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
	BLOCK
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
	BLOCK
	ADDQ $64, AX
	CMPQ AX, CX
	JLT  moreRun
	MOVQ CX, AX
	BLOCK
	JMP  text

longText:
	XORL AX, AX

moreText:
	BLOCK
	ADDQ $64, AX
	CMPQ AX, CX
	JLT  moreText
	MOVQ CX, AX
	BLOCK
	JMP  done

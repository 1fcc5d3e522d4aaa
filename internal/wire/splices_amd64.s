//go:build !purego

#include "textflag.h"

// The kernels of WriteSplices copy 64 bytes at a time. A block is at a multiple of 64
// from the start of its run, or where the last block is, if that is less: so a block
// may be copied more than once, and no branch depends on how long a short run is.
//
// They differ in how many registers a block takes. What is the same, splices_amd64.h,
// is made of these:
//
// BLOCK copies the block at the offset in AX from BX to DI.
// ENDS copies the first and the last block, whose offset is in CX.
// EIGHT copies the first eight blocks.

// NEXT copies the block at offset, or the last one.
#define NEXT(offset) \
	MOVQ    $offset, AX; \
	CMPQ    CX, AX; \
	CMOVQLT CX, AX; \
	BLOCK

#define BLOCK \
	VMOVDQU (BX)(AX*1), Y0; \
	VMOVDQU 32(BX)(AX*1), Y1; \
	VMOVDQU Y0, (DI)(AX*1); \
	VMOVDQU Y1, 32(DI)(AX*1)

#define ENDS \
	VMOVDQU (BX), Y0; \
	VMOVDQU 32(BX), Y1; \
	VMOVDQU (BX)(CX*1), Y2; \
	VMOVDQU 32(BX)(CX*1), Y3; \
	VMOVDQU Y0, (DI); \
	VMOVDQU Y1, 32(DI); \
	VMOVDQU Y2, (DI)(CX*1); \
	VMOVDQU Y3, 32(DI)(CX*1)

#define FOUR(at) \
	VMOVDQU at(BX), Y0; \
	VMOVDQU 32+at(BX), Y1; \
	VMOVDQU 64+at(BX), Y2; \
	VMOVDQU 96+at(BX), Y3; \
	VMOVDQU 128+at(BX), Y4; \
	VMOVDQU 160+at(BX), Y5; \
	VMOVDQU 192+at(BX), Y6; \
	VMOVDQU 224+at(BX), Y7; \
	VMOVDQU Y0, at(DI); \
	VMOVDQU Y1, 32+at(DI); \
	VMOVDQU Y2, 64+at(DI); \
	VMOVDQU Y3, 96+at(DI); \
	VMOVDQU Y4, 128+at(DI); \
	VMOVDQU Y5, 160+at(DI); \
	VMOVDQU Y6, 192+at(DI); \
	VMOVDQU Y7, 224+at(DI)

#define EIGHT \
	FOUR(0); \
	FOUR(256)

// func splicesAVX2(out, buf, text *byte, plan *Splice, n, at, end, size, used int) bool
TEXT ·splicesAVX2(SB), NOSPLIT, $0-73
#include "splices_amd64.h"

#undef BLOCK
#undef ENDS
#undef EIGHT

#define BLOCK \
	VMOVDQU64 (BX)(AX*1), Z0; \
	VMOVDQU64 Z0, (DI)(AX*1)

#define ENDS \
	VMOVDQU64 (BX), Z0; \
	VMOVDQU64 (BX)(CX*1), Z1; \
	VMOVDQU64 Z0, (DI); \
	VMOVDQU64 Z1, (DI)(CX*1)

#define EIGHT \
	VMOVDQU64 (BX), Z0; \
	VMOVDQU64 64(BX), Z1; \
	VMOVDQU64 128(BX), Z2; \
	VMOVDQU64 192(BX), Z3; \
	VMOVDQU64 256(BX), Z4; \
	VMOVDQU64 320(BX), Z5; \
	VMOVDQU64 384(BX), Z6; \
	VMOVDQU64 448(BX), Z7; \
	VMOVDQU64 Z0, (DI); \
	VMOVDQU64 Z1, 64(DI); \
	VMOVDQU64 Z2, 128(DI); \
	VMOVDQU64 Z3, 192(DI); \
	VMOVDQU64 Z4, 256(DI); \
	VMOVDQU64 Z5, 320(DI); \
	VMOVDQU64 Z6, 384(DI); \
	VMOVDQU64 Z7, 448(DI)

// func splicesAVX512(out, buf, text *byte, plan *Splice, n, at, end, size, used int) bool
TEXT ·splicesAVX512(SB), NOSPLIT, $0-73
#include "splices_amd64.h"

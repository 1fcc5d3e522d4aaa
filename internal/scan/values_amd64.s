//go:build !purego

#include "textflag.h"

// The kernel of the tier is chosen here, and the length of the value is checked.
// In Go, both would make the functions that call the kernels too long to be
// inlined. The tiers are those of package cpufeat.

#define AVX2 $1
#define AVX512 $2

// func addr(b *byte, size int, out *Addr, tier cpufeat.Tier) bool
TEXT ·addr(SB), NOSPLIT, $0-33
	MOVQ size+8(FP), AX
	SUBQ $8, AX
	CMPQ AX, $(126-8)
	JHI  none
	CMPB tier+24(FP), AVX512
	JNE  narrow
	JMP  ·addrAVX512(SB)

narrow:
	CMPB tier+24(FP), AVX2
	JNE  none
	JMP  ·addrAVX2(SB)

none:
	MOVB $0, ret+32(FP)
	RET

// func via(b *byte, size int, out *Via, tier cpufeat.Tier) bool
TEXT ·via(SB), NOSPLIT, $0-33
	MOVQ size+8(FP), AX
	SUBQ $(12+4), AX
	CMPQ AX, $(126-4)
	JHI  none
	CMPB tier+24(FP), AVX512
	JNE  narrow
	JMP  ·viaAVX512(SB)

narrow:
	CMPB tier+24(FP), AVX2
	JNE  none
	JMP  ·viaAVX2(SB)

none:
	MOVB $0, ret+32(FP)
	RET

// func uri(b *byte, size int, out *URI, tier cpufeat.Tier) bool
TEXT ·uri(SB), NOSPLIT, $0-33
	MOVQ size+8(FP), AX
	SUBQ $8, AX
	CMPQ AX, $(63-8)
	JHI  none
	CMPB tier+24(FP), AVX512
	JNE  narrow
	JMP  ·uriAVX512(SB)

narrow:
	CMPB tier+24(FP), AVX2
	JNE  none
	JMP  ·uriAVX2(SB)

none:
	MOVB $0, ret+32(FP)
	RET

// func set(b *byte, size int, s *Set, tier cpufeat.Tier) (mask uint64, ok bool)
TEXT ·set(SB), NOSPLIT, $0-41
	MOVQ size+8(FP), AX
	SUBQ $4, AX
	CMPQ AX, $(64-4)
	JHI  none
	CMPB tier+24(FP), AVX512
	JNE  narrow
	JMP  ·setAVX512(SB)

narrow:
	CMPB tier+24(FP), AVX2
	JNE  none
	JMP  ·setAVX2(SB)

none:
	MOVQ $0, mask+32(FP)
	MOVB $0, ok+40(FP)
	RET

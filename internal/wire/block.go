package wire

// Copies of fixed length. The length of a short text is unpredictable, so that
// a copy of just its bytes costs more for branches that are predicted wrong
// than for the bytes. The assignment of a whole array is a call of memmove,
// since the two might overlap: these load and store 16 bytes at a time.

// Copy32 is *d = *s.
func Copy32(d, s *[32]byte) {
	*(*[16]byte)(d[0:]) = *(*[16]byte)(s[0:])
	*(*[16]byte)(d[16:]) = *(*[16]byte)(s[16:])
}

// Copy64 is *d = *s.
func Copy64(d, s *[64]byte) {
	Copy32((*[32]byte)(d[0:]), (*[32]byte)(s[0:]))
	Copy32((*[32]byte)(d[32:]), (*[32]byte)(s[32:]))
}

// Copy128 is *d = *s. Inline, the compiler makes each of the sixteen addresses
// again.
//
//go:noinline
func Copy128(d, s *[128]byte) {
	Copy64((*[64]byte)(d[0:]), (*[64]byte)(s[0:]))
	Copy64((*[64]byte)(d[64:]), (*[64]byte)(s[64:]))
}

package wire

import (
	"math/bits"
	"unsafe"
)

// Copies of fixed length. The length of a short text is unpredictable, so that
// a copy of just its bytes costs more for branches that are predicted wrong
// than for the bytes. The assignment of a whole array is a call of memmove,
// since the two might overlap: these load and store 16 bytes at a time.

// Copy32 is *d = *s.
func Copy32(d, s *[32]byte) {
	*(*[16]byte)(d[0:]) = *(*[16]byte)(s[0:])
	*(*[16]byte)(d[16:]) = *(*[16]byte)(s[16:])
}

// CopyRun copies in[lo:hi] to out[at:] and returns the index in out behind it. Up to
// 128 bytes are copied in four blocks of 32, each of which ends where the bytes do or
// is one that has been copied already: no branch depends on how many there are. So at
// least 32 bytes are read and written, where in and out have them.
//
// The loads and stores are unsafe since the compiler looks at the bounds of each.
func CopyRun(out []byte, at int, in []byte, lo, hi int) int {
	const sign = bits.UintSize - 1 // what is shifted by it is -1 if it was negative, else 0
	n := hi - lo
	last := n - 32 // where the last block begins
	last &^= last >> sign
	if lo|at|n|(len(in)-32-lo-last)|(len(out)-32-at-last)|(128-n) < 0 {
		return at + copy(out[at:], in[lo:hi])
	}
	second, third := last-32, last-64
	second, third = 32+second&(second>>sign), 64+third&(third>>sign)
	d := unsafe.Add(unsafe.Pointer(unsafe.SliceData(out)), at)
	s := unsafe.Add(unsafe.Pointer(unsafe.SliceData(in)), lo)
	Copy32((*[32]byte)(d), (*[32]byte)(s))
	Copy32((*[32]byte)(unsafe.Add(d, second)), (*[32]byte)(unsafe.Add(s, second)))
	Copy32((*[32]byte)(unsafe.Add(d, third)), (*[32]byte)(unsafe.Add(s, third)))
	Copy32((*[32]byte)(unsafe.Add(d, last)), (*[32]byte)(unsafe.Add(s, last)))
	return at + n
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

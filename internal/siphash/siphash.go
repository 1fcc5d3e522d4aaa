// Package siphash is SipHash-2-4 with 128 bits of output (Aumasson and
// Bernstein, 2012): a keyed hash that does not give its key away to who sees
// its output, and chooses its input. Identifiers that leave the process are
// made with it. The hashes of tables, which nobody sees, are faster ones.
package siphash

import (
	"encoding/binary"
	"math/bits"
)

// Size is the length of a hash in bytes.
const Size = 16

// A Hash takes in bytes. It is a value: it needs no release and allocates
// nothing.
type Hash struct {
	v0, v1, v2, v3 uint64
	rest           uint64 // the bytes that are not taken in yet, at the low end
	n              int    // how many bytes were written
}

// New returns a Hash with the key.
func New(key *[16]byte) Hash {
	k0, k1 := binary.LittleEndian.Uint64(key[:8]), binary.LittleEndian.Uint64(key[8:])
	return Hash{
		v0: k0 ^ 0x736f6d6570736575,
		v1: k1 ^ 0x646f72616e646f6d ^ 0xee,
		v2: k0 ^ 0x6c7967656e657261,
		v3: k1 ^ 0x7465646279746573,
	}
}

// Write takes in b.
func (h *Hash) Write(b []byte) {
	for _, c := range b {
		h.rest |= uint64(c) << (h.n & 7 * 8)
		if h.n++; h.n&7 == 0 {
			h.word(h.rest)
			h.rest = 0
		}
	}
}

// WritePart takes in the length of b and b, so that the parts of two
// different inputs cannot run together into the same bytes.
func (h *Hash) WritePart(b []byte) {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(len(b)))
	h.Write(n[:])
	h.Write(b)
}

// Sum returns the hash of what was written. Nothing may be written after it.
func (h *Hash) Sum() (sum [Size]byte) {
	h.word(h.rest | uint64(h.n)<<56)
	h.v2 ^= 0xee
	h.rounds(4)
	binary.LittleEndian.PutUint64(sum[:8], h.v0^h.v1^h.v2^h.v3)
	h.v1 ^= 0xdd
	h.rounds(4)
	binary.LittleEndian.PutUint64(sum[8:], h.v0^h.v1^h.v2^h.v3)
	return sum
}

func (h *Hash) word(w uint64) {
	h.v3 ^= w
	h.rounds(2)
	h.v0 ^= w
}

func (h *Hash) rounds(n int) {
	v0, v1, v2, v3 := h.v0, h.v1, h.v2, h.v3
	for range n {
		v0 += v1
		v1 = bits.RotateLeft64(v1, 13) ^ v0
		v0 = bits.RotateLeft64(v0, 32)
		v2 += v3
		v3 = bits.RotateLeft64(v3, 16) ^ v2
		v0 += v3
		v3 = bits.RotateLeft64(v3, 21) ^ v0
		v2 += v1
		v1 = bits.RotateLeft64(v1, 17) ^ v2
		v2 = bits.RotateLeft64(v2, 32)
	}
	h.v0, h.v1, h.v2, h.v3 = v0, v1, v2, v3
}

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
//
// What is written is collected and taken in at once, with the state in registers:
// most inputs are a few short parts.
type Hash struct {
	v0, v1, v2, v3 uint64
	n              int // how many bytes were written
	at             int // how many of them are in buf, and not taken in yet
	buf            [bufLen]byte
}

// bufLen is a multiple of eight, and more than most inputs have.
const bufLen = 192

// New returns a Hash with the key.
func New(key *[16]byte) (h Hash) {
	k0, k1 := binary.LittleEndian.Uint64(key[:8]), binary.LittleEndian.Uint64(key[8:])
	h.v0 = k0 ^ 0x736f6d6570736575
	h.v1 = k1 ^ 0x646f72616e646f6d ^ 0xee
	h.v2 = k0 ^ 0x6c7967656e657261
	h.v3 = k1 ^ 0x7465646279746573
	return h
}

// Write takes in b.
func (h *Hash) Write(b []byte) {
	h.n += len(b)
	for len(b) > bufLen-h.at {
		n := copy(h.buf[h.at:], b)
		b = b[n:]
		h.take(h.buf[:])
		h.at = 0
	}
	h.at += copy(h.buf[h.at:], b)
}

// WritePart takes in the length of b and b, so that the parts of two
// different inputs cannot run together into the same bytes.
func (h *Hash) WritePart(b []byte) {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(len(b)))
	h.Write(n[:])
	h.Write(b)
}

// take takes in the whole words of b.
func (h *Hash) take(b []byte) {
	v0, v1, v2, v3 := h.v0, h.v1, h.v2, h.v3
	for len(b) >= 8 {
		w := binary.LittleEndian.Uint64(b)
		v3 ^= w
		v0, v1, v2, v3 = round(v0, v1, v2, v3)
		v0, v1, v2, v3 = round(v0, v1, v2, v3)
		v0 ^= w
		b = b[8:]
	}
	h.v0, h.v1, h.v2, h.v3 = v0, v1, v2, v3
}

// Sum returns the hash of what was written. Nothing may be written after it.
func (h *Hash) Sum() (sum [Size]byte) {
	h.take(h.buf[:h.at])
	w := uint64(h.n) << 56
	if whole := h.at &^ 7; whole < h.at {
		// What is behind the last byte is of something else.
		w |= binary.LittleEndian.Uint64(h.buf[whole:]) & (1<<(h.at&7*8) - 1)
	}
	v0, v1, v2, v3 := h.v0, h.v1, h.v2, h.v3^w
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0 ^= w
	v2 ^= 0xee
	for i := range 2 {
		for range 4 {
			v0, v1, v2, v3 = round(v0, v1, v2, v3)
		}
		binary.LittleEndian.PutUint64(sum[8*i:], v0^v1^v2^v3)
		v1 ^= 0xdd
	}
	return sum
}

// round is SipRound. It is inlined.
func round(v0, v1, v2, v3 uint64) (_, _, _, _ uint64) {
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
	return v0, v1, v2, v3
}

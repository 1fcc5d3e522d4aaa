// Package fieldname holds the hash table of the header names: the names of the
// registered SIP header fields and their compact forms (RFC 3261, 7.3.3 and
// 20, and later RFCs), each with the number that package header gives its
// field. It is apart from package header so that the index of a message
// can look names up inside its own loop: a call for every header field is
// what that loop cannot afford.
//
// Names are compared as little-endian words of 8 bytes, from the end of the
// name backwards: word 0 holds the last 8 bytes, with the last byte at the
// top, word 3 the bytes 25 to 32 from the end. Bytes in front of the name are
// masked to 0, and bit 5 of every other byte is cleared, which folds letters:
// one AND does both. It makes no other two characters of a token (RFC 3261,
// 25.1) one; so of tokens, equal words are equal names. No byte of a token
// becomes 0, so that equal words have equal lengths too.
//
// The tables are never written; nothing is allocated and nothing kept.
package fieldname

import "github.com/sipwire/sipwire/internal/abnf"

// fold has every bit of a word but bit 5 of each byte.
const fold = ^uint64(0x2020202020202020)

// An Entry is one name in its four words. No name is longer than [MaxLen],
// which leaves the lowest three bytes of the last word free: the number of the
// header field is in the lowest.
type Entry [4]uint64

// idBits are the bits of word 3 that are not part of the name.
const idBits = 0xff

// A nameTable is what [Match] reads.
type nameTable struct {
	slots   [1 << (64 - hashShift)]uint8
	entries [256]Entry
}

// Mask keeps, of the four words in front of a name's end, the bytes of a name
// of 0 to [MaxLen] bytes, folded.
var Mask = func() (m [MaxLen + 1]Entry) {
	for n := range m {
		for i := range m[n] {
			if in := n - 8*i; in > 0 {
				m[n][i] = fold << (8 * (8 - min(in, 8)))
			}
		}
	}
	return m
}()

// Match returns the number of the header field whose name is that of the four
// words given, folded and masked, 0 for none. Only the entry that the hash of words 0 to 2 leads to
// can be it. There is no branch in it: names come in any order, and a
// mispredicted one costs more than all the rest.
func Match(w0, w1, w2, w3 uint64) uint8 {
	e := &table.entries[table.slots[(w0-(w1^w2))*hashMul>>hashShift]]
	id := e[3] & idBits
	other := (e[0] ^ w0) | (e[1] ^ w1) | (e[2] ^ w2) | (e[3] ^ id ^ w3)
	return uint8(id &^ uint64(int64(other|-other)>>63))
}

// Find looks up the name b[lo:hi], which must be made of token characters
// only. Bytes in front of lo may be read, and do not matter.
func Find(b []byte, lo, hi int) uint8 {
	n := hi - lo
	if uint(n-1) >= MaxLen {
		return 0
	}
	w := (*[32]byte)(nil)
	if hi >= len(w) {
		w = (*[32]byte)(b[hi-len(w) : hi])
	} else {
		w = new([32]byte) // on the stack
		copy(w[len(w)-hi:], b[:hi])
	}
	m := &Mask[n]
	return Match(
		abnf.Load64(w[24:])&m[0],
		abnf.Load64(w[16:])&m[1],
		abnf.Load64(w[8:])&m[2],
		abnf.Load64(w[:])&m[3],
	)
}

// Package spread hashes what calls are shared out by. Proxies on different
// machines must agree on a target, so the hash has no secret of its own: who
// chooses a Call-ID chooses the target, too. Where that must not be, the seed is
// random, as in package admission. It is not for tables that a stranger fills.
package spread

import (
	"encoding/binary"
	"math/bits"
)

// Hash is FNV-1a with a seed, and a final mixing, since the high bits of FNV
// hardly depend on the last bytes.
func Hash(seed uint64, b []byte) uint64 {
	h := 14695981039346656037 ^ seed
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// Hash32 is for one process, with a seed that is random: it takes in eight bytes by one
// multiplication, the halves of which are folded together.
func Hash32(seed uint64, b []byte) uint32 {
	h := fold(seed ^ uint64(len(b))<<32)
	for ; len(b) >= 8; b = b[8:] {
		h = fold(h ^ binary.LittleEndian.Uint64(b))
	}
	last := uint64(0)
	for _, c := range b {
		last = last<<8 | uint64(c)
	}
	return uint32(fold(fold(h ^ last))) // twice: each bit depends on the last byte
}

func fold(h uint64) uint64 {
	hi, lo := bits.Mul64(h^0x9e3779b97f4a7c15, 0xd6e8feb86659fd93)
	return hi ^ lo
}

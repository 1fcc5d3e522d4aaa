// Package spread hashes what calls are shared out by. Proxies on different
// machines must agree on a target, so the hash has no secret of its own: who
// chooses a Call-ID chooses the target, too. Where that must not be, the seed is
// random, as in package admission. It is not for tables that a stranger fills.
package spread

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

// Hash32 is Hash in 32 bits, with the mixing that goes with them.
func Hash32(seed uint32, b []byte) uint32 {
	h := 2166136261 ^ seed
	for _, c := range b {
		h = (h ^ uint32(c)) * 16777619
	}
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

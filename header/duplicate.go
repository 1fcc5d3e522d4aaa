package header

import (
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// maxNames is the number of parameters that later ones are compared with. Nobody
// needs more, and their names need memory on the stack.
const maxNames = 64

// Duplicate returns the name of a parameter that is given twice, which RFC
// 3261, 7.3.1 forbids: "any given parameter-name MUST NOT appear more than
// once". Each parameter is compared with the first 64, by a hash of the name,
// so that the cost stays linear.
func (p ParamList) Duplicate() (name []byte, ok bool) {
	if len(p.b) == 0 {
		return nil, false
	}
	var (
		names [maxNames]struct{ lo, hi uint32 }
		slots [2 * maxNames]uint8 // 1 + the index of a name, at its hash or after it
		n     int
		a     value.Param
	)
	for i := 0; a.Next(p.b, &i); {
		name = a.Name(p.b)
		slot := nameHash(name) % uint32(len(slots))
		for slots[slot] != 0 {
			k := names[slots[slot]-1]
			if abnf.EqualFold(p.b[k.lo:k.hi], name) {
				return name, true
			}
			slot = (slot + 1) % uint32(len(slots))
		}
		if n < maxNames {
			names[n].lo, names[n].hi = uint32(a.NameLo), uint32(a.NameHi)
			n++
			slots[slot] = uint8(n)
		}
	}
	return nil, false
}

// nameHash returns a hash of a name that is the same in any case. Names that
// collide on purpose are at most maxNames, so that the hash needs no secret.
func nameHash(name []byte) uint32 {
	h := uint32(2166136261) // FNV-1a
	for _, c := range name {
		h = (h ^ uint32(c|0x20)) * 16777619
	}
	return h ^ h>>15
}

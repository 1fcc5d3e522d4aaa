package uri

import "github.com/sipwire/sipwire/internal/abnf"

// Hash returns a hash of what makes u different from other URIs: URIs that
// are [Equal] have equal hashes. It is the same in every process. Parameters
// that a comparison may ignore are left out, so sip URIs that differ only in
// those have equal hashes too.
//
// The hash is for tables inside the process. It is not keyed: who chooses the URIs
// can choose them to collide.
func (u *URI) Hash() uint64 {
	h := hashSymbol(abnf.HashSeed, uint16(u.scheme))
	switch u.scheme {
	case SIP, SIPS:
		h = hashSymbol(h, uint16(u.at.Flags))
		h = hashSymbol(h, u.at.Port)
		h = hashText(h, u.User(), 0)
		p, _ := u.Password()
		h = hashText(h, p, 0)
		if u.HostKind() == HostIPv6 {
			host, _ := abnf.CutZone(u.Host())
			addr, _, _ := abnf.ConsumeIPv6(host, 1)
			h = abnf.Hash(h, addr[:])
		} else {
			h = hashText(h, u.Host(), fold)
		}
		h += hashMust(u.params())
		h += hashSet(u.headers(), '&', headerMode)
	case Tel:
		h = hashText(h, u.User(), fold|bare)
		h += hashSet(u.params(), ';', telMode)
	case URN:
		nid, nss := u.urn()
		h = hashText(hashText(h, nid, fold), nss, urnMode(nid))
	case Other:
		h = hashText(hashText(h, u.SchemeBytes(), fold), u.Opaque(), 0)
	}
	return mix(h)
}

// hashMust returns a hash of those parameters that are never ignored.
func hashMust(b []byte) (sum uint64) {
	seen := 0
	for i := 0; i < len(b); {
		var name, value []byte
		name, value, i = nextPair(b, i+1, ';')
		if k := mustIndex(name); k >= 0 && seen>>k&1 == 0 {
			seen |= 1 << k
			h := hashSymbol(abnf.HashSeed, uint16(k))
			sum += mix(hashText(h, value, paramMode(name, nil)))
		}
	}
	return sum
}

// hashSet returns a hash of pairs that does not depend on their order.
func hashSet(b []byte, sep byte, valueMode func(name, value []byte) mode) (sum uint64) {
	for i := 0; i < len(b); {
		var name, value []byte
		name, value, i = nextPair(b, i+1, sep)
		h := hashText(abnf.HashSeed, name, fold)
		sum += mix(hashText(h, value, valueMode(name, value)))
	}
	return sum
}

// mix spreads the low bits, in which FNV is strong, over the high ones.
func mix(h uint64) uint64 {
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	return h ^ h>>32
}

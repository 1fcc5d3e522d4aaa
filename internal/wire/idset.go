package wire

import "github.com/sipwire/sipwire/header"

// IDSet is a set of header IDs, of which there can be 256.
type IDSet [4]uint64

// Add adds an ID.
func (s *IDSet) Add(id header.ID) { s[id>>6] |= 1 << (id & 63) }

// Has reports whether the set has the ID.
func (s *IDSet) Has(id header.ID) bool { return s[id>>6]>>(id&63)&1 != 0 }

// mandatory are the headers of every message (RFC 3261, 8.1.1 and 8.2.6.2);
// the last one is mandatory in requests only.
var mandatory = [...]header.ID{
	header.IDVia, header.IDFrom, header.IDTo, header.IDCallID, header.IDCSeq, header.IDMaxForwards,
}

// Missing returns the first mandatory header that is not in the set, IDOther
// for none.
func (s *IDSet) Missing(request bool) header.ID {
	for _, id := range mandatory {
		if !s.Has(id) && (request || id != header.IDMaxForwards) {
			return id
		}
	}
	return header.IDOther
}

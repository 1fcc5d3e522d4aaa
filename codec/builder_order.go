package codec

import "github.com/sipwire/sipwire/header"

// The places of the header fields in a message, Content-Length excepted.
const (
	orderVia = iota
	orderRoute
	orderRecordRoute
	orderProxyRequire
	orderMaxForwards
	orderProxyAuthorization
	orderFrom
	orderTo
	orderCallID
	orderCSeq
	orderContact
	orderOther
	orderContentType
	numOrders
)

func orderOf(id header.ID) int {
	switch id {
	case header.IDVia:
		return orderVia
	case header.IDRoute:
		return orderRoute
	case header.IDRecordRoute:
		return orderRecordRoute
	case header.IDProxyRequire:
		return orderProxyRequire
	case header.IDMaxForwards:
		return orderMaxForwards
	case header.IDProxyAuthorization:
		return orderProxyAuthorization
	case header.IDFrom:
		return orderFrom
	case header.IDTo:
		return orderTo
	case header.IDCallID:
		return orderCallID
	case header.IDCSeq:
		return orderCSeq
	case header.IDContact:
		return orderContact
	case header.IDContentType:
		return orderContentType
	}
	return orderOther
}

// idSet is a set of header IDs.
type idSet [(header.NumIDs + 63) / 64]uint64

func (s *idSet) add(id header.ID)      { s[id>>6] |= 1 << (id & 63) }
func (s *idSet) has(id header.ID) bool { return s[id>>6]>>(id&63)&1 != 0 }

// mandatory are the headers of every message (RFC 3261, 8.1.1 and 8.2.6.2);
// the last one stands in requests only.
var mandatory = [...]header.ID{
	header.IDVia, header.IDFrom, header.IDTo, header.IDCallID, header.IDCSeq, header.IDMaxForwards,
}

// lacking returns the first mandatory header that is not in the set, IDOther
// for none.
func (s *idSet) lacking(request bool) header.ID {
	for _, id := range mandatory {
		if !s.has(id) && (request || id != header.IDMaxForwards) {
			return id
		}
	}
	return header.IDOther
}

package compose

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

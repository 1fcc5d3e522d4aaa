package typed

import (
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// Values are the values of a message that a proxy reads, raw as they stand on
// the wire and nil where there are none: because the header is not there or
// does not parse, or the value is not in it.
type Values struct {
	RURIScheme, RURIUser, RURIHost []byte
	RURIPort                       *int
	ViaTransport, ViaHost          []byte
	ViaPort                        *int
	ViaBranch                      []byte
	FromTag, ToTag, FromURI, ToURI []byte
	CallID                         []byte
	CSeqNum                        *int
	CSeqMethod                     []byte
	MaxForwards                    *int
}

// ValuesOf reads the values of m.
func ValuesOf(m *codec.Message) Values {
	var v Values
	var u uri.URI
	if _, err := u.Parse(m.RequestURIBytes()); err == nil {
		v.RURIScheme = u.SchemeBytes()
		if u.IsSIP() {
			v.RURIUser, v.RURIHost = u.User(), u.Host()
			v.RURIPort = number(u.Port())
		} else if p, ok := u.Phone(); ok {
			v.RURIUser = p.Number()
		}
	}
	var via header.Via
	if b := m.Value(header.IDVia); b != nil {
		if _, err := via.ParseFrom(b, 0); err == nil {
			v.ViaTransport, v.ViaHost, v.ViaBranch = via.TransportBytes(), via.Host(), via.Branch()
			v.ViaPort = number(via.Port())
		}
	}
	v.FromURI, v.FromTag = party(m, header.IDFrom)
	v.ToURI, v.ToTag = party(m, header.IDTo)
	v.CallID = m.Value(header.IDCallID)
	if n, method := CSeq(m.Value(header.IDCSeq)); method != nil {
		v.CSeqNum, v.CSeqMethod = number(n, true), method
	}
	if b := m.Value(header.IDMaxForwards); b != nil {
		if hops, _, err := header.ParseMaxForwards(b); err == nil {
			v.MaxForwards = number(hops, true)
		}
	}
	return v
}

func party(m *codec.Message, id header.ID) (address, tag []byte) {
	var a header.NameAddr
	b := m.Value(id)
	if b == nil {
		return nil, nil
	}
	if _, err := a.Parse(b); err != nil {
		return nil, nil
	}
	return a.URIBytes(), a.Tag()
}

func number[N uint8 | uint16 | uint32](n N, ok bool) *int {
	if !ok {
		return nil
	}
	i := int(n)
	return &i
}

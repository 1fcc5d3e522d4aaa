package typed

import (
	"github.com/sipwire/sipwire/codec"
)

// Values are the values of a message that a proxy reads, raw as they stand on
// the wire and nil where there are none: because the header is not there or
// does not parse, or the value is not in it. They point into the message.
type Values struct {
	RURIScheme, RURIUser, RURIHost   []byte
	RURIPort                         *int
	ViaTransport, ViaHost, ViaBranch []byte
	ViaPort                          *int
	FromTag, FromURI, ToTag, ToURI   []byte
	CallID                           []byte
	CSeqNum                          *int
	CSeqMethod                       []byte
	MaxForwards                      *int
}

// ValuesOf reads the values of m.
func ValuesOf(m *codec.Message) Values {
	var v Values
	if u, err := m.RequestURI(); err == nil {
		v.RURIScheme = u.SchemeBytes()
		if p, ok := u.Phone(); ok && !u.IsSIP() {
			v.RURIUser = p.Number()
		}
		if u.IsSIP() {
			v.RURIUser, v.RURIHost = u.User(), u.Host()
			v.RURIPort = number(u.Port())
		}
	}
	if via, err := m.TopVia(); err == nil {
		v.ViaTransport, v.ViaHost, v.ViaBranch = via.TransportBytes(), via.Host(), via.Branch()
		v.ViaPort = number(via.Port())
	}
	if from, err := m.From(); err == nil {
		v.FromURI, v.FromTag = from.URIBytes(), from.Tag()
	}
	if to, err := m.To(); err == nil {
		v.ToURI, v.ToTag = to.URIBytes(), to.Tag()
	}
	if id, err := m.CallID(); err == nil {
		v.CallID = id
	}
	if cseq, err := m.CSeq(); err == nil {
		v.CSeqNum, v.CSeqMethod = number(cseq.Number(), true), cseq.MethodBytes()
	}
	if hops, err := m.MaxForwards(); err == nil {
		v.MaxForwards = number(hops, true)
	}
	return v
}

// number returns n, or nil when it is not ok.
func number[N uint8 | uint16 | uint32](n N, ok bool) *int {
	if !ok {
		return nil
	}
	i := int(n)
	return &i
}

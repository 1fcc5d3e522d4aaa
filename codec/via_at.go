package codec

import (
	"net/netip"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// Via returns the i-th Via value, counted from the topmost, which is 0, wherever
// commas and lines divide them: in a response that a proxy forwards, Via(1) is
// that of the element it goes to. Each call reads the values in front of it
// again, but for 1 where they are written as usual. One that is not there is
// ErrMissing, one that does not parse its error; [Message.Fault] says where.
func (m *Message) Via(i int) (v header.Via, err error) {
	if i == 1 && m.secondVia(&v) {
		return v, nil
	}
	n := 0
	for v, err := range m.Vias() {
		if n == i {
			return v, err
		}
		n++
	}
	_, offset, err := m.find(header.IDVia)
	if err == nil {
		offset, err = m.body, sipwire.ErrMissing
	}
	return header.Via{}, m.located(header.IDVia, offset, err)
}

// secondVia reads the second Via value as nearly all responses have it at a proxy: it
// begins the second line, or follows the first one and a comma, and is well-formed. v
// may be changed in any case. So two values are read and not three.
func (m *Message) secondVia(v *header.Via) bool {
	if m.limits.Strictness != Lenient {
		return false
	}
	first := m.Index(header.IDVia)
	if first < 0 {
		return false
	}
	top, err := m.TopVia()
	if err != nil {
		return false
	}
	field, at := m.ValueAt(first), 0
	if n := len(top.Bytes()); n < len(field) {
		if at = n + 1; field[n] != ',' {
			return false
		}
	} else if second := m.Next(first); second >= 0 {
		field = m.ValueAt(second)
	} else {
		return false
	}
	_, err = v.ParseFrom(field, at)
	return err == nil
}

// IsSentByAddr is [Message.IsSentBy] with an address.
func (m *Message) IsSentByAddr(addr netip.AddrPort) bool {
	via, err := m.TopVia()
	if err != nil {
		return false
	}
	port := addr.Port()
	if port == 0 {
		port = via.Transport().DefaultPort()
	}
	host, ok := via.HostAddr()
	return ok && viaPort(via) == port && host.Unmap() == addr.Addr().Unmap()
}

package codec

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/value"
	"github.com/sipwire/sipwire/internal/wire"
	"github.com/sipwire/sipwire/uri"
)

// The typed accessors. Each reads its value when it is first asked for and
// keeps it in the Message, with its own error; asking again costs a test of
// one bit. [Message.RequestURI] says what holds for all of them.

// Nearly always there is a field, its value parses, and no more is asked of it. The
// functions that read do that in few instructions, and leave all else to readMissing,
// readOther and refuseAt. Reading the fields of a proxy took 170 instructions less
// than when each function did all of it (2026-11).

// isRead marks slot s as read without an error, unless err is one or more is asked of
// the value than its parser does.
func (m *Message) isRead(s slot, err error) bool {
	if err != nil || m.limits.Strictness != Lenient {
		return false
	}
	m.typed.have |= 1 << (s & 15)
	return true
}

// valueOf returns the value of the field that first says is the first with its ID.
func (m *Message) valueOf(first uint16) []byte {
	f := &m.fields[first-1]
	return m.buf[f.value:f.end:f.end]
}

// missing fails as an accessor does where no field has the ID.
//
//go:noinline
func (m *Message) missing(id header.ID) error {
	_, offset, err := m.find(id)
	code, _ := err.(sipwire.Code)
	return m.Fail(Fault{code, id, offset})
}

// readMissing marks slot s as read, where no field has the ID.
func (m *Message) readMissing(s slot, id header.ID) {
	_, offset, err := m.find(id)
	m.keep(s, id, offset, err)
}

// readOther marks slot s as read, whose value has parsed with err at n or, without an
// error, is held to the grammar.
func (m *Message) readOther(s slot, id header.ID, n int, err error, params header.ParamList) {
	if err == nil {
		b, _, _ := m.find(id)
		n, err = strictly(id, b, params)
	}
	m.typed.have |= 1 << (s & 15)
	if err != nil {
		m.refuseAt(s, id, n, err)
	}
}

// refuseAt is refuse for the byte n of the first value with the ID.
func (m *Message) refuseAt(s slot, id header.ID, n int, err error) {
	_, offset, _ := m.find(id)
	m.refuse(s, id, offset+n, err)
}

// find returns the first value with the ID and its offset. When there is none
// err is what the accessor of that header returns.
func (m *Message) find(id header.ID) (value []byte, offset int, err error) {
	m.alive()
	if m.first[id] == 0 {
		if !m.parsed && len(m.fields) == 0 {
			return nil, 0, sipwire.ErrNotParsed
		}
		return nil, m.body, sipwire.ErrMissing
	}
	f := &m.fields[m.first[id]-1]
	return m.buf[f.value:f.end:f.end], int(f.value), nil
}

// RequestURI returns the Request-URI (RFC 3261, 8.1.1.1). That of a response
// is ErrMissing; when the request line was refused the error is that of Parse.
//
// As for all typed accessors, the pointer is never nil. It points into m, to
// the zero value when there is an error, and is valid until m is parsed into
// again, reset or released. The error is kept with the value, and
// [Message.Fault] says where it is after each call that returns it; a header
// that is missing is ErrMissing, at the offset behind the header fields. A value
// that does not parse spoils no other one, and [Message.Value] returns its
// bytes.
//
// Of a header that is given more than once, or is a list, the topmost value is
// read, and what is behind it not looked at. With [Strict] a parameter
// that is given twice is ErrParamTwice, at the offset of the value, and what is
// tolerated by default has the code that docs/liberal.md lists, at its own.
func (m *Message) RequestURI() (*uri.URI, error) {
	if m.unread(slotURI) {
		return m.readRequestURI()
	}
	return &m.typed.uri, m.verdict(slotURI)
}

func (m *Message) readRequestURI() (*uri.URI, error) {
	switch {
	case !m.parsed && m.fault.Code != 0:
		m.keep(slotURI, header.IDOther, m.fault.Offset, m.fault.Code)
	case !m.parsed:
		m.keep(slotURI, header.IDOther, 0, sipwire.ErrNotParsed)
	case m.status != 0:
		m.keep(slotURI, header.IDOther, int(m.start), sipwire.ErrMissing)
	default:
		n, err := m.typed.uri.Parse(m.buf[m.uriLo:m.uriHi:m.uriHi])
		if m.isRead(slotURI, err) {
			return &m.typed.uri, nil
		}
		m.readOtherURI(slotURI, header.IDOther, int(m.uriLo), n, err, &m.typed.uri)
	}
	return &m.typed.uri, m.verdict(slotURI)
}

// readURI parses the URI b, which is at offset.
func (m *Message) readURI(s slot, id header.ID, offset int, b []byte, u *uri.URI) {
	n, err := u.Parse(b)
	if !m.isRead(s, err) {
		m.readOtherURI(s, id, offset, n, err, u)
	}
}

// readOtherURI marks slot s as read, whose URI at offset has parsed with err at n or,
// without an error, is held to the grammar.
func (m *Message) readOtherURI(s slot, id header.ID, offset, n int, err error, u *uri.URI) {
	if err == nil {
		n, err = strictURI(u)
	}
	m.keep(s, id, offset+n, err)
}

// TopVia returns the topmost Via value, wherever commas and lines divide the
// values (RFC 3261, 20.42).
// Pointer and error are as for [Message.RequestURI].
func (m *Message) TopVia() (*header.Via, error) {
	if m.unread(slotVia) {
		return m.readVia()
	}
	return &m.typed.via, m.verdict(slotVia)
}

func (m *Message) readVia() (*header.Via, error) {
	v := &m.typed.via
	if first := m.first[header.IDVia]; first == 0 {
		m.readMissing(slotVia, header.IDVia)
	} else if n, err := v.ParseFrom(m.valueOf(first), 0); m.isRead(slotVia, err) {
		return v, nil
	} else {
		m.readOther(slotVia, header.IDVia, n, err, v.Params())
	}
	return v, m.verdict(slotVia)
}

// From returns the From value (RFC 3261, 20.20). Its URI is found but not
// read: [Message.FromURI] does.
// Pointer and error are as for [Message.RequestURI].
func (m *Message) From() (*header.NameAddr, error) {
	if m.unread(slotFrom) {
		return m.readAddr(slotFrom, header.IDFrom, &m.typed.from)
	}
	return &m.typed.from, m.verdict(slotFrom)
}

// To returns the To value (RFC 3261, 20.39). Its URI is found but not read:
// [Message.ToURI] does.
// Pointer and error are as for [Message.RequestURI].
func (m *Message) To() (*header.NameAddr, error) {
	if m.unread(slotTo) {
		return m.readAddr(slotTo, header.IDTo, &m.typed.to)
	}
	return &m.typed.to, m.verdict(slotTo)
}

// readAddr reads a header that is one name-addr.
func (m *Message) readAddr(s slot, id header.ID, v *header.NameAddr) (*header.NameAddr, error) {
	first := m.first[id]
	if first != 0 && m.limits.Strictness == Lenient && v.ParseUsual(m.valueOf(first)) {
		m.typed.have |= 1 << (s & 15)
		return v, nil
	}
	return v, m.readOtherAddr(s, id, v)
}

// readOtherAddr is readAddr for any value, or none.
func (m *Message) readOtherAddr(s slot, id header.ID, v *header.NameAddr) error {
	if first := m.first[id]; first == 0 {
		m.readMissing(s, id)
	} else if n, err := v.Parse(m.valueOf(first)); !m.isRead(s, err) {
		m.readOther(s, id, n, err, v.Params())
	}
	return m.verdict(s)
}

// TopRoute returns the topmost Route value (RFC 3261, 20.34).
// Pointer and error are as for [Message.RequestURI].
func (m *Message) TopRoute() (*header.NameAddr, error) {
	if m.unread(slotRoute) {
		return m.readRoute()
	}
	return &m.typed.route, m.verdict(slotRoute)
}

func (m *Message) readRoute() (*header.NameAddr, error) {
	v := &m.typed.route
	if first := m.first[header.IDRoute]; first == 0 {
		m.readMissing(slotRoute, header.IDRoute)
	} else if n, err := v.ParseFrom(m.valueOf(first), 0); m.isRead(slotRoute, err) {
		return v, nil
	} else {
		m.readOther(slotRoute, header.IDRoute, n, err, v.Params())
	}
	return v, m.verdict(slotRoute)
}

// FromURI returns the URI in From. An error of From is its error.
// Pointer and error are as for [Message.RequestURI].
func (m *Message) FromURI() (*uri.URI, error) {
	if m.unread(slotFromURI) {
		v, _ := m.From()
		m.readAddrURI(slotFromURI, slotFrom, header.IDFrom, v, &m.typed.fromURI)
	}
	return &m.typed.fromURI, m.verdict(slotFromURI)
}

// ToURI returns the URI in To. An error of To is its error.
// Pointer and error are as for [Message.RequestURI].
func (m *Message) ToURI() (*uri.URI, error) {
	if m.unread(slotToURI) {
		v, _ := m.To()
		m.readAddrURI(slotToURI, slotTo, header.IDTo, v, &m.typed.toURI)
	}
	return &m.typed.toURI, m.verdict(slotToURI)
}

// TopRouteURI returns the URI of the topmost Route value, which must be in
// "<>" (RFC 3261, 25.1: route-param).
// Pointer and error are as for [Message.RequestURI].
func (m *Message) TopRouteURI() (*uri.URI, error) {
	if m.unread(slotRouteURI) {
		v, _ := m.TopRoute()
		m.readAddrURI(slotRouteURI, slotRoute, header.IDRoute, v, &m.typed.routeURI)
	}
	return &m.typed.routeURI, m.verdict(slotRouteURI)
}

// readAddrURI reads the URI of v, the value of slot from.
func (m *Message) readAddrURI(s, from slot, id header.ID, v *header.NameAddr, u *uri.URI) {
	if m.typed.bad>>from&1 != 0 {
		e := &m.typed.errs[from]
		m.keep(s, id, e.Offset, e.Code)
		return
	}
	b, offset, _ := m.find(id)
	lo := wire.URIOffset(b, v)
	if !v.HasAngle() && grammar.NeedsAngle(uint8(id)) {
		m.keep(s, id, offset+lo, sipwire.ErrNeedAngle)
		return
	}
	m.readURI(s, id, offset+lo, v.URIBytes(), u)
}

// Contact returns the first Contact value (RFC 3261, 20.10). Its URI is found
// but not read: [Message.RemoteTarget] does. A "*" beside other values is
// ErrWildcard when they are on the same line; [Message.Contacts] sees all.
// Pointer and error are as for [Message.RequestURI].
func (m *Message) Contact() (*header.Contact, error) {
	if m.unread(slotContact) {
		m.readContact()
	}
	return &m.typed.contact, m.verdict(slotContact)
}

func (m *Message) readContact() {
	b, offset, err := m.find(header.IDContact)
	if err == nil {
		var n int
		if n, err = m.typed.contact.ParseFrom(b, 0); err == sipwire.ErrWildcard {
			n = 0 // the "*", not what is behind it
		}
		if err != nil {
			offset += n
		} else if m.limits.Strictness != Lenient {
			n, err = strictly(header.IDContact, b, m.typed.contact.Params())
			offset += n
		}
	}
	m.keep(slotContact, header.IDContact, offset, err)
}

// CSeq returns the CSeq value (RFC 3261, 20.16). That its method is that of
// the request is for the caller to see (8.1.1.5).
// Pointer and error are as for [Message.RequestURI].
func (m *Message) CSeq() (*header.CSeq, error) {
	if m.unread(slotCSeq) {
		return m.readCSeq()
	}
	return &m.typed.cseq, m.verdict(slotCSeq)
}

func (m *Message) readCSeq() (*header.CSeq, error) {
	v := &m.typed.cseq
	if first := m.first[header.IDCSeq]; first == 0 {
		m.readMissing(slotCSeq, header.IDCSeq)
	} else {
		n, err := v.Parse(m.valueOf(first))
		m.typed.have |= 1 << slotCSeq
		if err == nil {
			return v, nil
		}
		m.refuseAt(slotCSeq, header.IDCSeq, n, err)
	}
	return v, m.verdict(slotCSeq)
}

// CallID returns the Call-ID as received (RFC 3261, 20.8). Two are compared
// byte by byte, with case. One that does not follow the grammar is returned
// with its error, as for [Message.RequestURI]: it can still be compared.
func (m *Message) CallID() ([]byte, error) {
	m.alive()
	first := m.first[header.IDCallID]
	if first == 0 {
		return nil, m.missing(header.IDCallID)
	}
	callID := m.valueOf(first)
	if m.unread(slotCallID) {
		_, n, err := header.ParseCallID(callID)
		m.typed.have |= 1 << slotCallID
		if err != nil {
			m.refuseAt(slotCallID, header.IDCallID, n, err)
		}
	}
	return callID, m.verdict(slotCallID)
}

// MaxForwards returns the Max-Forwards value (RFC 3261, 20.22). One above 255
// is ErrRange. The error is as for [Message.RequestURI].
func (m *Message) MaxForwards() (hops uint8, err error) {
	if m.unread(slotMaxForwards) {
		if m.first[header.IDMaxForwards] == 0 { // as in nearly all responses
			return 0, m.missing(header.IDMaxForwards)
		}
		hops, n, err := value.ParseMaxForwards(m.valueOf(m.first[header.IDMaxForwards]))
		m.typed.hops = hops
		m.typed.have |= 1 << slotMaxForwards
		if err != nil {
			m.refuseAt(slotMaxForwards, header.IDMaxForwards, n, err)
		}
	}
	return m.typed.hops, m.verdict(slotMaxForwards)
}

// Expires returns the Expires value in seconds (RFC 3261, 20.19): 0 and
// ErrMissing when there is none, 2^32-1 for a larger number, and 3600 with an
// error for one that is malformed (10.2.1.1). The error is as for
// [Message.RequestURI].
func (m *Message) Expires() (seconds uint32, err error) {
	if m.unread(slotExpires) {
		b, offset, err := m.find(header.IDExpires)
		value := uint32(0)
		if err == nil {
			var n int
			if value, n, err = header.ParseExpires(b); err != nil {
				offset += n
			}
		}
		m.keep(slotExpires, header.IDExpires, offset, err)
		m.typed.expires = value // one that is malformed has a value too
	}
	return m.typed.expires, m.verdict(slotExpires)
}

// ContentType returns the Content-Type value (RFC 3261, 20.15).
// Pointer and error are as for [Message.RequestURI].
func (m *Message) ContentType() (*header.ContentType, error) {
	if m.unread(slotContentType) {
		b, offset, err := m.find(header.IDContentType)
		if err == nil {
			var n int
			if n, err = m.typed.contentType.Parse(b); err == nil && m.limits.Strictness != Lenient {
				n, err = strictly(header.IDContentType, b, header.ParamList{})
			}
			if err != nil {
				offset += n
			}
		}
		m.keep(slotContentType, header.IDContentType, offset, err)
	}
	return &m.typed.contentType, m.verdict(slotContentType)
}

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
		m.readRequestURI()
	}
	return &m.typed.uri, m.verdict(slotURI)
}

func (m *Message) readRequestURI() {
	switch {
	case !m.parsed && m.fault.Code != 0:
		m.keep(slotURI, header.IDOther, m.fault.Offset, m.fault.Code)
	case !m.parsed:
		m.keep(slotURI, header.IDOther, 0, sipwire.ErrNotParsed)
	case m.status != 0:
		m.keep(slotURI, header.IDOther, int(m.start), sipwire.ErrMissing)
	default:
		m.readURI(slotURI, header.IDOther, int(m.uriLo), m.RequestURIBytes(), &m.typed.uri)
	}
}

// readURI parses the URI b, which is at offset.
func (m *Message) readURI(s slot, id header.ID, offset int, b []byte, u *uri.URI) {
	n, err := u.Parse(b)
	if err == nil && m.limits.Strictness != Lenient {
		n, err = strictURI(u)
	}
	m.keep(s, id, offset+n, err)
}

// TopVia returns the topmost Via value, wherever commas and lines divide the
// values (RFC 3261, 20.42).
// Pointer and error are as for [Message.RequestURI].
func (m *Message) TopVia() (*header.Via, error) {
	if m.unread(slotVia) {
		m.readVia()
	}
	return &m.typed.via, m.verdict(slotVia)
}

func (m *Message) readVia() {
	b, offset, err := m.find(header.IDVia)
	if err == nil {
		var n int
		if n, err = m.typed.via.ParseFrom(b, 0); err != nil {
			offset += n
		} else if m.limits.Strictness != Lenient {
			n, err = strictly(header.IDVia, b, m.typed.via.Params())
			offset += n
		}
	}
	m.keep(slotVia, header.IDVia, offset, err)
}

// From returns the From value (RFC 3261, 20.20). Its URI is found but not
// read: [Message.FromURI] does.
// Pointer and error are as for [Message.RequestURI].
func (m *Message) From() (*header.NameAddr, error) {
	if m.unread(slotFrom) {
		m.readAddr(slotFrom, header.IDFrom, &m.typed.from)
	}
	return &m.typed.from, m.verdict(slotFrom)
}

// To returns the To value (RFC 3261, 20.39). Its URI is found but not read:
// [Message.ToURI] does.
// Pointer and error are as for [Message.RequestURI].
func (m *Message) To() (*header.NameAddr, error) {
	if m.unread(slotTo) {
		m.readAddr(slotTo, header.IDTo, &m.typed.to)
	}
	return &m.typed.to, m.verdict(slotTo)
}

// TopRoute returns the topmost Route value (RFC 3261, 20.34).
// Pointer and error are as for [Message.RequestURI].
func (m *Message) TopRoute() (*header.NameAddr, error) {
	if m.unread(slotRoute) {
		m.readAddr(slotRoute, header.IDRoute, &m.typed.route)
	}
	return &m.typed.route, m.verdict(slotRoute)
}

// readAddr reads the first value of a header of name-addrs.
func (m *Message) readAddr(s slot, id header.ID, v *header.NameAddr) {
	b, offset, err := m.find(id)
	if err == nil {
		var n int
		if id == header.IDRoute {
			n, err = v.ParseFrom(b, 0)
		} else {
			n, err = v.Parse(b)
		}
		if err != nil {
			offset += n
		} else if m.limits.Strictness != Lenient {
			n, err = strictly(id, b, v.Params())
			offset += n
		}
	}
	m.keep(s, id, offset, err)
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
		m.readCSeq()
	}
	return &m.typed.cseq, m.verdict(slotCSeq)
}

func (m *Message) readCSeq() {
	b, offset, err := m.find(header.IDCSeq)
	if err == nil {
		var n int
		if n, err = m.typed.cseq.Parse(b); err != nil {
			offset += n
		}
	}
	m.keep(slotCSeq, header.IDCSeq, offset, err)
}

// CallID returns the Call-ID as received (RFC 3261, 20.8). Two are compared
// byte by byte, with case. One that does not follow the grammar is returned
// with its error, as for [Message.RequestURI]: it can still be compared.
func (m *Message) CallID() ([]byte, error) {
	b, offset, err := m.find(header.IDCallID)
	if m.unread(slotCallID) {
		if err == nil {
			var n int
			if _, n, err = header.ParseCallID(b); err != nil {
				offset += n
			}
		}
		m.keep(slotCallID, header.IDCallID, offset, err)
	}
	return b, m.verdict(slotCallID)
}

// MaxForwards returns the Max-Forwards value (RFC 3261, 20.22). One above 255
// is ErrRange. The error is as for [Message.RequestURI].
func (m *Message) MaxForwards() (hops uint8, err error) {
	if m.unread(slotMaxForwards) {
		m.readMaxForwards()
	}
	return m.typed.hops, m.verdict(slotMaxForwards)
}

func (m *Message) readMaxForwards() {
	b, offset, err := m.find(header.IDMaxForwards)
	if err == nil {
		var n int
		if m.typed.hops, n, err = value.ParseMaxForwards(b); err != nil {
			offset += n
		}
	}
	m.keep(slotMaxForwards, header.IDMaxForwards, offset, err)
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

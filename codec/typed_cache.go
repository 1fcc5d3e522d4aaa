package codec

import (
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// A slot is the place of one typed value in the cache.
type slot uint8

const (
	slotURI slot = iota
	slotVia
	slotFrom
	slotFromURI
	slotTo
	slotToURI
	slotCSeq
	slotCallID
	slotMaxForwards
	slotContact
	slotTarget
	slotRoute
	slotRouteURI
	slotExpires
	slotContentType
	numSlots
)

// typedCache holds the typed values of a message. Bit s of have says that slot
// s was read, of bad that errs[s] is its error. A value whose bit in have is
// not set is zero.
type typedCache struct {
	have, bad uint16
	hops      uint8
	expires   uint32

	uri, fromURI, toURI, target, routeURI uri.URI

	via             header.Via
	from, to, route header.NameAddr
	contact         header.Contact
	contentType     header.ContentType
	cseq            header.CSeq

	errs [numSlots]SyntaxError
	last SyntaxError // of the readers that keep no value
}

// reset forgets the values that were read. Nothing of the message stays
// referenced, so that a pooled Message does not hold on to a buffer.
func (c *typedCache) reset() {
	has := func(s slot) bool { return c.have>>s&1 != 0 }
	if has(slotURI) {
		c.uri = uri.URI{}
	}
	if has(slotVia) {
		c.via = header.Via{}
	}
	if has(slotFrom) {
		c.from = header.NameAddr{}
	}
	if has(slotTo) {
		c.to = header.NameAddr{}
	}
	if has(slotCSeq) {
		c.cseq = header.CSeq{}
	}
	const rare = 1<<slotFromURI | 1<<slotToURI | 1<<slotContact | 1<<slotTarget |
		1<<slotRoute | 1<<slotRouteURI | 1<<slotExpires | 1<<slotContentType
	if c.have&rare != 0 {
		c.fromURI, c.toURI, c.target, c.routeURI = uri.URI{}, uri.URI{}, uri.URI{}, uri.URI{}
		c.route, c.contact, c.contentType = header.NameAddr{}, header.Contact{}, header.ContentType{}
		c.expires = 0
	}
	c.have, c.bad, c.hops = 0, 0, 0
	c.last = SyntaxError{}
}

// unread reports whether slot s has not been read yet.
func (m *Message) unread(s slot) bool { return m.typed.have>>s&1 == 0 }

// verdict returns the error of slot s.
func (m *Message) verdict(s slot) error {
	if m.typed.bad>>s&1 == 0 {
		return nil
	}
	return &m.typed.errs[s]
}

// keep marks slot s as read, with an error unless err is nil, which is a Code.
func (m *Message) keep(s slot, id header.ID, offset int, err error) {
	m.typed.have |= 1 << s
	if err != nil {
		code, _ := err.(Code)
		m.typed.bad |= 1 << s
		m.typed.errs[s] = SyntaxError{code, id, offset}
	}
}

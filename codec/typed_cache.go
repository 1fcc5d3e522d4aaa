package codec

import (
	"math/bits"

	"github.com/sipwire/sipwire"
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

	hasLast = 1 << 15 // no slot has this bit
)

// typedCache holds the typed values of a message. Bit s of have says that slot
// s was read, of bad that errs[s] is its error. A value whose bit in have is
// not set is left over from a message before, and not to be looked at.
// Bit hasLast of have says that last is of this message.
type typedCache struct {
	have, bad uint16
	held      uint16 // the slots whose values are not the zero one, those in have aside
	hops      uint8
	expires   uint32

	uri, fromURI, toURI, target, routeURI uri.URI

	via             header.Via
	from, to, route header.NameAddr
	contact         header.Contact
	contentType     header.ContentType
	cseq            header.CSeq

	errs [numSlots]Fault
	last Fault // of the accessor that failed last
}

// reset forgets which values were read. The values stay, to be written over:
// to clear them is half of what reading them costs.
func (c *typedCache) reset() {
	c.held |= c.have
	c.have, c.bad = 0, 0
}

// release clears the values that were read since the last release, so that a
// pooled Message does not hold on to a buffer.
func (c *typedCache) release() {
	c.reset()
	for ; c.held != 0; c.held &= c.held - 1 {
		c.zero(slot(bits.TrailingZeros16(c.held)))
	}
	c.last = Fault{}
}

// unread reports whether slot s has not been read yet.
func (m *Message) unread(s slot) bool {
	m.alive()
	return m.typed.have>>s&1 == 0
}

// verdict returns the error of slot s.
func (m *Message) verdict(s slot) error {
	if m.typed.bad>>s&1 == 0 {
		return nil
	}
	return m.failAgain(s)
}

// failAgain returns the error of slot s, which is the fault of m again. It is a
// call of its own so that the accessors, in which verdict is inlined, stay
// short.
//
//go:noinline
func (m *Message) failAgain(s slot) error { return m.Fail(m.typed.errs[s]) }

// keep marks slot s as read, with an error unless err is nil, which is a Code.
func (m *Message) keep(s slot, id header.ID, offset int, err error) {
	m.typed.have |= 1 << (s & 15)
	if err != nil {
		m.refuse(s, id, offset, err)
	}
}

// refuse gives slot s an error, and with it the zero value.
func (m *Message) refuse(s slot, id header.ID, offset int, err error) {
	code, _ := err.(sipwire.Code)
	m.typed.bad |= 1 << s
	m.typed.errs[s] = Fault{code, id, offset}
	m.typed.zero(s)
}

// zero clears the value of slot s.
func (c *typedCache) zero(s slot) {
	switch s {
	case slotURI:
		c.uri = uri.URI{}
	case slotVia:
		c.via = header.Via{}
	case slotFrom:
		c.from = header.NameAddr{}
	case slotFromURI:
		c.fromURI = uri.URI{}
	case slotTo:
		c.to = header.NameAddr{}
	case slotToURI:
		c.toURI = uri.URI{}
	case slotCSeq:
		c.cseq = header.CSeq{}
	case slotMaxForwards:
		c.hops = 0
	case slotExpires:
		c.expires = 0
	case slotContact:
		c.contact = header.Contact{}
	case slotTarget:
		c.target = uri.URI{}
	case slotRoute:
		c.route = header.NameAddr{}
	case slotRouteURI:
		c.routeURI = uri.URI{}
	case slotContentType:
		c.contentType = header.ContentType{}
	}
}

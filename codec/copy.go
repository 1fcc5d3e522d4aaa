package codec

import "github.com/sipwire/sipwire"

// A Copy keeps a message at the price of its bytes: a Message has about 5 KB of
// its own, for the index and the typed values, and a Copy has none of them. The
// zero value is ready for use, and a Copy may be used again for another message.
//
//	var kept codec.Copy
//	kept.Set(m)           // the bytes are copied
//	...
//	err := kept.Open(other) // they are indexed again, in place
//
// What it costs: Set copies the bytes, and allocates only where the Copy has no
// room for them; Open is one Parse, a fraction of a microsecond for an INVITE, and
// allocates nothing. [Message.Clone] costs a whole Message and saves the Parse.
//
// Between two calls of Set, many goroutines may Open one Copy at once, each into
// a Message of its own: that is how a message is read in parallel, since a Message
// keeps what it has read and is for one goroutine at a time.
type Copy struct {
	b      []byte
	parser Parser
}

// Set makes c a copy of the message that m was parsed from. What was opened from
// c before must not be used any more.
func (c *Copy) Set(m *Message) {
	c.b = append(c.b[:0], m.buf...)
	c.parser = m.limits
}

// Open indexes the copy in m, with the limits of the message that was copied. m
// is then as that message was, its error included, and is valid until the next
// Set. An empty Copy is ErrNotParsed.
func (c *Copy) Open(m *Message) error {
	if len(c.b) == 0 {
		m.Reset()
		return sipwire.ErrNotParsed
	}
	return c.parser.Parse(m, c.b)
}

// Bytes returns the bytes of the message, valid until the next Set.
func (c *Copy) Bytes() []byte { return c.b[:len(c.b):len(c.b)] }

// Reset forgets the message and keeps the memory.
func (c *Copy) Reset() { c.b = c.b[:0] }

package sdp

import (
	"iter"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// A Media is one media description: the m= line and what follows it up to the
// next one (RFC 8866, 5.14). It may be copied, and is valid as long as the
// views of its Description are.
type Media struct {
	Section
	index int

	typ, portAt part // without the number of ports
	rest        part // from the protocol on
	port        uint16
	count       int
}

// A part is a range of the body.
type part struct{ lo, hi int }

func (m *Media) of(p part) []byte { return m.d.b[p.lo:p.hi:p.hi] }

// NumMedia returns the number of media descriptions.
func (d *Description) NumMedia() int { return len(d.media) }

// Media returns media description i, from 0 to NumMedia()-1, in order. With an
// error its m= line is malformed: then all but type, port, protocol and formats
// can be read. Formats may be missing altogether, as in rejected media of some
// makers.
func (d *Description) Media(i int) (Media, error) {
	m := Media{Section: d.section(i), index: i}
	if at, code := m.parse(); code != 0 {
		return m, d.fail(code, m.lo, at)
	}
	return m, nil
}

// AllMedia ranges over the media descriptions, those with a malformed m= line
// included, of which [Media.IsValid] is false.
func (d *Description) AllMedia() iter.Seq2[int, Media] {
	return func(yield func(int, Media) bool) { d.eachMedia(yield) }
}

func (d *Description) eachMedia(yield func(int, Media) bool) {
	for i := range d.media {
		m, _ := d.Media(i)
		if !yield(i, m) {
			return
		}
	}
}

// parse reads media SP port ["/" number] SP proto *(SP fmt).
func (m *Media) parse() (int, sipwire.Code) {
	lo, hi := m.d.bounds(m.lo)
	b := m.d.b[:hi]
	if typEnd, portEnd, port, rest, ok := fastPort(b, lo, hi); ok {
		m.typ, m.portAt, m.rest = part{lo + 2, typEnd}, part{typEnd + 1, portEnd}, part{rest, hi}
		m.port, m.count = uint16(port), 1
		return hi, 0
	}
	c := cursor{b, lo + 2}
	typ := m.field(&c)
	if typ.lo == typ.hi {
		return typ.lo, sipwire.ErrEmpty
	}
	at := m.field(&c)
	port, i, code := abnf.ConsumeUint(b[:at.hi], at.lo, 65535)
	if code != 0 {
		return at.lo, sipwire.ErrPort
	}
	m.count = 1
	portEnd := i
	if i < at.hi {
		var n uint64
		if b[i] != '/' {
			return i, sipwire.ErrPort
		}
		if n, i, code = abnf.ConsumeUint(b[:at.hi], i+1, 65535); code != 0 || n == 0 {
			return portEnd + 1, sipwire.ErrRange
		}
		if i < at.hi {
			return i, sipwire.ErrPort
		}
		m.count = int(n)
	}
	proto := m.field(&c)
	if proto.lo == proto.hi {
		return proto.lo, sipwire.ErrProtocol
	}
	// Valid from here on.
	m.typ, m.portAt, m.port, m.rest = typ, part{at.lo, portEnd}, uint16(port), part{proto.lo, hi}
	return hi, 0
}

func (m *Media) field(c *cursor) part {
	lo, hi := c.next()
	return part{lo, hi}
}

// IsValid reports whether the m= line was read.
func (m *Media) IsValid() bool { return m.rest.hi != 0 }

// Index returns the place among the media descriptions, 0 for the first.
func (m *Media) Index() int { return m.index }

// Type returns the type, such as "audio", "video", "image", "application" or
// "message".
func (m *Media) Type() []byte { return m.of(m.typ) }

// Port returns the transport port, 0 for media that are rejected, or bundled
// without a port of their own (RFC 8843, 6).
func (m *Media) Port() uint16 { return m.port }

// NumPorts returns the number of ports, 1 unless more are given.
func (m *Media) NumPorts() int { return m.count }

// Proto returns the transport protocol, such as "RTP/AVP".
func (m *Media) Proto() []byte {
	c := m.cursor()
	return c.field()
}

// cursor reads the protocol and the formats; its offsets are those of the body.
func (m *Media) cursor() cursor { return cursor{m.d.b[:m.rest.hi], m.rest.lo} }

// Formats ranges over the formats: payload types, for RTP.
func (m *Media) Formats() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) { m.eachFormat(yield) }
}

func (m *Media) eachFormat(yield func([]byte) bool) {
	for c := m.formatCursor(); ; {
		lo, hi := c.next()
		if lo == hi || !yield(c.b[lo:hi:hi]) {
			return
		}
	}
}

// formatCursor reads the formats; its offsets are those of the body.
func (m *Media) formatCursor() cursor {
	c := m.cursor()
	c.next()
	return c
}

// NumFormats returns the number of formats.
func (m *Media) NumFormats() (n int) {
	for c := m.formatCursor(); ; n++ {
		if lo, hi := c.next(); lo == hi {
			return n
		}
	}
}

// HasFormat reports whether the format is among those of the m= line.
func (m *Media) HasFormat(format string) bool {
	for c := m.formatCursor(); ; {
		f := c.field()
		if len(f) == 0 || string(f) == format {
			return len(f) > 0
		}
	}
}

// IsRejected reports whether the media was rejected or taken out of the session:
// its port is 0 (RFC 3264, 5.1, 6 and 8.2), and not because it shares that of
// others (a=bundle-only; RFC 8843, 6).
func (m *Media) IsRejected() bool {
	return m.IsValid() && m.port == 0 && !m.Has("bundle-only")
}

// Connection returns the c= line that counts for the media: its own, else that
// of the session (RFC 8866, 5.7). ErrMissing when there is none.
func (m *Media) Connection() (Connection, error) {
	i := m.connection()
	if i < 0 {
		s := m.d.Session()
		i = s.connection()
	}
	return m.d.connectionOf(i, m.lo)
}

// inherited finds an attribute of the media, or else of the session.
func (m *Media) inherited(name string) (line, end int) {
	if line, end = m.attribute(name, m.lo); line >= 0 {
		return line, end
	}
	return m.d.Session().attribute(name, 0)
}

// inheritedValue returns the value of an attribute of the media, or else of
// the session.
func (m *Media) inheritedValue(name string) (value []byte, ok bool) {
	i, end := m.inherited(name)
	if i < 0 {
		return nil, false
	}
	return m.attributeValue(i, end), true
}

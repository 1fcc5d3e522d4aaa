package sdp

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// result is what Parse of a value returns.
func result(n int, code sipwire.Code) (int, error) {
	if code != 0 {
		return n, code
	}
	return n, nil
}

// RTPMap is the value of a=rtpmap (RFC 8866, 6.6): what a payload type means.
type RTPMap struct {
	Format    []byte // the payload type, as in the m= line
	Encoding  []byte // such as "PCMU"; names are compared without case
	ClockRate uint32 // in Hz
	Params    []byte // the number of channels of audio; nil when it is not given
}

// Parse reads b, the whole of which must be the value of a=rtpmap. Without an
// error n is len(b), else the offset of what is wrong.
func (v *RTPMap) Parse(b []byte) (n int, err error) { return result(v.parse(b)) }

func (v *RTPMap) parse(b []byte) (int, sipwire.Code) {
	*v = RTPMap{}
	c := cursor{b: b}
	format := c.field()
	lo, hi := c.next()
	slash := bytes.IndexByte(b[lo:hi], '/')
	switch {
	case len(format) == 0:
		return 0, sipwire.ErrEmpty
	case slash < 1:
		return lo, sipwire.ErrValue
	}
	rate, i, code := abnf.ConsumeUint(b[:hi], lo+slash+1, 1<<32-1)
	if code != 0 {
		return i, code
	}
	var params []byte
	if i < hi {
		if b[i] != '/' {
			return i, sipwire.ErrTrailing
		}
		params = b[i+1 : hi : hi]
	}
	if j, end := c.next(); j < end {
		return j, sipwire.ErrTrailing
	}
	*v = RTPMap{format, b[lo : lo+slash : lo+slash], uint32(rate), params}
	return len(b), 0
}

// Is reports whether the encoding has the name; case does not count.
func (v *RTPMap) Is(encoding string) bool { return abnf.EqualFold(v.Encoding, encoding) }

// Fmtp is the value of a=fmtp (RFC 8866, 6.15): parameters of a format.
type Fmtp struct {
	Format []byte
	Params []byte // as received; most formats use name=value, parted by ";"
}

// Parse reads b, the whole of which must be the value of a=fmtp. Without an
// error n is len(b), else the offset of what is wrong.
func (v *Fmtp) Parse(b []byte) (n int, err error) { return result(v.parse(b)) }

func (v *Fmtp) parse(b []byte) (int, sipwire.Code) {
	c := cursor{b: b}
	*v = Fmtp{}
	format := c.field()
	if len(format) == 0 {
		return 0, sipwire.ErrEmpty
	}
	*v = Fmtp{format, c.rest()}
	return len(b), 0
}

// Param returns the value of a parameter with the name, which is compared
// without case. The value is nil when it has no "=".
func (v *Fmtp) Param(name string) (value []byte, ok bool) {
	for rest := v.Params; len(rest) > 0; {
		p := rest
		if i := bytes.IndexByte(rest, ';'); i >= 0 {
			p, rest = rest[:i:i], rest[i+1:]
		} else {
			rest = nil
		}
		p = bytes.TrimSpace(p)
		i := bytes.IndexByte(p, '=')
		switch {
		case i < 0 && abnf.EqualFold(p, name):
			return nil, true
		case i >= 0 && abnf.EqualFold(p[:i], name):
			return p[i+1:], true
		}
	}
	return nil, false
}

// forFormat finds the first attribute with the name whose first field is the
// format.
func (m *Media) forFormat(name string, format []byte) (line, end int) {
	for i := m.lo; ; i++ {
		if i, end = m.attribute(name, i); i < 0 {
			return -1, 0
		}
		c := cursor{b: m.attributeValue(i, end)}
		if bytes.Equal(c.field(), format) {
			return i, end
		}
	}
}

// RTPMap returns what a=rtpmap says about a format, ErrMissing when nothing
// does: then the format is one of the fixed ones (RFC 3551, 6). To read all of
// them, range over All("rtpmap").
func (m *Media) RTPMap(format []byte) (RTPMap, error) {
	var v RTPMap
	i, end := m.forFormat("rtpmap", format)
	if i < 0 {
		return v, m.d.missing('a', m.lo)
	}
	n, code := v.parse(m.attributeValue(i, end))
	return v, m.checked(i, end, n, code)
}

// Fmtp returns what a=fmtp says about a format, ErrMissing when nothing does.
func (m *Media) Fmtp(format []byte) (Fmtp, error) {
	var v Fmtp
	i, end := m.forFormat("fmtp", format)
	if i < 0 {
		return v, m.d.missing('a', m.lo)
	}
	n, code := v.parse(m.attributeValue(i, end))
	return v, m.checked(i, end, n, code)
}

// checked records what is wrong with the attribute of line i, whose name ends
// at offset end.
func (s Section) checked(i, end, n int, code sipwire.Code) error {
	if code == 0 {
		return nil
	}
	return s.d.fail(code, i, end+1+n)
}

// number reads an attribute that is a number, such as a=ptime.
func (s Section) number(name string) (uint32, error) {
	i, end := s.attribute(name, s.lo)
	if i < 0 {
		return 0, s.d.missing('a', s.lo)
	}
	b := s.attributeValue(i, end)
	x, n, code := abnf.ConsumeUint(b, 0, 1<<32-1)
	if code == 0 && n < len(b) && b[n] != '.' && b[n] != ' ' {
		code = sipwire.ErrTrailing
	}
	return uint32(x), s.checked(i, end, n, code)
}

// Ptime returns the length of a packet in milliseconds (RFC 8866, 6.4), a
// fraction cut off. ErrMissing when it is not given.
func (m *Media) Ptime() (uint32, error) { return m.number("ptime") }

// Maxptime returns the greatest length of a packet in milliseconds (RFC 8866,
// 6.5). ErrMissing when it is not given.
func (m *Media) Maxptime() (uint32, error) { return m.number("maxptime") }

// RTCP is the value of a=rtcp (RFC 3605): where RTCP goes when it does not go
// to the port above that of RTP.
type RTCP struct {
	Port                       uint16
	NetType, AddrType, Address []byte // nil when only the port is given
}

// Parse reads b, the whole of which must be the value of a=rtcp. Without an
// error n is len(b), else the offset of what is wrong.
func (v *RTCP) Parse(b []byte) (n int, err error) { return result(v.parse(b)) }

func (v *RTCP) parse(b []byte) (int, sipwire.Code) {
	*v = RTCP{}
	c := cursor{b: b}
	lo, hi := c.next()
	port, i, code := abnf.ConsumeUint(b[:hi], lo, 65535)
	if code != 0 || i != hi {
		return lo, sipwire.ErrPort
	}
	v.Port = uint16(port)
	if v.NetType = c.field(); len(v.NetType) == 0 {
		v.NetType = nil
		return len(b), 0
	}
	v.AddrType, v.Address = c.field(), c.field()
	if len(v.Address) == 0 {
		return len(b), sipwire.ErrHost
	}
	if j, end := c.next(); j < end {
		return j, sipwire.ErrTrailing
	}
	return len(b), 0
}

// RTCP returns a=rtcp, ErrMissing when there is none.
func (m *Media) RTCP() (RTCP, error) {
	var v RTCP
	i, end := m.attribute("rtcp", m.lo)
	if i < 0 {
		return v, m.d.missing('a', m.lo)
	}
	n, code := v.parse(m.attributeValue(i, end))
	return v, m.checked(i, end, n, code)
}

// RTCPMux reports whether RTP and RTCP share a port (RFC 5761, 5.1.1).
func (m *Media) RTCPMux() bool { return m.Has("rtcp-mux") }

// MID returns the name of the media that groups use (RFC 5888, 4).
func (m *Media) MID() (id []byte, ok bool) { return m.Attribute("mid") }

package sdp

import (
	"iter"
	"net/netip"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// ICEUfrag returns a=ice-ufrag of the media, or else of the session (RFC 8839,
// 5.4).
func (m *Media) ICEUfrag() (ufrag []byte, ok bool) { return m.inheritedValue("ice-ufrag") }

// ICEPwd returns a=ice-pwd of the media, or else of the session (RFC 8839,
// 5.4).
func (m *Media) ICEPwd() (pwd []byte, ok bool) { return m.inheritedValue("ice-pwd") }

// A Candidate is the value of a=candidate (RFC 8839, 5.1): an address at which
// media may be reached. Range over All("candidate") and parse each.
type Candidate struct {
	Foundation  []byte
	Component   uint16 // 1 for RTP, 2 for RTCP
	Transport   []byte // such as "UDP"; compared without case
	Priority    uint32
	Address     []byte // an address or a name, such as those of mDNS
	Port        uint16
	Type        []byte // "host", "srflx", "prflx" or "relay"
	RelatedAddr []byte // nil when it is not given
	RelatedPort uint16

	extensions []byte
}

// Parse reads b, the whole of which must be the value of a=candidate. Without
// an error n is len(b), else the offset of what is wrong.
func (v *Candidate) Parse(b []byte) (n int, err error) { return result(v.parse(b)) }

func (v *Candidate) parse(b []byte) (int, sipwire.Code) {
	*v = Candidate{}
	c := cursor{b: b}
	number := func(max uint64, code sipwire.Code) (uint64, int, sipwire.Code) {
		lo, hi := c.next()
		x, i, wrong := abnf.ConsumeUint(b[:hi], lo, max)
		if wrong != 0 || i != hi {
			return 0, lo, code
		}
		return x, hi, 0
	}
	if v.Foundation = c.field(); len(v.Foundation) == 0 {
		return 0, sipwire.ErrEmpty
	}
	x, at, code := number(1<<16-1, sipwire.ErrNumber)
	if code != 0 {
		return at, code
	}
	v.Component = uint16(x)
	v.Transport = c.field()
	if x, at, code = number(1<<32-1, sipwire.ErrNumber); code != 0 {
		return at, code
	}
	v.Priority = uint32(x)
	v.Address = c.field()
	if x, at, code = number(1<<16-1, sipwire.ErrPort); code != 0 {
		return at, code
	}
	v.Port = uint16(x)
	if at = c.i; string(c.field()) != "typ" {
		return at, sipwire.ErrValue
	}
	if v.Type = c.field(); len(v.Type) == 0 {
		return len(b), sipwire.ErrValue
	}
	before := c
	if string(c.field()) == "raddr" {
		v.RelatedAddr = c.field()
		before = c
	}
	if c = before; string(c.field()) == "rport" {
		if x, at, code = number(1<<16-1, sipwire.ErrPort); code != 0 {
			return at, code
		}
		v.RelatedPort = uint16(x)
		before = c
	}
	v.extensions = before.rest()
	return len(b), 0
}

// Addr returns the address as a number; a name is not ok.
func (v *Candidate) Addr() (netip.Addr, bool) { return parseAddr(v.Address) }

// Extensions ranges over the names and values behind what is defined, such as
// "generation" and "0".
func (v *Candidate) Extensions() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) { eachPair(v.extensions, yield) }
}

func eachPair(b []byte, yield func(name, value []byte) bool) {
	for c := (cursor{b: b}); ; {
		name := c.field()
		if len(name) == 0 || !yield(name, c.field()) {
			return
		}
	}
}

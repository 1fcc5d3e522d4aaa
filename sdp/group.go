package sdp

import (
	"iter"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// A Group is the value of a=group of the session (RFC 5888, 5): media that
// belong together, such as those that share one port (BUNDLE; RFC 8843).
// Range over Session().All("group") and parse each.
type Group struct {
	Semantics []byte // such as "BUNDLE" or "LS"
	mids      []byte
}

// Parse reads b, the whole of which must be the value of a=group. Without an
// error n is len(b), else the offset of what is wrong.
func (v *Group) Parse(b []byte) (n int, err error) {
	c := cursor{b: b}
	*v = Group{}
	if v.Semantics = c.field(); len(v.Semantics) == 0 {
		return 0, sipwire.ErrEmpty
	}
	v.mids = c.rest()
	return len(b), nil
}

// MIDs ranges over the names of the media.
func (v *Group) MIDs() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) { eachField(v.mids, yield) }
}

func eachField(b []byte, yield func([]byte) bool) {
	for c := (cursor{b: b}); ; {
		f := c.field()
		if len(f) == 0 || !yield(f) {
			return
		}
	}
}

// Has reports whether the media with that mid belongs to the group.
func (v *Group) Has(mid []byte) bool {
	for c := (cursor{b: v.mids}); ; {
		f := c.field()
		if len(f) == 0 || string(f) == string(mid) {
			return len(f) > 0
		}
	}
}

// An SSRC is the value of a=ssrc (RFC 5576, 4.1): an attribute of one source.
type SSRC struct {
	ID               uint32
	Attribute, Value []byte // Value is nil for an attribute without ":"
}

// Parse reads b, the whole of which must be the value of a=ssrc. Without an
// error n is len(b), else the offset of what is wrong.
func (v *SSRC) Parse(b []byte) (n int, err error) {
	*v = SSRC{}
	c := cursor{b: b}
	lo, hi := c.next()
	id, i, code := abnf.ConsumeUint(b[:hi], lo, 1<<32-1)
	if code == 0 && i != hi {
		code = sipwire.ErrNumber
	}
	if code != 0 {
		return i, code
	}
	rest := c.rest()
	if len(rest) == 0 {
		return len(b), sipwire.ErrEmpty
	}
	v.ID = uint32(id)
	v.Attribute, v.Value = cutAttribute(rest)
	return len(b), nil
}

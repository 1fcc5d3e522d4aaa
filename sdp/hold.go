package sdp

// A Hold says whether a stream is held, why, and who holds, as far as one
// description tells. It is a set; the zero Hold is a stream that flows.
type Hold uint8

// What a Hold may hold. The first two mean that the sender of the description
// has put the other side on hold, the third that the other side has, and the
// last one that there is no stream.
const (
	HoldDirection Hold = 1 << iota // a=sendonly or a=inactive (RFC 3264, 8.4)
	HoldAddress                    // the address is 0.0.0.0 or :: (RFC 2543, B.5; RFC 3264, 8.4)
	HoldByOther                    // a=recvonly: what answers a=sendonly
	HoldRejected                   // the port is 0
)

// Holds reports whether the sender of the description holds the other side.
func (h Hold) Holds() bool { return h&(HoldDirection|HoldAddress) != 0 }

// IsHeld reports whether the other side holds the sender of the description.
func (h Hold) IsHeld() bool { return h&HoldByOther != 0 }

// IsRejected reports whether there is no stream.
func (h Hold) IsRejected() bool { return h&HoldRejected != 0 }

// String names what is in the set, parted by spaces; "none" for the zero Hold.
func (h Hold) String() string { return names(uint(h), "none", holdNames[:]) }

var holdNames = [...]string{"direction", "address", "by-other", "rejected"}

// names joins the names of the bits of a set.
func names(set uint, none string, all []string) string {
	text := ""
	for i, name := range all {
		if set>>i&1 == 0 {
			continue
		}
		if text != "" {
			text += " "
		}
		text += name
	}
	if text == "" {
		return none
	}
	return text
}

// Hold returns whether the stream is held. A rejected stream is nothing else.
//
// An unspecified address is no hold where candidates say how to reach the
// sender: ICE that trickles writes 0.0.0.0 until it has one (RFC 8840). What an answer
// means depends on its offer as well: see [Holders].
func (m *Media) Hold() Hold {
	if m.IsRejected() {
		return HoldRejected
	}
	var h Hold
	switch m.Direction() {
	case SendOnly, Inactive:
		h = HoldDirection
	case RecvOnly:
		h = HoldByOther
	}
	if c, ok := m.connectionQuiet(); ok && c.isUnspecified() && !m.hasICE() {
		h |= HoldAddress
	}
	return h
}

// connectionQuiet is Connection without a Fault.
func (m *Media) connectionQuiet() (c Connection, ok bool) {
	before := m.d.fault
	c, err := m.Connection()
	m.d.fault = before
	return c, err == nil
}

// hasICE reports whether the media uses ICE.
func (m *Media) hasICE() bool { return m.Has("ice-ufrag") || m.d.facts().ice }

// Hold returns what is true of every stream that is not rejected: a call is on
// hold when all of its streams are. Without any stream it is HoldRejected, and
// without media the zero Hold.
func (d *Description) Hold() Hold {
	const all = HoldDirection | HoldAddress | HoldByOther
	h, holds, n, streams := all, true, 0, 0
	var how Hold
	for i := range d.media {
		m, ok := d.mediaQuiet(i)
		if !ok {
			continue
		}
		n++
		one := m.Hold()
		if one.IsRejected() {
			continue
		}
		streams++
		h &= one
		holds = holds && one.Holds()
		how |= one
	}
	switch {
	case n == 0:
		return 0
	case streams == 0:
		return HoldRejected
	case holds:
		// Held, be it one stream this way and the other that way.
		return h | how&(HoldDirection|HoldAddress)
	}
	return h
}

// mediaQuiet is Media without a Fault.
func (d *Description) mediaQuiet(i int) (m Media, ok bool) {
	before := d.fault
	m, err := d.Media(i)
	d.fault = before
	return m, err == nil
}

// Holders returns who holds whom in stream i once the offer was answered (RFC
// 3264, 8.4; RFC 6337, 5.3): a side holds the other when it does not take media
// that the other could send. An answer of a=inactive to an offer of a=inactive
// had no choice, and is no hold of its own. A rejected stream, and one that one
// of the two has not, is held by nobody.
func Holders(offer, answer *Description, i int) (offerer, answerer bool) {
	if i < 0 || i >= offer.NumMedia() || i >= answer.NumMedia() {
		return false, false
	}
	o, okOffer := offer.mediaQuiet(i)
	a, okAnswer := answer.mediaQuiet(i)
	if !okOffer || !okAnswer {
		return false, false
	}
	ho, ha := o.Hold(), a.Hold()
	if ho.IsRejected() || ha.IsRejected() {
		return false, false
	}
	answerer = ha.Holds()
	if o.Direction() == Inactive && ha&HoldAddress == 0 {
		answerer = false
	}
	return ho.Holds(), answerer
}

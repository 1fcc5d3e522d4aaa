package sdp

// A Direction says which way media flow, seen from the sender of the
// description (RFC 8866, 6.7; RFC 3264, 5.1). The zero Direction is unknown.
type Direction uint8

// The directions. Sends and Receives are their two bits.
const (
	SendOnly Direction = 1 + iota
	RecvOnly
	SendRecv
	Inactive
)

var directions = [...]string{"unknown", "sendonly", "recvonly", "sendrecv", "inactive"}

// String returns the name of the attribute, "unknown" for the zero Direction.
func (v Direction) String() string {
	if int(v) < len(directions) {
		return directions[v]
	}
	return directions[0]
}

// Sends reports whether the sender of the description sends media.
func (v Direction) Sends() bool { return v == SendOnly || v == SendRecv }

// Receives reports whether the sender of the description takes media.
func (v Direction) Receives() bool { return v == RecvOnly || v == SendRecv }

// Reverse returns the direction as the other side sees it.
func (v Direction) Reverse() Direction {
	switch v {
	case SendOnly:
		return RecvOnly
	case RecvOnly:
		return SendOnly
	}
	return v
}

// directionOf returns the direction that a name of an attribute is, or 0.
func directionOf(name []byte) Direction {
	if len(name) != len("sendrecv") {
		return 0 // all four have eight letters
	}
	for v := SendOnly; v <= Inactive; v++ {
		if string(name) == directions[v] {
			return v
		}
	}
	return 0
}

// direction returns the direction that the section itself gives, and the line
// that does, or 0 and -1.
func (s Section) direction() (Direction, int) {
	d := s.d
	for i := s.lo; i < s.hi; i++ {
		lo, hi := int(d.ends[i]+1), int(d.ends[i+1])
		// "a=sendrecv" and its line end: other lengths are not looked at.
		if n := hi - lo; n < 10 || n > 11 || d.b[lo] != 'a' {
			continue
		}
		lo, hi = d.bounds(i)
		if v := directionOf(d.b[lo+2 : hi]); v != 0 {
			return v, i
		}
	}
	return 0, -1
}

// facts returns what media inherit, read once.
func (d *Description) facts() *sessionFacts {
	if !d.session.known {
		s := d.Session()
		d.session.direction, _ = s.direction()
		d.session.ice = s.Has("ice-ufrag")
		d.session.known = true
	}
	return &d.session
}

// Direction returns the direction of the media: its own, else that of the
// session, else sendrecv (RFC 8866, 6.7).
func (m *Media) Direction() Direction {
	if v, _ := m.direction(); v != 0 {
		return v
	}
	if v := m.d.facts().direction; v != 0 {
		return v
	}
	return SendRecv
}

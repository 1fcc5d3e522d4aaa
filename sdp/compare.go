package sdp

import "bytes"

// Changes says what a new description of one sender changes in its session
// (RFC 3264, 8). It is a set; the zero Changes is: nothing.
type Changes uint16

// What may change. A stream is looked at under its place among the media,
// where it stays for as long as the session lasts.
const (
	NewSession     Changes = 1 << iota // o= is another one, its version aside
	NewVersion                         // the version in o= has changed
	VersionJump                        // the version in o= is not one higher than before
	SameVersion                        // something has changed under the same version
	StreamHeld                         // the sender has put a stream on hold
	StreamResumed                      // the sender has taken a stream off hold
	NewDirection                       // the direction has changed
	NewAddress                         // the address of a stream has changed
	NewPort                            // the port of a stream has changed
	NewFormats                         // formats, or what they mean, have changed
	MediaAdded                         // there is a stream more
	MediaRemoved                       // a stream was taken out, by port 0
	MediaMissing                       // there are fewer m= lines, which is not allowed (RFC 3264, 8)
	MediaRetyped                       // type or protocol of a stream has changed
	OtherAttribute                     // another line of a stream or of the session has changed
)

var changeNames = [...]string{"new-session", "new-version", "version-jump", "same-version", "held", "resumed", "direction",
	"address", "port", "formats", "media-added", "media-removed", "media-missing", "media-retyped", "other"}

// Has reports whether all of the others are in the set.
func (c Changes) Has(others Changes) bool { return c&others == others }

// String names what is in the set, parted by spaces; "nothing" when it is empty.
func (c Changes) String() string { return names(uint(c), "nothing", changeNames[:]) }

// Compare returns what changes from the description before to the one that the
// same sender has sent after it. Descriptions of the same bytes have no
// changes. [CompareMedia] says which stream.
func Compare(before, after *Description) (c Changes) {
	if bytes.Equal(before.b, after.b) {
		return 0
	}
	origin := compareOrigin(before, after)
	for i := range max(before.NumMedia(), after.NumMedia()) {
		c |= CompareMedia(before, after, i)
	}
	if !before.Session().sameLines(after.Session()) {
		c |= OtherAttribute
	}
	if c != 0 && origin&(NewSession|NewVersion) == 0 {
		origin |= SameVersion
	}
	return c | origin
}

// compareOrigin compares the o= lines.
func compareOrigin(before, after *Description) (c Changes) {
	b, okBefore := before.quietOrigin()
	a, okAfter := after.quietOrigin()
	if !okBefore || !okAfter {
		if okBefore != okAfter {
			c = NewSession
		}
		return c
	}
	if !bytes.Equal(b.Username, a.Username) || !bytes.Equal(b.SessionID, a.SessionID) || !bytes.Equal(b.NetType, a.NetType) ||
		!bytes.Equal(b.AddrType, a.AddrType) || !bytes.Equal(b.Address, a.Address) {
		return NewSession
	}
	switch step := versionStep(b.SessionVersion, a.SessionVersion); step {
	case 0:
		return 0
	case 1:
		return NewVersion
	}
	return NewVersion | VersionJump
}

// quietOrigin is Origin without a Fault.
func (d *Description) quietOrigin() (Origin, bool) {
	before := d.fault
	v, err := d.Origin()
	d.fault = before
	return v, err == nil
}

// versionStep returns 0 for equal versions, 1 when a is the one after b, else 2.
// They are numbers of any length; what is no number is equal or not.
func versionStep(b, a []byte) int {
	b, a = withoutZeros(b), withoutZeros(a)
	if bytes.Equal(b, a) {
		return 0
	}
	// a is one more than b: from a digit on, that digit is one higher in a,
	// and only nines stand behind it in b where zeros do in a.
	if len(b) > 0 && len(a) == len(b)+1 {
		for i := range b {
			if b[i] != '9' || a[i+1] != '0' {
				return 2
			}
		}
		if a[0] == '1' {
			return 1
		}
		return 2
	}
	if len(a) != len(b) {
		return 2
	}
	i := len(a) - 1
	for i >= 0 && b[i] == '9' && a[i] == '0' {
		i--
	}
	if i < 0 || b[i] < '0' || b[i] > '8' || a[i] != b[i]+1 || !bytes.Equal(a[:i], b[:i]) {
		return 2
	}
	return 1
}

func withoutZeros(b []byte) []byte {
	for len(b) > 1 && b[0] == '0' {
		b = b[1:]
	}
	return b
}

// sameLines reports whether two session sections are the same, apart from what
// is compared elsewhere: o=, c= and the direction.
func (s Section) sameLines(o Section) bool {
	i, j := s.lo, o.lo
	for {
		i, j = s.skipCompared(i), o.skipCompared(j)
		if i >= s.hi || j >= o.hi {
			return i >= s.hi && j >= o.hi
		}
		if !bytes.Equal(s.d.line(i), o.d.line(j)) {
			return false
		}
		i++
		j++
	}
}

// line returns line i without its end.
func (d *Description) line(i int) []byte {
	lo, hi := d.bounds(i)
	return d.b[lo:hi:hi]
}

// skipCompared returns the first line at i or behind that sameLines compares.
func (s Section) skipCompared(i int) int {
	for ; i < s.hi; i++ {
		line := s.d.line(i)
		switch line[0] {
		case 'm', 'o', 'c':
		case 'a':
			name, _ := cutAttribute(line[2:])
			switch {
			case directionOf(name) != 0, isFormatAttribute(name):
			default:
				return i
			}
		default:
			return i
		}
	}
	return i
}

// isFormatAttribute reports whether an attribute says what a format means, and
// begins with the format.
func isFormatAttribute(name []byte) bool {
	return string(name) == "rtpmap" || string(name) == "fmtp" || string(name) == "rtcp-fb"
}

// CompareMedia returns what changes in stream i.
func CompareMedia(before, after *Description, i int) (c Changes) {
	switch {
	case i >= after.NumMedia():
		return MediaMissing
	case i >= before.NumMedia():
		return MediaAdded
	}
	b, okBefore := before.mediaQuiet(i)
	a, okAfter := after.mediaQuiet(i)
	if !okBefore || !okAfter {
		if !bytes.Equal(b.bytes(), a.bytes()) {
			c = OtherAttribute
		}
		return c
	}
	switch gone := b.IsRejected(); {
	case gone && a.IsRejected():
		return 0
	case gone:
		return MediaAdded // its place is taken again (RFC 3264, 8.1)
	case a.IsRejected():
		return MediaRemoved
	}
	if !bytes.Equal(b.Type(), a.Type()) || !bytes.Equal(b.Proto(), a.Proto()) {
		c |= MediaRetyped
	}
	if b.port != a.port || b.count != a.count {
		c |= NewPort
	}
	c |= compareFlow(&b, &a)
	if !bytes.Equal(b.formats(), a.formats()) || !b.sameFormats(&a) {
		c |= NewFormats
	}
	if !b.sameLines(a.Section) {
		c |= OtherAttribute
	}
	return c
}

// compareFlow compares direction, hold and address.
func compareFlow(b, a *Media) (c Changes) {
	if b.Direction() != a.Direction() {
		c |= NewDirection
	}
	held, holds := b.Hold().Holds(), a.Hold().Holds()
	switch {
	case !held && holds:
		c |= StreamHeld
	case held && !holds:
		c |= StreamResumed
	}
	bc, okBefore := b.connectionQuiet()
	ac, okAfter := a.connectionQuiet()
	if okBefore != okAfter || !bytes.Equal(bc.Address, ac.Address) || !bytes.Equal(bc.suffix, ac.suffix) {
		c |= NewAddress
	}
	return c
}

// formats returns the formats, with the spaces between them.
func (m *Media) formats() []byte {
	c := m.formatCursor()
	return c.rest()
}

// bytes returns the whole section.
func (s Section) bytes() []byte { return s.d.b[s.d.offset(s.lo):s.d.offset(s.hi)] }

// sameFormats reports whether what says what the formats mean is the same.
func (m *Media) sameFormats(o *Media) bool {
	i, j := m.lo, o.lo
	for {
		i, j = m.nextFormatLine(i), o.nextFormatLine(j)
		if i >= m.hi || j >= o.hi {
			return i >= m.hi && j >= o.hi
		}
		if !bytes.Equal(m.d.line(i), o.d.line(j)) {
			return false
		}
		i++
		j++
	}
}

func (m *Media) nextFormatLine(i int) int {
	for ; i < m.hi; i++ {
		if line := m.d.line(i); line[0] == 'a' {
			if name, _ := cutAttribute(line[2:]); isFormatAttribute(name) {
				break
			}
		}
	}
	return i
}

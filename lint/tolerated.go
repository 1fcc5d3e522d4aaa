package lint

import (
	"bytes"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/lenient"
)

// tolerated reports what the readers let through beyond the grammar. The list is
// theirs, package lenient: nothing is tolerated that is not found here. The byte
// is at i of v, which is at offset at.
func (c *checker) tolerated(id header.ID, l lenient.Leniency, v []byte, i, at int) {
	s, text := Warning, l.Text()
	switch {
	case l == lenient.TelContext:
		s = Note // of use in a network of one's own (RFC 3966, 5.1.5)
	case l == lenient.HostDigits && isDotted(hostAround(v, i)):
		text = "dotted numbers that are no IPv4 address"
	case l == lenient.HostDigits:
		s = Note // the names of containers, and of nothing but digits
	}
	c.add(s, Rule(l.Name()), toleratedRFC(l), id.String(), at+i, "%s", text)
}

// toleratedRFC returns where the rule is that a leniency breaks.
func toleratedRFC(l lenient.Leniency) string {
	switch l {
	case lenient.Zone:
		return "RFC 4007, 6"
	case lenient.IPv6Colon:
		return "RFC 5118, 4.10"
	case lenient.TelContext:
		return "RFC 3966, 5.1.5"
	}
	return rfc3261("25.1")
}

// hostAround returns the bytes around b[i] that a host name may have.
func hostAround(b []byte, i int) []byte {
	isHost := func(c byte) bool { return abnf.IsLabel(c) || abnf.IsHostPunct(c) }
	lo, hi := i, i
	for lo > 0 && isHost(b[lo-1]) {
		lo--
	}
	for hi < len(b) && isHost(b[hi]) {
		hi++
	}
	return b[lo:hi]
}

// isDotted reports whether a host is numbers with dots between them.
func isDotted(host []byte) bool {
	return bytes.IndexByte(host, '.') >= 0 && len(bytes.Trim(host, "0123456789.")) == 0
}

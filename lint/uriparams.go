package lint

import (
	"strings"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// A component is a set of parts of a URI that a header may forbid.
type component uint8

// The rows of table 1 of RFC 3261, 19.1.1 that have a "-".
const (
	partPort component = 1 << iota
	partMethod
	partMaddr
	partTTL
	partTransport
	partLR
	partHeaders
)

// parts names the components in the order of the table.
var parts = [...]struct {
	part component
	name string
}{
	{partPort, "a port"},
	{partMethod, "method"},
	{partMaddr, "maddr"},
	{partTTL, "ttl"},
	{partTransport, "transport"},
	{partLR, "lr"},
	{partHeaders, "headers"},
}

// everyday are the components that many elements write where they must not,
// and that nobody is misled by.
const everyday = partPort | partTransport

// forbidden returns the components that the URI of a header must not have: the
// "-" of table 1 of RFC 3261, 19.1.1. A header that the table does not name
// has its URI from outside of a message, where all may be there.
func (c *checker) forbidden(id header.ID) component {
	switch id {
	case header.IDTo, header.IDFrom:
		return partPort | partMethod | partMaddr | partTTL | partTransport | partLR | partHeaders
	case header.IDRoute, header.IDRecordRoute, header.IDPath, header.IDServiceRoute:
		return partMethod | partTTL | partHeaders
	case header.IDContact:
		switch {
		case c.establishes():
			return partMethod | partTTL | partHeaders
		case c.method == header.MethodREGISTER || c.m.Status()/100 == 3:
			return partMethod | partLR
		}
		return partMethod
	}
	return 0
}

// establishes reports whether the Contact of the message is the remote target
// of a dialog (RFC 3261, 12.1).
func (c *checker) establishes() bool {
	switch c.method {
	case header.MethodINVITE, header.MethodSUBSCRIBE, header.MethodREFER, header.MethodUPDATE, header.MethodNOTIFY:
		return c.m.Status() < 300
	}
	return false
}

// components reports what a URI has and its header forbids.
func (c *checker) components(p place, u *uri.URI) {
	has := componentsOf(u) & c.forbidden(p.id)
	if has == 0 {
		return
	}
	var names []string
	for _, x := range parts {
		if has&x.part != 0 {
			names = append(names, x.name)
		}
	}
	s := Warning
	if has&^everyday == 0 {
		s = Note
	}
	c.add(s, RuleURIComponent, rfc3261("19.1.1"), p.name(), p.at,
		"the URI of %s must not have %s here; a receiver ignores it", p.id, strings.Join(names, ", "))
}

// componentsOf returns what a sip or sips URI has.
func componentsOf(u *uri.URI) (has component) {
	if !u.IsSIP() {
		return 0
	}
	if _, ok := u.Port(); ok {
		has |= partPort
	}
	if u.RawHeaders() != nil {
		has |= partHeaders
	}
	for _, x := range parts[1 : len(parts)-1] {
		if _, ok := u.Param(x.name); ok {
			has |= x.part
		}
	}
	return has
}

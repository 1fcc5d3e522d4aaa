package lint

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// vias reports what is odd about Via values that parse.
func (c *checker) vias() {
	id := header.IDVia.String()
	n := 0
	c.eachValue(header.IDVia, func(v []byte, at int) {
		n++
		var via header.Via
		if _, err := via.Parse(v); err != nil {
			return
		}
		if param, ok := via.Params().Duplicate(); ok {
			c.add(Warning, sipwire.ErrParamTwice.Name(), rfc3261("7.3.1"), id, at, "parameter %s twice; the first counts", param)
		}
		branchAt := at
		if lo, _, ok := via.ParamExtent("branch"); ok {
			branchAt += lo
		}
		switch {
		case len(via.Branch()) == 0:
			c.add(Warning, "no-branch", rfc3261("8.1.1.7"), id, at, "no branch: only an RFC 2543 element writes that")
		case !via.HasMagicCookie():
			c.add(Warning, "branch-cookie", rfc3261("8.1.1.7"), id, branchAt,
				"the branch does not begin with z9hG4bK, so that it is not taken for unique")
		case len(via.Branch()) == len("z9hG4bK"):
			c.add(Warning, "branch-cookie", rfc3261("8.1.1.7"), id, branchAt, "nothing follows the z9hG4bK of the branch")
		}
		if via.Received() != nil {
			if _, ok := via.ReceivedAddr(); !ok {
				c.add(Warning, "received", rfc3261("18.2.1"), id, c.viaParam(&via, at, "received"), "received is not an IP address")
			}
		}
		if _, ok := via.RPort(); via.HasRPort() && !ok && c.hasValue(&via, "rport") {
			c.add(Warning, "rport", "RFC 3581, 3", id, c.viaParam(&via, at, "rport"), "rport is not a port")
		}
		if via.Params().Has("hidden") {
			c.add(Note, "deprecated", rfc3261("28.1"), id, c.viaParam(&via, at, "hidden"), "hidden is deprecated")
		}
	})
	if c.m.Method() == header.MethodCANCEL && n > 1 {
		c.add(Warning, "cancel-vias", rfc3261("9.1"), id, c.m.At(c.m.Index(header.IDVia)).Offset,
			"a CANCEL has the one Via of the request it cancels, this has %d", n)
	}
}

func (c *checker) hasValue(via *header.Via, param string) bool {
	v, _ := via.Params().Get(param)
	return len(v) > 0
}

// viaParam returns the offset of a parameter of a Via value that begins at.
func (c *checker) viaParam(via *header.Via, at int, param string) int {
	if lo, _, ok := via.ParamExtent(param); ok {
		return at + lo
	}
	return at
}

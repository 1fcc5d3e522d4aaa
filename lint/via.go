package lint

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/value"
)

// vias reports what is wrong with Via values that parse.
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
			c.add(Warning, ruleOf(sipwire.ErrParamTwice), rfc3261("7.3.1"), id, at, "parameter %s twice; the first one counts", quote(param))
		}
		branchAt := c.viaParam(&via, at, "branch")
		switch {
		case len(via.Branch()) == 0:
			c.add(Warning, RuleNoBranch, rfc3261("8.1.1.7"), id, at, "no branch: only an RFC 2543 element leaves it out")
		case !via.HasMagicCookie():
			c.add(Warning, RuleBranchCookie, rfc3261("8.1.1.7"), id, branchAt,
				"the branch does not begin with z9hG4bK, so it is not taken to be unique")
		case len(via.Branch()) == len("z9hG4bK"):
			c.add(Warning, RuleBranchCookie, rfc3261("8.1.1.7"), id, branchAt, "nothing follows the z9hG4bK of the branch")
		}
		if via.Received() != nil {
			if _, ok := via.ReceivedAddr(); !ok {
				c.add(Warning, RuleReceived, rfc3261("18.2.1"), id, c.viaParam(&via, at, "received"), "received is not an IP address")
			}
		}
		if _, ok := via.RPort(); via.HasRPort() && !ok && c.hasValue(&via, "rport") {
			c.add(Warning, RuleRPort, "RFC 3581, 3", id, c.viaParam(&via, at, "rport"), "rport is not a port")
		}
		if via.Params().Has("hidden") {
			c.add(Note, RuleDeprecated, rfc3261("28.1"), id, c.viaParam(&via, at, "hidden"), "hidden is deprecated")
		}
	})
	if c.m.Method() == header.MethodCANCEL && n > 1 {
		c.add(Warning, RuleCancelVias, rfc3261("9.1"), id, c.m.At(c.m.Index(header.IDVia)).Offset,
			"a CANCEL has the one Via of the request it cancels, this has %d", n)
	}
}

// hasValue reports whether a parameter of via has a value that is not empty.
func (c *checker) hasValue(via *header.Via, param string) bool {
	v, _ := via.Params().Get(param)
	return len(v) > 0
}

// viaParam returns the offset in the message of a parameter of the Via value
// that begins at offset at.
func (c *checker) viaParam(via *header.Via, at int, param string) int {
	list := via.Params().Bytes()
	lo, _, ok := value.FindParam(list, param)
	if !ok {
		return at
	}
	return at + len(via.Bytes()) - len(list) + lo
}

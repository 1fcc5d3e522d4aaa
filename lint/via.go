package lint

import (
	"bytes"
	"strings"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/value"
)

// vias reports what is wrong with Via values that parse.
func (c *checker) vias() {
	id := header.IDVia.String()
	c.topVia()
	c.eachValue(header.IDVia, func(v []byte, at int) {
		var via header.Via
		if _, err := via.Parse(v); err != nil {
			return
		}
		if !bytes.EqualFold(via.Protocol(), []byte("SIP")) || string(via.Version()) != "2.0" {
			c.add(Warning, RuleViaProtocol, rfc3261("20.42"), id, at, "the protocol is %s, not SIP/2.0",
				quote(string(via.Protocol())+"/"+string(via.Version())))
		}
		c.maddr(header.IDVia, via.Maddr(), c.viaParam(&via, at, "maddr"))
		branchAt := c.viaParam(&via, at, "branch")
		switch {
		case len(via.Branch()) == 0:
			c.add(Warning, RuleNoBranch, rfc3261("8.1.1.7"), id, at, "no branch: only an RFC 2543 element leaves it out")
		case strings.EqualFold(string(via.Branch()), "z9hG4bK"):
			c.add(Warning, RuleBranchCookie, rfc3261("8.1.1.7"), id, branchAt, "nothing follows the z9hG4bK of the branch")
		case !via.HasMagicCookie():
			c.add(Warning, RuleBranchCookie, rfc3261("8.1.1.7"), id, branchAt,
				"the branch does not begin with z9hG4bK, so it is not taken to be unique")
		}
		if via.Params().Has("received") {
			if _, ok := via.ReceivedAddr(); !ok {
				text := "received is not an IP address"
				if len(via.Received()) == 0 {
					text = "received without an IP address"
				}
				c.add(Warning, RuleReceived, rfc3261("18.2.1"), id, c.viaParam(&via, at, "received"), "%s", text)
			}
		}
		if _, ok := via.RPort(); via.HasRPort() && !ok && c.hasValue(&via, "rport") {
			c.add(Warning, RuleRPort, "RFC 3581, 3", id, c.viaParam(&via, at, "rport"), "rport is not a port")
		}
		if via.Params().Has("hidden") {
			c.add(Note, RuleDeprecated, rfc3261("28.1"), id, c.viaParam(&via, at, "hidden"), "hidden is deprecated")
		}
	})
}

// topVia reports what the hop that sent a request over its transport must not do.
func (c *checker) topVia() {
	via, err := c.m.TopVia()
	if err != nil || !c.m.IsRequest() || via.Transport() != header.TransportUDP || !c.secure() {
		return
	}
	c.add(Warning, RuleSIPSUDP, rfc3261("26.2.2"), header.IDVia.String(), c.m.At(c.m.Index(header.IDVia)).ValueOffset,
		"a request to a sips URI is sent over TLS, never over UDP")
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

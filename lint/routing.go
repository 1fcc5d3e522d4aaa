package lint

import (
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// routes reports strict routers, which RFC 3261 elements no longer are.
func (c *checker) routes() {
	for _, id := range []header.ID{header.IDRoute, header.IDRecordRoute} {
		c.eachValue(id, func(v []byte, at int) {
			var r header.NameAddr
			if _, err := r.Parse(v); err != nil {
				return
			}
			var u uri.URI
			if _, err := r.ParseURI(&u); err == nil && u.IsSIP() && !u.LR() {
				c.add(Note, RuleStrictRoute, rfc3261("16.12"), id.String(), at, "no lr parameter: a strict router")
			}
		})
	}
}

// options reports what a request asks its receivers to support.
func (c *checker) options() {
	if !c.m.IsRequest() {
		return
	}
	for _, id := range []header.ID{header.IDRequire, header.IDProxyRequire} {
		c.eachValue(id, func(v []byte, at int) {
			if len(v) > 0 && header.LookupOption(v) == header.OptionOther {
				c.add(Note, RuleUnknownOption, rfc3261("8.2.2.3"), id.String(), at,
					"option %s is not registered; an element that does not support it answers 420", quote(v))
			}
		})
	}
}

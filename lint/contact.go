package lint

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// contacts reports what is wrong with Contact values that parse.
func (c *checker) contacts() {
	id := header.IDContact.String()
	values, read, second, star, starAt := 0, 0, 0, false, 0
	secure := c.secure()
	c.eachValue(header.IDContact, func(v []byte, at int) {
		values++
		var a header.Contact
		if _, err := a.Parse(v); err != nil {
			return
		}
		if read++; read == 2 {
			second = at
		}
		if a.IsWildcard() {
			star, starAt = true, at
			return
		}
		p := a.Params()
		if q, has := p.Get("q"); has {
			if _, ok := a.Q(); !ok {
				c.add(Warning, RuleQ, rfc3261("20.10"), id, at, "q=%s is not a number from 0 to 1 with up to three decimals", quote(q))
			}
		}
		if e, has := p.Get("expires"); has && len(bytes.Trim(e, "0123456789")) > 0 || has && len(e) == 0 {
			c.add(Warning, RuleExpires, rfc3261("10.2.1.1"), id, at, "expires=%s is not a number and counts as 3600", quote(e))
		}
		c.secondsParam(header.IDContact, v, p, "expires", at)
		var u uri.URI
		_, err := a.ParseURI(&u)
		if err == nil && !u.IsSIP() && c.oneContact() {
			c.add(Warning, RuleOneContact, rfc3261("8.1.1.8"), id, at, "the Contact must be a sip or sips URI here, not %s", quote(u.SchemeBytes()))
		}
		if err == nil && secure && u.Scheme() == uri.SIP && c.m.IsRequest() {
			c.add(Warning, RuleSIPSContact, rfc3261("8.1.1.8"), id, at, "a request to a sips URI must have a sips Contact")
		}
	})
	if read > 1 && !star && c.oneContact() {
		c.add(Warning, RuleOneContact, rfc3261("8.1.1.8"), id, second, "%d Contacts, and there must be one: the remote target of the dialog", read)
	}
	if !star {
		return
	}
	f := c.m.At(c.m.Index(header.IDContact))
	switch {
	case values > 1:
		c.add(Error, ruleOf(sipwire.ErrWildcard), rfc3261("10.3"), id, starAt, "* is not the only Contact")
	case c.m.Method() != header.MethodREGISTER:
		c.add(Warning, ruleOf(sipwire.ErrWildcard), rfc3261("10.2.2"), id, starAt, "* is a Contact of REGISTER requests only")
	default:
		if seconds, _, err := header.ParseExpires(c.m.Value(header.IDExpires)); err != nil || seconds != 0 {
			c.add(Error, ruleOf(sipwire.ErrWildcard), rfc3261("10.3"), id, f.ValueOffset, "Contact: * must come with Expires: 0")
		}
	}
}

// secure reports whether the Request-URI or the topmost Route is a sips URI.
func (c *checker) secure() bool {
	route, errRoute := c.m.TopRouteURI()
	target, errTarget := c.m.RequestURI()
	return errRoute == nil && route.Scheme() == uri.SIPS || errTarget == nil && target.Scheme() == uri.SIPS
}

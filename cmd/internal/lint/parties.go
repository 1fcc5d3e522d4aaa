package lint

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// parties reports what is odd about From, To, CSeq and Max-Forwards that
// parse.
func (c *checker) parties() {
	for _, id := range []header.ID{header.IDFrom, header.IDTo} {
		i := c.m.Index(id)
		if i < 0 {
			continue
		}
		f := c.m.At(i)
		var a header.NameAddr
		if _, err := a.Parse(f.Value); err != nil {
			continue
		}
		if param, ok := a.Params().Duplicate(); ok {
			c.add(Warning, sipwire.ErrParamTwice.Name(), rfc3261("7.3.1"), id.String(), f.ValueOffset, "parameter %s twice; the first counts", param)
		}
		if len(a.Tag()) > 0 {
			continue
		}
		switch {
		case id == header.IDFrom:
			c.add(Warning, "no-tag", rfc3261("8.1.1.3"), id.String(), f.ValueOffset, "no tag: only an RFC 2543 element writes that")
		case c.m.Status() > 100:
			c.add(Warning, "no-tag", rfc3261("8.2.6.2"), id.String(), f.ValueOffset, "a response other than 100 must have a tag here")
		}
	}
	if cseq, err := c.m.CSeq(); err == nil && c.m.IsRequest() && !bytes.Equal(cseq.MethodBytes(), c.m.MethodBytes()) {
		f := c.m.At(c.m.Index(header.IDCSeq))
		c.add(Error, "cseq-method", rfc3261("8.1.1.5"), f.ID.String(), f.ValueOffset+len(f.Value)-len(cseq.MethodBytes()),
			"CSeq is for %s, the request is %s", cseq.MethodBytes(), c.m.MethodBytes())
	}
	if hops, err := c.m.MaxForwards(); err == nil && hops == 0 && c.m.IsRequest() {
		f := c.m.At(c.m.Index(header.IDMaxForwards))
		c.add(Note, "max-forwards", rfc3261("16.3"), f.ID.String(), f.ValueOffset, "no hop is left: a proxy answers 483")
	}
}

// contacts reports what is odd about Contact values that parse.
func (c *checker) contacts() {
	id := header.IDContact.String()
	values, star, starAt := 0, false, 0
	secure := c.secure()
	c.eachValue(header.IDContact, func(v []byte, at int) {
		values++
		var a header.Contact
		if _, err := a.Parse(v); err != nil {
			return
		}
		if a.IsWildcard() {
			star, starAt = true, at
			return
		}
		p := a.Params()
		if param, ok := p.Duplicate(); ok {
			c.add(Warning, sipwire.ErrParamTwice.Name(), rfc3261("7.3.1"), id, at, "parameter %s twice; the first counts", param)
		}
		if q, has := p.Get("q"); has {
			if _, ok := a.Q(); !ok {
				c.add(Warning, "q", rfc3261("20.10"), id, at, "q=%s is not a number from 0 to 1 with up to three decimals", q)
			}
		}
		if e, has := p.Get("expires"); has && len(bytes.Trim(e, "0123456789")) > 0 || has && len(e) == 0 {
			c.add(Warning, "expires", rfc3261("10.2.1.1"), id, at, "expires=%s is not a number and counts as 3600", e)
		}
		var u uri.URI
		if _, err := a.ParseURI(&u); err == nil && secure && u.Scheme() == uri.SIP && c.m.IsRequest() {
			c.add(Warning, "sips-contact", rfc3261("8.1.1.8"), id, at, "a request to a sips URI must have a sips Contact")
		}
	})
	if !star {
		return
	}
	f := c.m.At(c.m.Index(header.IDContact))
	switch {
	case values > 1:
		c.add(Error, sipwire.ErrWildcard.Name(), rfc3261("10.3"), id, starAt, "* stands beside another Contact")
	case c.m.Method() != header.MethodREGISTER:
		c.add(Warning, sipwire.ErrWildcard.Name(), rfc3261("10.2.2"), id, starAt, "* is a Contact of REGISTER requests only")
	default:
		if seconds, _, err := header.ParseExpires(c.m.Value(header.IDExpires)); err != nil || seconds != 0 {
			c.add(Error, sipwire.ErrWildcard.Name(), rfc3261("10.3"), id, f.ValueOffset, "Contact: * must come with Expires: 0")
		}
	}
}

// secure reports whether the Request-URI or the topmost Route is a sips URI.
func (c *checker) secure() bool {
	route, errRoute := c.m.TopRouteURI()
	target, errTarget := c.m.RequestURI()
	return errRoute == nil && route.Scheme() == uri.SIPS || errTarget == nil && target.Scheme() == uri.SIPS
}

// routes reports strict routers, which RFC 3261 elements are no more.
func (c *checker) routes() {
	for _, id := range []header.ID{header.IDRoute, header.IDRecordRoute} {
		c.eachValue(id, func(v []byte, at int) {
			var r header.NameAddr
			if _, err := r.Parse(v); err != nil {
				return
			}
			var u uri.URI
			if _, err := r.ParseURI(&u); err == nil && u.IsSIP() && !u.LR() {
				c.add(Note, "strict-route", rfc3261("16.12"), id.String(), at, "no lr parameter: a strict router")
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
				c.add(Note, "unknown-option", rfc3261("8.2.2.3"), id.String(), at,
					"option %s is not registered; who does not support it answers 420", v)
			}
		})
	}
}

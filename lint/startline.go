package lint

import (
	"bytes"
	"errors"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// startLine reports what is wrong with the start line beyond its shape.
func (c *checker) startLine() {
	m := c.m
	at := c.lineOffset()
	if m.IsResponse() {
		switch {
		case header.ReasonPhrase(m.Status()) == "":
			c.add(Note, RuleUnknownStatus, rfc3261("8.1.3.2"), "", at+len(m.Version())+1,
				"status %d is not registered and counts as %d", m.Status(), m.Status()/100*100)
		case len(m.Reason()) == 0:
			c.add(Note, RuleNoReason, rfc3261("7.2"), "", at+len(m.StartLine()), "no reason phrase")
		}
		return
	}
	if m.Method() == header.MethodOther {
		c.add(Note, RuleUnknownMethod, rfc3261("8.2.1"), "", at,
			"method %s is not registered; an element that does not know it answers 405 or 501", quote(m.MethodBytes()))
	}
	at += len(m.MethodBytes()) + 1
	var u uri.URI
	n, err := u.Parse(m.RequestURIBytes())
	if err != nil {
		c.add(Error, ruleOf(codeOf(err)), rfc3261("19.1.1"), "", at+n, "malformed Request-URI: %s", codeOf(err).Text())
		return
	}
	if len(u.RawHeaders()) > 0 {
		c.add(Error, RuleURIHeaders, rfc3261("19.1.1"), "", at+bytes.IndexByte(u.Bytes(), '?'),
			"a Request-URI must not have headers")
	}
	if name, ok := u.DuplicateParam(); ok {
		c.add(Warning, ruleOf(sipwire.ErrParamTwice), rfc3261("19.1.1"), "", at, "parameter %s twice in the Request-URI; the first one counts", quote(name))
	}
	if _, ok := u.Method(); ok {
		c.add(Note, RuleURIMethod, rfc3261("19.1.1"), "", at, "a method parameter means nothing in a Request-URI and should be removed")
	}
	switch u.Scheme() {
	case uri.SIP, uri.SIPS, uri.Tel:
	default:
		c.add(Note, RuleUnknownScheme, rfc3261("8.2.2.1"), "", at, "an element that does not support the scheme %s answers 416", quote(u.SchemeBytes()))
	}
}

// codeOf returns the code that an error of this library is.
func codeOf(err error) sipwire.Code {
	code, _ := errors.AsType[sipwire.Code](err)
	return code
}

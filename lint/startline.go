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
	if v := m.Version(); string(v) != "SIP/2.0" && bytes.EqualFold(v, []byte("SIP/2.0")) {
		n := bytes.LastIndex(m.StartLine(), v)
		if m.IsResponse() {
			n = 0
		}
		c.add(Warning, RuleVersionCase, rfc3261("7.1"), "", at+n, "the version must be sent in capitals: SIP/2.0")
	}
	if m.IsResponse() {
		if i := invalidUTF8(m.Reason()); i >= 0 {
			c.add(Warning, RuleUTF8, rfc3261("7.2"), "", at+len(m.StartLine())-len(m.Reason())+i, "the reason phrase is not UTF-8")
		}
		switch {
		case len(m.StartLine()) == len("SIP/2.0 200"):
			c.add(Warning, RuleNoReason, rfc3261("7.2"), "", at+len(m.StartLine()), "no reason phrase, and no space in front of it, which must be there")
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
	c.uri(place{header.IDOther, "the Request-URI", at}, &u)
	if m.Method() == header.MethodREGISTER && u.IsSIP() && u.HasUser() {
		c.add(Warning, RuleRegisterUser, rfc3261("10.2"), "", at, "the Request-URI of a REGISTER names a domain, and must not have a user part")
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

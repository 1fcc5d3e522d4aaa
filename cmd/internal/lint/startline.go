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
			c.add(Note, "unknown-status", rfc3261("8.1.3.2"), "", at+len(m.Version())+1,
				"status %d is not registered and counts as %d", m.Status(), m.Status()/100*100)
		case len(m.Reason()) == 0:
			c.add(Note, "no-reason", rfc3261("7.2"), "", at+len(m.StartLine()), "no reason phrase")
		}
		return
	}
	if m.Method() == header.MethodOther {
		c.add(Note, "unknown-method", rfc3261("8.2.1"), "", at,
			"method %s is not registered; who does not know it answers 405 or 501", m.MethodBytes())
	}
	at += len(m.MethodBytes()) + 1
	var u uri.URI
	n, err := u.Parse(m.RequestURIBytes())
	if err != nil {
		c.add(Error, codeName(err), rfc3261("19.1.1"), "", at+n, "malformed Request-URI: %v", err)
		return
	}
	if len(u.RawHeaders()) > 0 {
		c.add(Error, "uri-headers", rfc3261("19.1.1"), "", at+bytes.IndexByte(u.Bytes(), '?'),
			"a Request-URI may not carry headers")
	}
	if name, ok := u.DuplicateParam(); ok {
		c.add(Warning, sipwire.ErrParamTwice.Name(), rfc3261("19.1.1"), "", at, "parameter %s twice in the Request-URI; the first counts", name)
	}
	if _, ok := u.Method(); ok {
		c.add(Note, "uri-method", rfc3261("19.1.1"), "", at, "a method parameter means nothing in a Request-URI and should be gone")
	}
	switch u.Scheme() {
	case uri.SIP, uri.SIPS, uri.Tel:
	default:
		c.add(Note, "unknown-scheme", rfc3261("8.2.2.1"), "", at, "who does not support the scheme %s answers 416", u.SchemeBytes())
	}
}

// codeName returns the name of the code that err is.
func codeName(err error) string {
	if code, ok := errors.AsType[sipwire.Code](err); ok {
		return code.Name()
	}
	return "error"
}

package lint

import (
	"fmt"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// missing reports mandatory headers that are not there.
func (c *checker) missing() {
	at := c.lineOffset()
	for _, id := range []header.ID{header.IDVia, header.IDFrom, header.IDTo, header.IDCallID, header.IDCSeq} {
		if !c.m.Has(id) {
			c.add(Error, ruleOf(sipwire.ErrMissing), rfc3261("8.1.1"), id.String(), at, "no %s, which every message must have", id)
		}
	}
	for id := range c.method.Required(c.m.Status()) {
		if core(id) && id != header.IDContact && id != header.IDMaxForwards || c.m.Has(id) {
			continue
		}
		switch {
		case id == header.IDMaxForwards:
			c.add(Warning, ruleOf(sipwire.ErrMissing), rfc3261("8.1.1.6"), id.String(), at, "no Max-Forwards; a proxy adds one")
		case id == header.IDReferTo:
			c.add(Error, ruleOf(sipwire.ErrMissing), "RFC 3515, 2.4.2", id.String(), at, "a REFER must have one Refer-To")
		default:
			c.add(Warning, ruleOf(sipwire.ErrMissing), rfcOf(id), id.String(), at, "no %s, which is mandatory here", id)
		}
	}
}

// lineOffset returns where the start line begins.
func (c *checker) lineOffset() int {
	i := 0
	for i < len(c.b) && (c.b[i] == '\r' || c.b[i] == '\n') {
		i++
	}
	return i
}

// misplaced reports headers that tables 2 and 3 and their successors do not
// allow in this message: its receiver ignores it (RFC 3261, 20). Each is
// reported once, whatever the number of its lines.
func (c *checker) misplaced() {
	for i, f := range c.m.Fields() {
		if f.ID == header.IDOther || i != c.m.Index(f.ID) {
			continue
		}
		if f.ID.Place(c.method, c.m.Status()) == header.Forbidden {
			what := "requests"
			if c.m.IsResponse() {
				what = fmt.Sprintf("%d responses", c.m.Status())
			}
			if name := c.method.String(); name != "" {
				what = name + " " + what
			}
			s := Warning
			if describesSender(f.ID) {
				s = Note
			}
			c.add(s, RuleMisplaced, rfc3261("20"), f.ID.String(), f.Offset, "%s is not allowed in %s and is ignored", f.ID, what)
		}
		if by := deprecated(f.ID); by != "" {
			c.add(Note, RuleDeprecated, by, f.ID.String(), f.Offset, "%s is deprecated", f.ID)
		}
	}
}

// describesSender reports whether a header says what its sender can do. It is
// sent in more messages than the tables allow it in, and harms nobody there.
func describesSender(id header.ID) bool {
	switch id {
	case header.IDAccept, header.IDAcceptEncoding, header.IDAcceptLanguage, header.IDAllow, header.IDSupported:
		return true
	}
	return false
}

// deprecated returns the document that withdrew a header.
func deprecated(id header.ID) string {
	switch id {
	case header.IDEncryption, header.IDHide, header.IDResponseKey:
		return rfc3261("28.1")
	case header.IDIdentityInfo:
		return "RFC 8224, 15"
	}
	return ""
}

// repeated reports headers that are given twice and must not be.
func (c *checker) repeated() {
	for i, f := range c.m.Fields() {
		if f.ID == header.IDOther || !f.ID.IsSingle() || i == c.m.Index(f.ID) {
			continue
		}
		s, rfc := Warning, rfc3261("7.3.1")
		switch {
		case f.ID == header.IDContentLength:
			if _, ok := c.m.ContentLength(); !ok {
				continue // they differ, or are wrong: the index has reported it
			}
		case f.ID == header.IDReferTo && c.m.Method() == header.MethodREFER:
			s, rfc = Error, "RFC 3515, 2.4.2"
		case core(f.ID):
			s = Error
		}
		c.add(s, ruleOf(sipwire.ErrHeaderTwice), rfc, f.ID.String(), f.Offset, "%s is given more than once; the first one counts", f.ID)
	}
}

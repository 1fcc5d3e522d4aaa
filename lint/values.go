package lint

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// values reports every header field of the table whose value does not follow
// its grammar, each with its first defect.
func (c *checker) values() {
	for _, f := range c.m.Fields() {
		if f.ID == header.IDOther {
			continue
		}
		n, err := f.ID.Check(f.Value)
		if err != nil {
			c.value(f.ID, f.ValueOffset+n, codeOf(err))
		}
	}
}

// value reports a defect of one header field.
func (c *checker) value(id header.ID, offset int, code sipwire.Code) {
	if id == header.IDContentLength {
		return // the index has reported it
	}
	s := Warning
	if core(id) && (id != header.IDMaxForwards || code != sipwire.ErrRange) { // as if absent: RFC 4475, 3.1.2.4
		s = Error
	}
	if id.IsSingle() && offset < len(c.b) && c.b[offset] == ',' {
		c.add(s, RuleSeveralValues, rfcOf(id), id.String(), offset,
			"%s takes one value and no comma behind it; a display name with one must be quoted", id)
		return
	}
	c.add(s, ruleOf(code), rfcOf(id), id.String(), offset, "malformed %s: %s", id, code.Text())
}

package lint

import (
	"bytes"

	"github.com/sipwire/sipwire/header"
)

// parties reports what is wrong with From, To, CSeq and Max-Forwards values
// that parse.
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
		if len(a.Tag()) > 0 {
			continue
		}
		switch {
		case id == header.IDFrom:
			c.add(Warning, RuleNoTag, rfc3261("8.1.1.3"), id.String(), f.ValueOffset, "no tag: only an RFC 2543 element leaves it out")
		case c.m.IsRequest() && inDialog(c.method):
			c.add(Warning, RuleNoTag, rfc3261("12.2.1.1"), id.String(), f.ValueOffset,
				"no tag: a request of the method %s is sent in a dialog, and is answered with 481 without it", c.method)
		case c.m.Status() > 100:
			c.add(Warning, RuleNoTag, rfc3261("8.2.6.2"), id.String(), f.ValueOffset, "a response other than 100 must have a tag here")
		}
	}
	if cseq, err := c.m.CSeq(); err == nil && c.m.IsRequest() && !bytes.Equal(cseq.MethodBytes(), c.m.MethodBytes()) {
		f := c.m.At(c.m.Index(header.IDCSeq))
		c.add(Error, RuleCSeqMethod, rfc3261("8.1.1.5"), f.ID.String(), f.ValueOffset+len(f.Value)-len(cseq.MethodBytes()),
			"CSeq has the method %s, the request %s", quote(cseq.MethodBytes()), quote(c.m.MethodBytes()))
	}
	if hops, err := c.m.MaxForwards(); err == nil && hops == 0 && c.m.IsRequest() {
		f := c.m.At(c.m.Index(header.IDMaxForwards))
		c.add(Note, RuleMaxForwards, rfc3261("16.3"), f.ID.String(), f.ValueOffset, "no hop is left: a proxy answers 483")
	}
}

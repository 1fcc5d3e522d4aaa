package lint

import (
	"github.com/sipwire/sipwire/header"
)

// reliable reports what is wrong with reliable provisional responses (RFC 3262).
func (c *checker) reliable() {
	at, required := c.requires("100rel")
	rseq := c.m.Index(header.IDRSeq)
	status := c.m.Status()
	switch {
	case c.m.IsRequest() && required && c.method != header.MethodINVITE:
		c.add(Warning, RuleReliable, "RFC 3262, 4", header.IDRequire.String(), at, "only an INVITE may require 100rel")
	case status == 100 && required:
		c.add(Warning, RuleReliable, "RFC 3262, 3", header.IDRequire.String(), at, "a 100 response is never sent reliably")
	case status > 100 && status < 200 && required && rseq < 0:
		c.add(Warning, RuleReliable, "RFC 3262, 3", header.IDRequire.String(), at, "Require: 100rel without RSeq: the response cannot be acknowledged")
	case status > 100 && status < 200 && rseq >= 0 && !required:
		c.add(Warning, RuleReliable, "RFC 3262, 3", header.IDRSeq.String(), c.m.At(rseq).Offset,
			"RSeq without Require: 100rel: the response is not taken for a reliable one")
	}
	if rseq >= 0 {
		f := c.m.At(rseq)
		if n, _, err := header.ParseUint(f.Value, 1<<32-1); err == nil && n == 0 {
			c.add(Warning, RuleRSeq, "RFC 3262, 7.1", f.ID.String(), f.ValueOffset, "RSeq counts from 1")
		}
	}
	if i := c.m.Index(header.IDRAck); i >= 0 {
		f := c.m.At(i)
		var r header.RAck
		if _, err := r.Parse(f.Value); err == nil && r.RSeq() == 0 {
			c.add(Warning, RuleRSeq, "RFC 3262, 7.2", f.ID.String(), f.ValueOffset, "RAck names RSeq 0, and RSeq counts from 1")
		}
	}
}

// requires returns where Require names an option tag.
func (c *checker) requires(option string) (offset int, ok bool) {
	want := header.LookupOption([]byte(option))
	c.eachValue(header.IDRequire, func(v []byte, at int) {
		if !ok && header.LookupOption(v) == want {
			offset, ok = at, true
		}
	})
	return offset, ok
}

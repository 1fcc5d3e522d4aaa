package lint

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// Check returns what is wrong with m, in the order of the bytes concerned, the
// worst of one place first. m is a message that was given to Parse, whatever
// the result: Check reports the error of Parse as well, and looks at all that
// could be read.
func Check(m *codec.Message) []Finding { return Append(nil, m) }

// Append appends to dst what [Check] returns.
func Append(dst []Finding, m *codec.Message) []Finding {
	c := &checker{m: m, b: m.Bytes(), method: m.Method(), found: dst}
	c.parseError()
	if m.IsRequest() || m.IsResponse() {
		c.message()
	}
	order(c.found[len(dst):])
	return c.found
}

// message calls every rule, once the start line could be read.
func (c *checker) message() {
	if c.m.IsResponse() {
		if cseq, err := c.m.CSeq(); err == nil {
			c.method = cseq.Method()
		}
	}
	c.startLine()
	c.values()
	c.lines()
	c.repeated()
	c.misplaced()
	if c.headersRead {
		c.missing()
	}
	if c.parsed {
		c.body()
		c.sdp()
	}
	c.vias()
	c.parties()
	c.contacts()
	c.routes()
	c.options()
	c.reliable()
	c.timers()
}

// A checker collects findings about one message.
type checker struct {
	m           *codec.Message
	b           []byte
	method      header.Method // of a response that of its CSeq
	parsed      bool          // the message has no error of the index
	headersRead bool          // the whole header section was read
	found       []Finding
}

// add reports a finding at an offset of the message. name is the header field
// concerned. What is quoted of the message must go through quote.
func (c *checker) add(s Severity, rule Rule, rfc, name string, offset int, format string, args ...any) {
	c.found = append(c.found, Finding{s, rule, rfc, name, offset, fmt.Sprintf(format, args...)})
}

// quote bounds what a finding quotes of a message. Together with %q it makes
// text that is short and safe to print, whatever the message holds.
func quote[T ~[]byte | ~string](v T) string {
	const limit = 64
	if len(v) > limit {
		return fmt.Sprintf("%q…", v[:limit])
	}
	return fmt.Sprintf("%q", v)
}

// fieldName returns the name of a field for findings: the registered one, or
// for a field outside the table as much of its own as is printable.
func fieldName(f *codec.Field) string {
	if n := f.ID.String(); n != "" {
		return n
	}
	return strings.ReplaceAll(quote(f.Name), `"`, "")
}

// eachValue calls f with every value of a header, and its offset in the
// message.
func (c *checker) eachValue(id header.ID, f func(v []byte, offset int)) {
	for field := range c.m.All(id) {
		for next := 0; next <= len(field.Value); {
			var lo, hi int
			lo, hi, next = id.NextValue(field.Value, next)
			if lo == hi && len(bytes.TrimSpace(field.Value)) == 0 {
				return
			}
			f(field.Value[lo:hi:hi], field.ValueOffset+lo)
		}
	}
}

// core reports whether an element has to understand the header in order to
// handle the message at all, so that a malformed one costs the message. Any
// other is ignored when it is malformed (RFC 3261, 8.2 and 16.3).
func core(id header.ID) bool {
	switch id {
	case header.IDVia, header.IDFrom, header.IDTo, header.IDCallID, header.IDCSeq, header.IDMaxForwards,
		header.IDRoute, header.IDRecordRoute, header.IDContact, header.IDRequire, header.IDProxyRequire,
		header.IDContentLength, header.IDContentType:
		return true
	}
	return false
}

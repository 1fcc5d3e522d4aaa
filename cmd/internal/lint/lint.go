// Package lint says what is wrong with a SIP message, beyond what keeps it
// from being parsed: every rule of RFC 3261 and its neighbours that can be
// checked by looking at one message, and what breaking it costs.
//
// Findings of [Error] are those that an RFC 3261 element answers with a 400,
// 416, 420 or 505, or drops the message for. What an element is told to
// ignore, to tolerate or to repair is a [Warning], even where it is a MUST.
package lint

import (
	"bytes"
	"fmt"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// Check returns what is wrong with m, which was last given to Parse with the
// result err, in the order of the bytes concerned. It looks at what could be
// read even when that is not all.
func Check(m *codec.Message, err error) []Finding {
	c := &checker{m: m, b: m.Bytes(), method: m.Method()}
	c.parseError(err)
	if !m.IsRequest() && !m.IsResponse() {
		return c.found
	}
	if m.IsResponse() {
		if cseq, err := m.CSeq(); err == nil {
			c.method = cseq.Method()
		}
	}
	c.startLine()
	c.lines()
	c.values()
	c.repeated()
	c.misplaced()
	if c.complete {
		c.missing()
	}
	if err == nil {
		c.body()
	}
	c.vias()
	c.parties()
	c.contacts()
	c.routes()
	c.options()
	order(c.found)
	return c.found
}

// A checker collects findings about one message.
type checker struct {
	m        *codec.Message
	b        []byte
	method   header.Method // for a response that of its CSeq
	complete bool          // the whole header section was read
	found    []Finding
}

// add reports a finding at an offset. name is the header concerned.
func (c *checker) add(s Severity, code, rfc, name string, offset int, format string, args ...any) {
	c.found = append(c.found, Finding{s, code, rfc, name, offset, fmt.Sprintf(format, args...)})
}

// name is what a field is called in findings.
func name(f *codec.Field) string {
	if n := f.ID.String(); n != "" {
		return n
	}
	return string(f.Name)
}

// eachValue calls f with every value of a header, and its offset in the
// message.
func (c *checker) eachValue(id header.ID, f func(v []byte, offset int)) {
	for field := range c.m.All(id) {
		for next := 0; next <= len(field.Value); {
			var lo, hi int
			lo, hi, next = header.NextValue(id, field.Value, next)
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

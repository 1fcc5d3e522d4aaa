package check

import "github.com/sipwire/sipwire/internal/scan"

// Controls are the control bytes of a header section or of a value that no
// quoted pair excuses (RFC 3261, 25.1), HTAB and line ends excepted; a CR that
// is not right before an LF is one in a quoted pair as well. To go over them
// costs as much as there are bytes, however many of them are control bytes.
type Controls struct {
	b    []byte
	from int // where the start line begins, -1 for none
	at   int // how far control bytes have been looked for

	// How far quoted strings and comments have been read, and what the byte
	// there is in.
	read    int
	start   bool // in the start line, which has no quoted pairs
	quoted  bool // in a quoted string
	depth   int  // in so many comments
	escaped bool // behind the backslash of a quoted pair
}

// NewControls returns those of b from offset from on, where the start line of a
// message begins.
func NewControls(b []byte, from int) Controls {
	return Controls{b: b, from: from, at: from, read: from}
}

// Next returns the offset of the next control byte, -1 when there are no more.
func (c *Controls) Next() int {
	for c.at < len(c.b) {
		n := scan.Odd(c.b[c.at:])
		if n < 0 {
			break
		}
		i := c.at + n
		c.at = i + 1
		if c.b[i] == '\r' || !c.isQuotedPair(i) {
			return i
		}
	}
	return -1
}

// isQuotedPair reports whether the byte at i is the second one of a quoted
// pair: one in a quoted string or in a comment. A header field begins outside
// of both. The start line has neither.
func (c *Controls) isQuotedPair(i int) bool {
	start := i
	for start > c.read && !c.beginsField(start) {
		start--
	}
	if c.beginsField(start) {
		c.read, c.start, c.quoted, c.depth, c.escaped = start, start == c.from, false, 0, false
	}
	for ; c.read < i; c.read++ {
		c.step(c.b[c.read])
	}
	return c.escaped && !c.start
}

// beginsField reports whether i is the start of the start line, or of a line
// that does not continue another one.
func (c *Controls) beginsField(i int) bool {
	return i == 0 || i == c.from || c.b[i-1] == '\n' && c.b[i] != ' ' && c.b[i] != '\t'
}

func (c *Controls) step(b byte) {
	switch {
	case c.escaped:
		c.escaped = false
	case b == '\\':
		c.escaped = c.quoted || c.depth > 0
	case b == '"':
		c.quoted = c.quoted != (c.depth == 0)
	case b == '(' && !c.quoted:
		c.depth++
	case b == ')' && !c.quoted && c.depth > 0:
		c.depth--
	}
}

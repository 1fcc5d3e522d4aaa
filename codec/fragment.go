package codec

import "github.com/sipwire/sipwire/internal/scan"

// isHeaderLine reports whether the first line of a fragment is that of a header
// field: there is no start line then (RFC 3420, 2). As a call of its own, like
// completed, it keeps the code short that every message runs through.
//
//go:noinline
func (m *Message) isHeaderLine(start int, line scan.Line) bool {
	i := int(line.NameEnd)
	if i == start {
		return false
	}
	for m.buf[i] == ' ' || m.buf[i] == '\t' {
		i++
	}
	return m.buf[i] == ':'
}

// completed returns a copy of b with an empty line at its end, in memory that m
// keeps for the next fragment.
//
//go:noinline
func (m *Message) completed(b []byte) []byte {
	c := append(m.own[:0], b...)
	end := "\r\n\r\n"
	switch n := len(b); {
	case n > 0 && b[n-1] == '\n':
		end = end[2:]
	case n > 0 && b[n-1] == '\r':
		end = end[1:]
	}
	m.own = append(c, end...)
	return m.own
}

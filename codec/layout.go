package codec

// A Layout says where the parts of a message are in the bytes given to Parse.
type Layout struct {
	Start   int // of the start line; in front of it may be line ends (RFC 3261, 7.5)
	HeadEnd int // behind the header fields: the offset of the empty line
	Body    int // of the body, behind the empty line
	End     int // behind the body: the offset of what is trailing
}

// Layout returns the offsets of the parts. Where the header section has no
// end, HeadEnd, Body and End are the length of the message.
func (m *Message) Layout() Layout {
	return Layout{int(m.startLine.start), m.headEnd(), m.body, m.end}
}

// headEnd returns the offset of the empty line behind the header fields.
func (m *Message) headEnd() int {
	i := m.body
	if i > 0 && m.buf[i-1] == '\n' {
		i--
		if i > 0 && m.buf[i-1] == '\r' {
			i--
		}
		if i > 0 && m.buf[i-1] == '\n' {
			return i
		}
	}
	return m.body // the empty line is missing
}

// FieldEnd returns the offset behind the i-th header field, 0 <= i < Len: its
// line end and those of its continuation lines are in front of it.
func (m *Message) FieldEnd(i int) int {
	if i+1 < len(m.fields) {
		return int(m.fields[i+1].name)
	}
	return m.headEnd()
}

package codec

// keptIndex is what was indexed of a message that was not complete. It is in a Message,
// and good for as long as that is given to Next again and has not been used for
// anything else in between.
type keptIndex struct {
	in  *Message
	gen uint32 // of the Message

	// While the header section is not complete: what is known of the lines that are in
	// the lines of the Message.
	lines foundLines

	// While the body is not: how many header fields are in the fields of the Message, 0
	// when that is not known, and what goes with them.
	fields int
	start  startLine
}

// keepLines remembers that l is in the lines of m, so that the lines of a message that
// comes in two pieces are not found twice. With that, and the start line looked at
// once, a stream of segments took 5 % less (2026-11).
func (s *Stream) keepLines(m *Message, l foundLines) {
	if l.n == 0 { // nothing to remember, and so no Message to hold on to
		s.found.in = nil
		return
	}
	s.found.in, s.found.gen, s.found.lines, s.found.fields = m, m.gen, l, 0
}

// keepIndex remembers the index of m, and resets m, which must not show it. Without
// it a sixth of the messages in a stream of segments was indexed twice (2026-11).
func (s *Stream) keepIndex(m *Message) {
	n := len(m.fields)
	if m.fault.Code != 0 || m.unclean || !m.parsed { // rare
		n = 0
	}
	s.found.fields, s.found.start = n, m.startLine
	m.Reset()
	s.found.in, s.found.gen = m, m.gen
}

// restore gives m the index that was kept, of a message of total bytes with a header
// section of head.
func (k *keptIndex) restore(m *Message, head, total int) {
	m.startLine, m.parsed = k.start, true
	m.fields = m.fields[:k.fields]
	m.body, m.length = head, total-head
	m.chain()
}

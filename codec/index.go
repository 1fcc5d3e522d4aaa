package codec

import (
	"slices"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/fieldname"
	"github.com/sipwire/sipwire/internal/scan"
)

// Parse indexes the message that b holds, as one datagram (RFC 3261, 18.3):
// what follows Content-Length bytes of body is trailing, and without a
// Content-Length the body is the rest. CRLFs before the start line are passed
// over (7.5). b is kept by m, never copied, and never written to. Typed values
// of the message before may keep its bytes from the collector until Reset.
//
// After an error m is as usable for the next Parse as before. Until then its
// accessors still show what was found, so that a bad request can be
// answered: the start line unless it is what is wrong, and every header field
// that could be read.
//
// A [Parser.Fragment] that ends before its empty line is the only thing that is
// copied: m has bytes of its own then, with the line ends that were missing.
func (p *Parser) Parse(m *Message, b []byte) error {
	m.alive()
	m.forget()
	m.limits = *p
	m.buf = b
	m.body, m.end = len(b), len(b)
	if most := p.maxMessage(); len(b) > most {
		m.fail(sipwire.ErrMessageTooLong, header.IDOther, most)
		return m.Err()
	}
	start := 0
	if len(b) > 0 && b[0] <= '\r' { // rare
		start = scan.LineEnds(b)
	}
	var l foundLines
	if start < len(b) {
		l.n, l.body, l.clean = scan.Lines(b, start, m.lines[:])
	}
	// parseHead, which is not called for the usual message.
	if l.body != 0 && l.n != 0 && l.clean && m.startFast(p, start) && m.indexFast(p, l.n, true) {
		m.body = l.body
		if p.Strictness != Lenient || p.Complete || !m.frameFast() {
			m.judgeEmptyLine(p)
			m.contentLength()
			m.frame(p)
		}
	} else if m.parseHeadSlow(p, start, l) {
		m.contentLength()
		m.frame(p)
	} else if p.Fragment && m.fault.Code == sipwire.ErrIncomplete {
		return p.Parse(m, m.completed(b)) // once: it has its empty line
	}
	return m.Err()
}

// foundLines is what [scan.Lines] said of the lines that are in m.lines.
type foundLines struct {
	n, body int
	clean   bool
}

// findLines finds the first lines of b, in front of which l has been found.
func (m *Message) findLines(b []byte, l foundLines) foundLines {
	n, body, clean := scan.Lines(b, m.lineStart(l.n, 0), m.lines[l.n:])
	return foundLines{l.n + n, body, clean && (l.clean || l.n == 0)}
}

// parseHead indexes start line and header fields from offset start, where l is
// what is known of the lines. It reports whether the end of the header section
// was found and is one for everybody; m.body is then the offset behind the empty
// line.
func (m *Message) parseHead(p *Parser, start int, l foundLines) bool {
	if l.body != 0 && l.n != 0 && l.clean && m.startFast(p, start) && m.indexFast(p, l.n, true) {
		m.body = l.body
		m.judgeEmptyLine(p)
		return true
	}
	return m.parseHeadSlow(p, start, l)
}

// parseHeadSlow is parseHead without the fast path.
func (m *Message) parseHeadSlow(p *Parser, start int, l foundLines) bool {
	found, clean := m.indexHead(p, start, l)
	return clean || m.judgeControls(p, start, found)
}

// indexHead is parseHead without a look at control bytes. clean says that the
// end was found and that there are none.
func (m *Message) indexHead(p *Parser, start int, l foundLines) (found, clean bool) {
	if start == len(m.buf) {
		m.fail(sipwire.ErrEmpty, header.IDOther, start)
		return false, false
	}
	n, body, cleanLines := l.n, l.body, l.clean
	for from := start; ; n, body, cleanLines = scan.Lines(m.buf, from, m.lines[:]) {
		lines := m.lines[:n]
		if from == start {
			// The start line; without one, it is all there is.
			if n == 0 {
				m.headIncomplete(p, start)
				return false, false
			}
			clean = true
			if p.Fragment && m.isHeaderLine(start, lines[0]) {
				// Not taken for a start line: the loop below reads it.
				m.start, m.lineEnd = uint32(start), uint32(start)
			} else if !m.parseStartLine(p, start, lines[0], cleanLines) && m.losesFraming() {
				return false, false
			} else if body != 0 && m.indexFast(p, n, cleanLines) {
				m.body, clean = body, cleanLines
				break
			} else {
				from = int(lines[0].LF) + 1
				lines = lines[1:]
			}
		}
		clean = clean && cleanLines
		if !m.parseLines(p, from, lines) {
			m.classify()
			return false, false
		}
		if body != 0 {
			m.body = body
			m.classify()
			break
		}
		if n < len(m.lines) {
			m.headIncomplete(p, m.lineStart(n, from))
			return false, false
		}
		from = int(m.lines[n-1].LF) + 1
	}
	m.judgeEmptyLine(p)
	return true, clean
}

// judgeEmptyLine refuses an empty line of LF alone, unless p is lenient.
func (m *Message) judgeEmptyLine(p *Parser) {
	if p.Strictness != Lenient && m.buf[m.body-2] != '\r' {
		m.fail(sipwire.ErrBareLF, header.IDOther, m.body-1)
	}
}

// losesFraming reports whether nothing can be trusted behind the start line,
// which could not be read. It is false for a request line or a status line in
// which one element is malformed: the header fields behind it are indexed, so
// that the request can be answered with a 400 and a stream goes on behind the
// message.
func (m *Message) losesFraming() bool {
	return !m.malformed && m.fault.Code != sipwire.ErrStatus
}

// lineStart returns the offset behind the n-th line of the last batch.
func (m *Message) lineStart(n, from int) int {
	if n == 0 {
		return from
	}
	return int(m.lines[n-1].LF) + 1
}

// headIncomplete ends the parse of a message whose header section has no
// empty line; line is where its last, unfinished line starts. What was
// indexed stays visible. A line that has outgrown its limit already is
// reported as that, since more bytes would not mend it.
func (m *Message) headIncomplete(p *Parser, line int) {
	code := sipwire.ErrIncomplete
	switch n := len(m.buf) - line; {
	case !m.parsed:
		if n > limit(p.MaxStartLine, DefaultMaxStartLine, maxMessage) {
			code = sipwire.ErrStartLineTooLong
		}
	case n > limit(p.MaxField, DefaultMaxField, maxMessage):
		code = sipwire.ErrFieldTooLong
	}
	m.fail(code, header.IDOther, len(m.buf))
	m.classify()
}

// parseLines indexes the header lines of one batch; the first starts at
// offset from. It returns false when a limit ends the parse.
func (m *Message) parseLines(p *Parser, from int, lines []scan.Line) bool {
	b := m.buf
	maxField := limit(p.MaxField, DefaultMaxField, maxMessage)
	maxFields := limit(p.MaxHeaders, DefaultMaxHeaders, maxHeaders)
	for _, line := range lines {
		start, nameEnd, lf := from, int(line.NameEnd), int(line.LF)
		from = lf + 1
		if p.Strictness != Lenient && b[lf-1] != '\r' {
			m.fail(sipwire.ErrBareLF, header.IDOther, lf)
		}
		if nameEnd == start && (b[start] == ' ' || b[start] == '\t') {
			if len(m.fields) == 0 {
				m.fail(sipwire.ErrFold, header.IDOther, start)
			} else if f := &m.fields[len(m.fields)-1]; !m.continueField(f, start, lf, maxField) {
				m.fail(sipwire.ErrFieldTooLong, header.IDOther, int(f.name)+maxField)
				return false
			}
			continue
		}
		colon := nameEnd
		if b[colon] != ':' || nameEnd == start {
			if colon = m.findColon(start, nameEnd, lf); colon < 0 {
				// Kept as a field without a name, so that nothing is lost
				// and a continuation line has something to continue.
				nameEnd, colon = start, start-1
			}
		}
		if lf-start >= maxField || nameEnd-start > 1<<16-1 {
			m.fail(sipwire.ErrFieldTooLong, header.IDOther, start+min(maxField, 1<<16))
			return false
		}
		if len(m.fields) == maxFields {
			m.fail(sipwire.ErrTooManyHeaders, header.IDOther, start)
			return false
		}
		lo, hi := trimLine(b, colon+1, lf)
		// The fields are stored one by one where they stay: a struct built
		// elsewhere and copied in one piece waits for its own narrow
		// stores, which was a quarter of the whole parse.
		n := len(m.fields)
		if n < cap(m.fields) {
			m.fields = m.fields[:n+1]
		} else {
			m.fields = append(m.fields, field{})
		}
		f := &m.fields[n]
		f.name, f.value, f.end = uint32(start), uint32(lo), uint32(hi)
		f.nameLen, f.flags = uint16(nameEnd-start), 0
	}
	return true
}

// trimLine returns the bounds of what is from lo to the line's LF,
// without the whitespace around it and without the CR.
func trimLine(b []byte, lo, lf int) (int, int) {
	hi := lf
	if b[hi-1] == '\r' && hi > lo {
		hi--
	}
	for lo < hi && (b[lo] == ' ' || b[lo] == '\t') {
		lo++
	}
	for hi > lo && (b[hi-1] == ' ' || b[hi-1] == '\t') {
		hi--
	}
	return lo, hi
}

// continueField adds a continuation line to the field f (RFC 3261, 7.3.1), unless
// that gets too long. Whitespace alone leaves the value as it is.
func (m *Message) continueField(f *field, start, lf, maxField int) bool {
	if lf-int(f.name) >= maxField {
		return false
	}
	f.flags |= fieldFolded
	lo, hi := trimLine(m.buf, start, lf)
	if lo == hi {
		return true
	}
	if f.value == f.end {
		f.value = uint32(lo)
	}
	f.end = uint32(hi)
	return true
}

// findColon returns the offset of the colon of a header line that has none
// right behind its name: whitespace may be between (RFC 3261, 7.3.1). For
// a line that is no header field it records why and returns -1.
func (m *Message) findColon(start, nameEnd, lf int) int {
	b, i := m.buf, nameEnd
	for b[i] == ' ' || b[i] == '\t' {
		i++
	}
	switch {
	case b[i] == ':' && nameEnd > start:
		return i
	case nameEnd > start && (i == lf || b[i] == '\r' && i+1 == lf):
		m.fail(sipwire.ErrColon, header.IDOther, i)
	default:
		m.fail(sipwire.ErrHeaderName, header.IDOther, i)
	}
	return -1
}

// classify finds the ID of every field, and chains the fields of one ID.
func (m *Message) classify() {
	if len(m.fields)+behind > min(len(m.next), cap(m.fields)) {
		m.fields = slices.Grow(m.fields, behind) // as the fast path needs it
		m.next = make([]uint16, cap(m.fields))
	}
	for i := range m.fields {
		f := &m.fields[i]
		f.id = header.ID(fieldname.Find(m.buf, int(f.name), int(f.name)+int(f.nameLen)))
	}
	m.chain()
}

// chain links the fields with the same ID. It walks backwards, so that one
// store a field gives chains in message order without remembering where each
// chain ends.
func (m *Message) chain() {
	fields := m.fields
	next := m.next[:len(fields)]
	for i := len(fields) - 1; i >= 0; i-- {
		id := fields[i].id
		next[i] = m.first[id]
		m.first[id] = uint16(i + 1)
	}
}

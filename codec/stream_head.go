package codec

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/scan"
)

// How a Stream learns how long the message at its front is: where its header
// section ends, and what Content-Length says.

// findHead looks for the empty line behind the header section, of which l is known.
// It is not ok when more bytes are needed, or framing is lost. The lines in front of
// it that it has found as well need not be found again: without that, a stream took
// an eighth longer (2026-11).
func (s *Stream) findHead(m *Message, p *Parser, b []byte, l foundLines) (_ foundLines, ok bool) {
	if len(b) == 0 || len(b) == 1 && b[0] == '\r' {
		return l, false
	}
	look, most := true, s.maxHead()
	if s.searched == 0 {
		l.n, l.body, l.clean = scan.Lines(b, 0, m.lines[:])
		if l.body != 0 && l.body <= most { // nearly always
			s.head = l.body
			return l, true
		}
	} else if from := m.lineStart(l.n, 0); len(b)-s.searched >= s.searched-from {
		// No byte is searched often: as many are new as are looked at again.
		l = m.findLines(b, l)
	} else {
		look = false
	}
	end := l.body
	if !look || end == 0 && l.n == len(m.lines) {
		end = scan.HeaderEnd(b, s.searched)
	}
	if (end == 0 || end > most) && !s.checkStartLine(m, p, b, l, end == 0 && len(b) <= most) {
		return l, false
	}
	if end == 0 {
		s.searched = len(b)
	}
	if end > most || end == 0 && len(b) > most {
		return l, s.lose(sipwire.ErrHeadersTooLong, header.IDOther, most)
	}
	s.head = end
	return l, end != 0
}

// checkStartLine looks at the start line of an unfinished message as soon as
// it is complete, so that garbage is refused before a header section of it
// has been collected. What it refuses, the parse of the whole refuses the
// same way. The first s.searched bytes of b have been searched for its end. When
// the message may wait, a line with the SIP-Version in its place is looked at
// later, with the whole section: nearly every message is whole with its next
// piece.
func (s *Stream) checkStartLine(m *Message, p *Parser, b []byte, l foundLines, mayWait bool) bool {
	if s.lineOK || s.lineLater && mayWait {
		return true
	}
	most, from := p.MaxStartLine, s.searched
	if s.lineLater {
		from = 0
	}
	lf := -1
	switch {
	case l.n > 0:
		if lf = int(m.lines[0].LF); lf > most {
			lf = -1
		}
	case from <= most:
		if lf = bytes.IndexByte(b[from:min(len(b), most+1)], '\n'); lf >= 0 {
			lf += from
			m.findLines(b[:lf+1], foundLines{})
		}
	}
	s.lineLater = lf > 0 && mayWait && hasVersion2(b[:lf])
	if s.lineLater || lf < 0 && len(b) <= most {
		return true
	}
	m.buf, m.body = b, len(b)
	ok := false
	if lf < 0 {
		m.fail(sipwire.ErrStartLineTooLong, header.IDOther, most)
	} else {
		ok = m.parseStartLine(p, 0, m.lines[0], false)
	}
	s.lineOK = ok || !m.losesFraming()
	if !s.lineOK {
		m.judgeControls(p, 0, false)
		s.lose(m.fault.Code, m.fault.Header, m.fault.Offset)
	}
	m.Reset()
	return s.lineOK
}

// findTotal reads the header section, of which l is known, for the length of the
// body.
func (s *Stream) findTotal(m *Message, p *Parser, l foundLines) bool {
	m.buf = s.bytes()[:s.head:s.head]
	m.body, m.end = s.head, s.head
	if l.body == 0 {
		l = m.findLines(m.buf, foundLines{})
	}
	if !m.parseHead(p, 0, l) {
		return s.lose(m.fault.Code, m.fault.Header, m.fault.Offset)
	}
	first := m.fault
	m.fault.Code = 0
	m.contentLength()
	if e := &m.fault; e.Code != 0 {
		return s.lose(e.Code, e.Header, e.Offset)
	}
	m.fault = first
	maxMessage := p.maxMessage()
	code := sipwire.Code(0)
	switch {
	case m.length < 0:
		code = sipwire.ErrContentLengthNone
	case m.length > limit(s.MaxBody, maxMessage, maxMessage):
		code = sipwire.ErrBodyTooLong
	case s.head+m.length > maxMessage:
		code = sipwire.ErrMessageTooLong
	default:
		s.total = s.head + m.length
		return true
	}
	at := s.head
	if i := m.Index(header.IDContentLength); i >= 0 {
		at = int(m.fields[i].value)
	}
	return s.lose(code, header.IDContentLength, at)
}

package codec

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/scan"
)

// How a Stream learns how long the message at its front is: where its header
// section ends, and what Content-Length says.

// findHead goes on looking for the empty line behind the header section, and returns
// the offset behind it. It is not among the lines l; looked says whether it was
// looked for in all of b on the way to them. The result is 0 when more bytes are
// needed, or framing is lost.
func (s *Stream) findHead(m *Message, p *Parser, b []byte, l foundLines, looked bool, most int) (end int) {
	end = l.body
	if !looked || end == 0 && l.n == len(m.lines) {
		end = scan.HeaderEnd(b, s.searched)
	}
	if end > 0 && end <= most {
		return end
	}
	if !s.checkStartLine(m, p, b, l, end == 0 && len(b) <= most) {
		return 0
	}
	if end > most || len(b) > most {
		s.lose(sipwire.ErrHeadersTooLong, header.IDOther, most)
		return 0
	}
	s.searched = len(b)
	s.keepLines(m, l)
	return 0
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
		s.lost = m.fault
	}
	m.Reset()
	return s.lineOK
}

// maxBody returns the limit of the body behind a header section of head bytes.
func (s *Stream) maxBody(p *Parser, head int) int {
	most := p.maxMessage()
	return min(limit(s.MaxBody, most, most), most-head)
}

// loseBody records that framing is lost: the length of the body of m is not known, or
// over its limit.
func (s *Stream) loseBody(m *Message, p *Parser, head int) error {
	code, most := sipwire.ErrMessageTooLong, p.maxMessage()
	switch {
	case m.length < 0:
		code = sipwire.ErrContentLengthNone
	case m.length > limit(s.MaxBody, most, most):
		code = sipwire.ErrBodyTooLong
	}
	at := head
	if i := m.Index(header.IDContentLength); i >= 0 {
		at = int(m.fields[i].value)
	}
	s.lose(code, header.IDContentLength, at)
	return s.lost.Code
}

package codec

import (
	"unsafe"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/methodname"
)

// startFast is parseStartLine for m.lines[0] of a header section without a
// control byte, if it is a line as nearly everyone writes it: of version 2.0, with
// a plain Request-URI in a request, and CR LF behind it. If it is not, nothing
// that matters has been done.
func (m *Message) startFast(p *Parser, start int) bool {
	b, nameEnd, end := m.buf, int(m.lines[0].NameEnd), int(m.lines[0].LF)-1
	if end-start < minStartLine-1 || b[end] != '\r' ||
		end-start+1 >= limit(p.MaxStartLine, DefaultMaxStartLine, maxMessage) {
		return false
	}
	first := unsafe.Pointer(unsafe.SliceData(b))
	uriEnd := end - versionLen - 1 // not in front of start
	if load64(first, uint64(uriEnd))|sipLetters<<8 != spaceVersion {
		return load64(first, uint64(start))|sipLetters == versionSpace && m.statusFast(start, end)
	}
	n := uint(nameEnd - start)
	if n == 0 || b[nameEnd] != ' ' || nameEnd+1 >= uriEnd {
		return false
	}
	m.startLine.start, m.lineEnd, m.methodEnd = uint32(start), uint32(end), uint32(nameEnd)
	m.uriLo, m.uriHi = uint32(nameEnd+1), uint32(uriEnd)
	m.versionLo, m.versionHi = uint32(uriEnd+1), uint32(end)
	if n <= 8 {
		m.method = header.Method(methodname.OfWord(load64(first, uint64(start))<<((64-8*n)&63), n))
	} else {
		m.method = header.Method(methodname.Find(b, start, nameEnd))
	}
	// Last, so that nothing has to be kept over the call.
	m.parsed = goodURI(b, nameEnd+1, uriEnd)
	if !m.parsed {
		m.startLine = startLine{}
	}
	return m.parsed
}

// statusFast is startFast for a line that begins with "SIP/2.0 ". There are bytes
// for a status and a space behind it.
func (m *Message) statusFast(start, end int) bool {
	code := m.buf[start+versionLen+1 : start+versionLen+5]
	c, x, i := uint(code[0]-'1'), uint(code[1]-'0'), uint(code[2]-'0')
	if c > 5 || x > 9 || i > 9 || code[3] != ' ' {
		return false
	}
	m.status = uint16(100*(c+1) + 10*x + i)
	m.startLine.start, m.lineEnd = uint32(start), uint32(end)
	m.versionLo, m.versionHi = uint32(start), uint32(start+versionLen)
	m.reason = uint32(start + versionLen + 5)
	m.parsed = true
	return true
}

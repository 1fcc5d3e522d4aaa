package codec

import (
	"bytes"
	"unsafe"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/check"
	"github.com/sipwire/sipwire/internal/methodname"
	"github.com/sipwire/sipwire/internal/scan"
)

// startLine is the first line of a message: a Request-Line (RFC 3261, 7.1),
// whose status is 0, or a Status-Line (7.2).
type startLine struct {
	start, lineEnd       uint32 // the line without its line end
	methodEnd            uint32 // the method is buf[start:methodEnd]
	uriLo, uriHi         uint32
	versionLo, versionHi uint32
	reason               uint32 // the reason phrase is buf[reason:lineEnd]
	status               uint16
	method               header.Method
}

// "SIP/2.0 " and " SIP/2.0", folded, as little-endian words.
const (
	versionLen   = len("SIP/2.0")
	version2     = 's' | 'i'<<8 | 'p'<<16 | '/'<<24 | '2'<<32 | '.'<<40 | '0'<<48
	versionSpace = version2 | ' '<<56
	spaceVersion = ' ' | version2<<8
	sipLetters   = 0x202020 // bit 5 of "SIP"
)

// parseStartLine reads the line that starts at start. It reports whether the
// line could be read; a version other than 2.0 is an error but can. clean says that
// the line is known to have no control byte but HTAB.
func (m *Message) parseStartLine(p *Parser, start int, line scan.Line, clean bool) bool {
	b, lf := m.buf, int(line.LF)
	end := lf
	// The length is asked for first, since a stream may know it before it has
	// the end of the line.
	if lf-start >= limit(p.MaxStartLine, DefaultMaxStartLine, maxMessage) {
		m.fail(sipwire.ErrStartLineTooLong, header.IDOther, start+limit(p.MaxStartLine, DefaultMaxStartLine, maxMessage))
		return false
	}
	if b[lf-1] == '\r' {
		end--
	} else if p.Strictness != Lenient {
		m.fail(sipwire.ErrBareLF, header.IDOther, lf)
	}
	m.start, m.lineEnd = uint32(start), uint32(end)
	nameEnd := int(line.NameEnd)
	switch {
	case nameEnd == start:
		m.fail(sipwire.ErrStartLine, header.IDOther, start)
		return false
	case b[nameEnd] == ' ':
		return m.parseRequestLine(start, nameEnd, end)
	case b[nameEnd] == '/' && nameEnd-start == 3 && // "SIP", in any case
		b[start]|0x20 == 's' && b[start+1]|0x20 == 'i' && b[start+2]|0x20 == 'p':
		return m.parseStatusLine(start, end, clean)
	}
	m.fail(sipwire.ErrStartLine, header.IDOther, nameEnd)
	return false
}

// parseRequestLine reads Method SP Request-URI SP SIP-Version, with exactly
// one space each (RFC 3261, 7.1; RFC 4475, 3.1.2.9 allows refusing more).
// Of the URI it asks a letter in front and no control byte or space inside;
// the rest is for the reader of the URI.
func (m *Message) parseRequestLine(start, methodEnd, end int) bool {
	b := m.buf
	uri := methodEnd + 1
	uriEnd := end - versionLen - 1
	if uriEnd <= uri || !isVersion2(b, uriEnd) {
		return m.otherVersion(start, methodEnd, end)
	}
	m.methodEnd = uint32(methodEnd)
	m.method = header.Method(methodname.Find(b, start, methodEnd))
	if bad := badURIByte(b, uri, uriEnd); bad >= 0 {
		m.malformed = true
		m.fail(sipwire.ErrRequestURI, header.IDOther, bad)
		return false
	}
	m.uriLo, m.uriHi = uint32(uri), uint32(uriEnd)
	m.versionLo, m.versionHi = uint32(uriEnd+1), uint32(end)
	m.parsed = true
	return true
}

// isVersion2 reports whether " SIP/2.0", in any case, is at i; 8 bytes
// must.
func isVersion2(b []byte, i int) bool {
	return le64(b, i)|sipLetters<<8 == spaceVersion
}

// hasVersion2 reports whether line, which may end in a CR, ends as a request line
// does, or begins as a status line does.
func hasVersion2(line []byte) bool {
	n := len(line) - 1 - versionLen
	if n > 0 && line[len(line)-1] == '\r' {
		n--
	}
	return n > 0 && (isVersion2(line, n) || le64(line, 0)|sipLetters == versionSpace)
}

// le64 returns b[i:i+8] as a little-endian word.
func le64(b []byte, i int) uint64 { return abnf.Load64(b[i : i+8]) }

// notAboveSpace sets the top bit of some byte of the result if any of the 8 bytes
// of w is not above a space. Some bytes above DEL do that as well.
func notAboveSpace(w uint64) uint64 { return w - '!'*abnf.Ones }

// goodURI reports whether badURIByte would find nothing where no byte is a control
// byte but HTAB; 8 bytes must be behind hi. Without it the index took 9 to 10 %
// longer (2026-11). Of some bytes above DEL it does not know.
func goodURI(b []byte, lo, hi int) bool {
	odd, p := uint64(0), unsafe.Pointer(unsafe.SliceData(b[:hi+8])) // the only check of bounds
	word := func(i int) uint64 { return load64(p, uint64(i)) }
	if n := hi - lo; n >= 16 && n <= 64 {
		// Nearly all: four pairs of words that may overlap, since the number of
		// rounds of a loop is unpredictable. The two in the middle
		// are lo+16 and hi-32, but not outside; min and max would be jumps.
		less := (n - 32) & int(int64(n-32)>>63)
		second, third := lo+16+less, hi-32-less
		odd = notAboveSpace(word(lo)) | notAboveSpace(word(lo+8)) |
			notAboveSpace(word(second)) | notAboveSpace(word(second+8)) |
			notAboveSpace(word(third)) | notAboveSpace(word(third+8)) |
			notAboveSpace(word(hi-16)) | notAboveSpace(word(hi-8))
	} else {
		i := lo
		for ; i+8 <= hi; i += 8 {
			odd |= notAboveSpace(word(i))
		}
		odd |= notAboveSpace(word(i)) & (1<<(8*uint(hi-i)) - 1)
	}
	return odd&abnf.Tops == 0 && b[lo]|0x20-'a' <= 'z'-'a'
}

// badURIByte returns the index of the first byte from lo to hi that no
// Request-URI may hold, or -1.
func badURIByte(b []byte, lo, hi int) int {
	if !abnf.Is(b[lo], abnf.Alpha) {
		return lo
	}
	for i, c := range b[lo:hi] {
		if c <= ' ' || c == 0x7f {
			return lo + i
		}
	}
	return -1
}

// otherVersion takes a Request-Line apart that does not end in " SIP/2.0".
// When only the version is another one, the line counts as read, so that the
// request can be answered with a 505 (RFC 3261, 21.5.7).
func (m *Message) otherVersion(start, methodEnd, end int) bool {
	b := m.buf
	uri := methodEnd + 1
	uriEnd := uri
	for uriEnd < end && b[uriEnd] != ' ' {
		uriEnd++
	}
	version := uriEnd + 1
	m.malformed = endsInVersion(b[uri:end])
	if m.malformed {
		m.methodEnd = uint32(methodEnd)
		m.method = header.Method(methodname.Find(b, start, methodEnd))
	}
	if uriEnd == uri || version >= end || !isVersion(b[version:end]) {
		m.fail(sipwire.ErrStartLine, header.IDOther, min(uriEnd, end))
		return false
	}
	if bad := badURIByte(b, uri, uriEnd); bad >= 0 {
		m.fail(sipwire.ErrRequestURI, header.IDOther, bad)
		return false
	}
	m.malformed = false
	m.fail(sipwire.ErrVersion, header.IDOther, version)
	m.uriLo, m.uriHi = uint32(uri), uint32(uriEnd)
	m.versionLo, m.versionHi = uint32(version), uint32(end)
	m.parsed = true
	return true
}

// endsInVersion reports whether the last word of b is a SIP-Version: behind a
// method it is a Request-Line, then, in which something else is wrong.
func endsInVersion(b []byte) bool {
	b = bytes.TrimRight(b, " \t")
	return isVersion(b[bytes.LastIndexAny(b, " \t")+1:])
}

// isVersion reports whether b is a SIP-Version of any number: "SIP" "/"
// 1*DIGIT "." 1*DIGIT, the letters in any case (RFC 3261, 25.1).
func isVersion(b []byte) bool {
	if len(b) < versionLen || !abnf.EqualFold(b[:4], "SIP/") {
		return false
	}
	dot := abnf.Span(b, 4, abnf.Digit)
	if dot == 4 || dot+1 >= len(b) || b[dot] != '.' {
		return false
	}
	return abnf.Span(b, dot+1, abnf.Digit) == len(b)
}

// parseStatusLine reads SIP-Version SP Status-Code SP Reason-Phrase
// (RFC 3261, 7.2). The phrase may be missing, and the space before it too:
// elements that leave both out are common.
func (m *Message) parseStatusLine(start, end int, clean bool) bool {
	b := m.buf
	version := start + versionLen
	is2 := version < end && le64(b, start)|sipLetters == versionSpace
	if !is2 {
		for version = start; version < end && b[version] != ' '; version++ {
		}
		if !isVersion(b[start:version]) {
			m.fail(sipwire.ErrStartLine, header.IDOther, start)
			return false
		}
	}
	code := version + 1
	reason := abnf.Span(b[:end], min(code, end), abnf.Digit)
	if reason != code+3 || b[code] < '1' || b[code] > '6' {
		m.fail(sipwire.ErrStatus, header.IDOther, min(code, end))
		return false
	}
	status := uint16(b[code]-'0')*100 + uint16(b[code+1]-'0')*10 + uint16(b[code+2]-'0')
	if reason < end {
		if b[reason] != ' ' {
			m.fail(sipwire.ErrStatus, header.IDOther, reason)
			return false
		}
		reason++
	}
	if !clean {
		if bad := check.ControlByte(b[reason:end]); bad >= 0 {
			m.fail(sipwire.ErrStartLine, header.IDOther, reason+bad)
			return false
		}
	}
	if !is2 && !abnf.EqualFold(b[start:version], "SIP/2.0") {
		m.fail(sipwire.ErrVersion, header.IDOther, start)
	}
	m.versionLo, m.versionHi = uint32(start), uint32(version)
	m.status = status
	m.reason = uint32(reason)
	m.parsed = true
	return true
}

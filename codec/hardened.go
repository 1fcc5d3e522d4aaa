package codec

import (
	"unicode/utf8"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// judge refuses what Strict and Hardened do of a message as a whole. What they
// do of single lines and bytes is refused where those are read.
func (m *Message) judge(p *Parser) {
	if i := m.Duplicate(); i >= 0 {
		m.fail(sipwire.ErrHeaderTwice, m.fields[i].id, int(m.fields[i].name))
	}
	if p.Strictness < Hardened {
		return
	}
	for i := range m.fields {
		f := &m.fields[i]
		switch colon := f.name + uint32(f.nameLen); {
		case f.flags&fieldFolded != 0:
			m.fail(sipwire.ErrFolded, f.id, int(f.name))
		case f.nameLen != 0 && m.buf[colon] != ':':
			m.fail(sipwire.ErrColonSpace, f.id, int(colon))
		}
	}
	if i := notUTF8(m.buf[m.start:m.body]); i >= 0 {
		m.fail(sipwire.ErrUTF8, m.idAt(int(m.start)+i), int(m.start)+i)
	}
	switch {
	case m.length < 0 && m.body < len(m.buf):
		m.fail(sipwire.ErrContentLengthNone, header.IDContentLength, m.body)
	case m.end < len(m.buf):
		m.fail(sipwire.ErrTrailing, header.IDOther, m.end)
	}
}

// notUTF8 returns the offset of the first byte that is not part of a UTF-8
// character, -1 when there is none (RFC 3261, 25.1: UTF8-NONASCII).
func notUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	i := 0
	for {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
}

package lint

import (
	"bytes"
	"unicode/utf8"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/grammar"
)

// value reports a defect of one header field, at offset n of its value.
func (c *checker) value(f *codec.Field, n int, code sipwire.Code) {
	if f.ID == header.IDContentLength {
		return // the index has reported it
	}
	s := Warning
	if core(f.ID) && (f.ID != header.IDMaxForwards || code != sipwire.ErrRange) { // as if absent: RFC 4475, 3.1.2.4
		s = Error
	}
	id := f.ID
	if id.IsSingle() && n < len(f.Value) && f.Value[n] == ',' {
		c.add(s, RuleSeveralValues, rfcOf(id), id.String(), f.ValueOffset+n, "%s takes one value, and no comma behind it%s", id, commaHint(id))
		return
	}
	code, text := words(f, n, code)
	c.add(s, ruleOf(code), rfcOf(id), id.String(), f.ValueOffset+n, "malformed %s: %s", id, text)
}

// commaHint says what is meant most often where a comma must not be.
func commaHint(id header.ID) string {
	switch grammar.Of(uint8(id)) {
	case grammar.NameAddrValue:
		return "; a display name with one must be in quotes, a URI with one in <>"
	case grammar.SemiTokenList:
		return "; its tokens are separated by ;"
	case grammar.Product:
		return "; text with one must be in parentheses"
	case grammar.CallIDValue:
		return "; a Call-ID has none"
	}
	return ""
}

// words returns the code that a defect is reported under, and what to look at
// for it.
func words(f *codec.Field, n int, code sipwire.Code) (sipwire.Code, string) {
	v := f.Value
	switch class := grammar.Of(uint8(f.ID)); {
	case class == grammar.WarningList && code == sipwire.ErrValue && n > 0 && n < len(v):
		return code, "the text of a warning must be in quotes"
	case (class == grammar.NameAddrValue || class == grammar.NameAddrList || class == grammar.ContactList) &&
		(code == sipwire.ErrScheme || code == sipwire.ErrURI || code == sipwire.ErrDisplayName) && displayBefore(v, n):
		return sipwire.ErrDisplayName, "a display name with " + byteAt(v, n) + " must be in quotes"
	case code == sipwire.ErrToken || code == sipwire.ErrDisplayName || code == sipwire.ErrUser || code == sipwire.ErrHost ||
		code == sipwire.ErrURI || code == sipwire.ErrValue || code == sipwire.ErrPort || code == sipwire.ErrCallID:
		return code, code.Text() + " at " + byteAt(v, n)
	}
	return code, code.Text()
}

// displayBefore reports whether the byte at n of a value is in front of a "<" and
// so in what has to be a display name.
func displayBefore(v []byte, n int) bool {
	return n < len(v) && v[n] != '<' && bytes.IndexByte(v[n:], '<') > 0 && bytes.IndexByte(v[:n], '<') < 0
}

// byteAt names the character at n, where the value is wrong.
func byteAt(v []byte, n int) string {
	if n >= len(v) {
		return "its end"
	}
	_, size := utf8.DecodeRune(v[n:])
	return quote(v[n : n+size])
}

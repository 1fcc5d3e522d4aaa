package record

import (
	"fmt"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text is a run of bytes from a message as a JSON string; nil is null.
//
// SIP is UTF-8 (RFC 3261, 7), but what arrives need not be. A byte that is
// not part of a valid UTF-8 sequence is written as the lone surrogate
// \udc80 to \udcff, as Python's surrogateescape does, so that every byte can
// be had back: text.encode("utf-8", "surrogateescape") there. Readers that
// refuse lone surrogates show U+FFFD in its place.
//
// Characters that do not print are written as \u escapes, so that what comes
// from a message or a file name moves no cursor on a terminal.
type Text []byte

const hex = "0123456789abcdef"

// MarshalJSON implements [encoding/json.Marshaler].
func (t Text) MarshalJSON() ([]byte, error) {
	if t == nil {
		return []byte("null"), nil
	}
	b := make([]byte, 0, len(t)+2)
	b = append(b, '"')
	for i := 0; i < len(t); {
		c := t[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\r':
			b = append(b, '\\', 'r')
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\t':
			b = append(b, '\\', 't')
		case c < ' ' || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			r, n := utf8.DecodeRune(t[i:])
			switch {
			case n == 1:
				b = append(b, '\\', 'u', 'd', 'c', hex[c>>4], hex[c&15])
			case unicode.IsPrint(r):
				b = append(b, t[i:i+n]...)
			default:
				for _, u := range utf16.AppendRune(nil, r) {
					b = fmt.Appendf(b, `\u%04x`, u)
				}
			}
			i += n
			continue
		}
		i++
	}
	return append(b, '"'), nil
}

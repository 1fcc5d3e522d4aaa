package record

import "unicode/utf8"

// Text is a run of bytes from a message as a JSON string; nil is null.
//
// SIP is UTF-8 (RFC 3261, 7), but what arrives need not be. A byte that is
// not part of a valid UTF-8 sequence is written as the lone surrogate
// \udc80 to \udcff, as Python's surrogateescape does, so that every byte can
// be had back: text.encode("utf-8", "surrogateescape") there. Readers that
// refuse lone surrogates show U+FFFD in its place.
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
			_, n := utf8.DecodeRune(t[i:])
			if n > 1 {
				b = append(b, t[i:i+n]...)
				i += n
				continue
			}
			b = append(b, '\\', 'u', 'd', 'c', hex[c>>4], hex[c&15])
		}
		i++
	}
	return append(b, '"'), nil
}

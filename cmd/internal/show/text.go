package show

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable returns b as text that is safe on a terminal: a message cannot
// move the cursor, recolour the screen or turn the direction of writing.
// Control bytes and what is not UTF-8 become \xNN, other characters that do
// not print \u{NNNN}.
func Printable(b []byte) string {
	var s strings.Builder
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r == '\t':
			s.WriteString(`\t`)
		case r == '\r':
			s.WriteString(`\r`)
		case r == '\n':
			s.WriteString(`\n`)
		case r < ' ' || r == 0x7f || r == utf8.RuneError && n == 1:
			fmt.Fprintf(&s, `\x%02x`, b[i])
		case !unicode.IsPrint(r):
			fmt.Fprintf(&s, `\u{%04x}`, r)
		default:
			s.WriteRune(r)
		}
		i += n
	}
	return s.String()
}

// columns returns how many columns printable text takes, one for a rune.
func columns(s string) int { return utf8.RuneCountInString(s) }

// cut shortens s to n columns, the last of which then is an ellipsis.
func cut(s string, n int) string {
	if columns(s) <= n {
		return s
	}
	if n <= 0 {
		return ""
	}
	i := 0
	for range n - 1 {
		_, w := utf8.DecodeRuneInString(s[i:])
		i += w
	}
	return s[:i] + "…"
}

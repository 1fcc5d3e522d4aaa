package show

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable returns b as text that is safe on a terminal: a message can not
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

// An Excerpt is the line of a message around one byte.
type Excerpt struct {
	Line  int    // number of the line, from 1
	Text  string // the line, printable; long ones are cut on both sides
	Caret int    // columns of Text in front of the byte
}

// excerptWidth bounds the columns of an excerpt on each side of its byte.
const excerptWidth = 48

// ExcerptAt returns the line of b that holds the byte at offset. The offset
// of a line end, or behind the last byte, is the end of its line.
func ExcerptAt(b []byte, offset int) Excerpt {
	offset = min(max(offset, 0), len(b))
	lo := bytes.LastIndexByte(b[:offset], '\n') + 1
	hi := len(b)
	if i := bytes.IndexByte(b[offset:], '\n'); i >= 0 {
		hi = offset + i
	}
	line := bytes.TrimSuffix(b[lo:hi], []byte("\r"))
	at := min(offset-lo, len(line))
	e := Excerpt{Line: 1 + bytes.Count(b[:lo], []byte("\n"))}
	before, after := Printable(line[:at]), Printable(line[at:])
	if n := columns(before); n > excerptWidth {
		r := []rune(before)
		before = "…" + string(r[n-excerptWidth+1:])
	}
	e.Caret = columns(before)
	e.Text = before + cut(after, excerptWidth)
	return e
}

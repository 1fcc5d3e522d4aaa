package scenario

import (
	"bytes"
	"slices"
)

// lenient returns a file in a form that the XML decoder takes, with the lines
// where they were. SIPp's own parser knows less of XML, and scenarios rely on
// it: comments have "--" in them, and quoted values have \" for a
// quote, \n for a line end, and a bare "<".
func lenient(data []byte) []byte {
	out := make([]byte, 0, len(data)+len(data)/64)
	for len(data) > 0 {
		open := bytes.IndexByte(data, '<')
		if open < 0 {
			break
		}
		out = append(out, data[:open]...)
		data = data[open:]
		switch {
		case bytes.HasPrefix(data, []byte("<!--")):
			end := past(data, "-->")
			for _, c := range data[:end] {
				if c != '\n' {
					c = ' '
				}
				out = append(out, c)
			}
			data = data[end:]
		case bytes.HasPrefix(data, []byte("<![CDATA[")):
			end := past(data, "]]>")
			out = append(out, data[:end]...)
			data = data[end:]
		case bytes.HasPrefix(data, []byte("<?")), bytes.HasPrefix(data, []byte("<!")):
			out = append(out, '<')
			data = data[1:]
		default:
			var n int
			out, n = appendTag(out, data)
			data = data[n:]
		}
	}
	return append(out, data...)
}

// past returns the length of data up to a text and with it; all of data when
// it is not there.
func past(data []byte, text string) int {
	if i := bytes.Index(data, []byte(text)); i >= 0 {
		return i + len(text)
	}
	return len(data)
}

// escapes are what a backslash makes of the characters behind it in a quoted
// value; in front of others it stays.
var escapes = [256]string{'"': "&quot;", '\\': "\\", 'n': "&#10;", 'r': "&#13;", 't': "&#9;"}

// appendTag appends the tag that data begins with, and returns its length.
func appendTag(out, data []byte) ([]byte, int) {
	var quote, before byte // what the value is quoted with, 0 outside; the character before, but for white space
	escaped := false
	for i, c := range data {
		switch {
		case escaped && escapes[c] != "":
			out = append(out[:len(out)-1], escapes[c]...)
			escaped = false
			continue
		case quote == 0 && (c == '"' || c == '\'' && before == '='):
			quote = c
			out = append(out, c)
		case quote != 0 && c == quote:
			quote = 0
			out = append(out, c)
		case quote != 0 && c == '<':
			out = append(out, "&lt;"...)
		case c == '>' && quote == 0:
			return append(out, c), i + 1
		default:
			out = append(out, c)
		}
		escaped = quote == '"' && c == '\\'
		if c > ' ' {
			before = c
		}
	}
	return out, len(data)
}

// controls reports whether a file has bytes that the decoder does not take.
func controls(data []byte) bool {
	return slices.ContainsFunc(data, isControl)
}

// isControl reports whether XML has no character for the byte.
func isControl(c byte) bool { return c < ' ' && c != '\t' && c != '\n' && c != '\r' }

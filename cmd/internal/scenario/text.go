package scenario

import "strings"

// messageText returns the text of a message as it is sent: without the blanks
// around each line, without the empty lines before the first, with CRLF at the
// end of each line and an empty line behind the header section. Blanks in
// front of a line are there for the looks of the XML file; a body that needs
// them takes [file name=...]. A body whose last line has no end in the file has
// none either, as in SIPp: it may be of bytes that are no lines.
func messageText(s string) string {
	s = strings.TrimLeft(s, " \t\r\n")
	text := strings.TrimRight(s, " \t\r\n")
	ended := strings.Contains(s[len(text):], "\n")
	lines := strings.Split(text, "\n")
	var b strings.Builder
	b.Grow(len(s) + len(lines) + 4)
	empty := false
	for i, line := range lines {
		line = strings.Trim(line, " \t\r")
		empty = empty || line == ""
		b.WriteString(line)
		if i < len(lines)-1 || ended || !empty {
			b.WriteString("\r\n")
		}
	}
	if !empty {
		b.WriteString("\r\n") // no body: the empty line ends the message
	}
	return b.String()
}

// unescape undoes \xNN, which is how a scenario writes a "[" that is no
// keyword. Any other backslash stays.
func unescape(s string) string {
	if !strings.Contains(s, `\x`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) && s[i+1] == 'x' && hex(s[i+2]) >= 0 && hex(s[i+3]) >= 0 {
			b.WriteByte(byte(hex(s[i+2])<<4 | hex(s[i+3])))
			i += 3
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

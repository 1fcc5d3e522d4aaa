package peer

import (
	"bytes"
	"strings"
)

// outline is a message as a slow and simple reader sees it: how many values
// each header has, and the body. It serves the check of agreement alone and
// shares no code with the parsers.
type outline struct {
	count map[string]int
	body  []byte
}

var longNames = map[string]string{
	"a": "accept-contact", "b": "referred-by", "c": "content-type", "e": "content-encoding",
	"f": "from", "i": "call-id", "k": "supported", "l": "content-length", "m": "contact",
	"o": "event", "r": "refer-to", "s": "subject", "t": "to", "u": "allow-events",
	"v": "via", "x": "session-expires", "y": "identity",
}

// oneValue lists the headers in whose values a comma does not part values.
var oneValue = map[string]bool{
	"authorization": true, "proxy-authorization": true, "www-authenticate": true, "proxy-authenticate": true,
	"date": true, "subject": true, "user-agent": true, "server": true, "call-id": true,
}

func outlineOf(msg []byte) *outline {
	end := bytes.Index(msg, []byte("\r\n\r\n"))
	if end < 0 {
		return nil
	}
	text := string(msg[:end])
	for _, fold := range []string{"\r\n ", "\r\n\t"} {
		text = strings.ReplaceAll(text, fold, " ")
	}
	o := &outline{count: map[string]int{}, body: msg[end+4:]}
	for _, line := range strings.Split(text, "\r\n")[1:] {
		name, value, _ := strings.Cut(line, ":")
		name = strings.ToLower(strings.TrimSpace(name))
		if long, ok := longNames[name]; ok {
			name = long
		}
		o.count[name]++
		if !oneValue[name] {
			o.count[name] += commas(value)
		}
	}
	return o
}

// commas counts the commas that part values: outside of quotes and brackets.
func commas(s string) (n int) {
	quoted, angle := false, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case c == ',' && !angle:
			n++
		}
	}
	return n
}

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
	lines [][2]string // name in its long form and small letters, value without folds
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
		o.lines = append(o.lines, [2]string{name, value})
		o.count[name]++
		if !oneValue[name] {
			o.count[name] += commas(value)
		}
	}
	return o
}

// values are the values of a header in the order of the message.
func (o *outline) values(name string) (out []string) {
	if o == nil {
		return nil
	}
	for _, l := range o.lines {
		if l[0] == name {
			out = append(out, splitCommas(l[1])...)
		}
	}
	return out
}

// sentBy is the host of a Via value, without brackets, and its parameters with
// names in small letters, all without white space.
func sentBy(via string) (host string, params map[string]string) {
	parts := strings.Split(via, ";")
	// The host follows the transport and white space: "SIP / 2.0 / UDP host:port".
	words := strings.Fields(parts[0][strings.LastIndexByte(parts[0], '/')+1:])
	if len(words) > 1 {
		host = strings.Join(words[1:], "")
	}
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host = host[:i]
	}
	params = map[string]string{}
	for _, p := range parts[1:] {
		name, value, _ := strings.Cut(p, "=")
		params[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
	}
	return strings.Trim(host, "[]"), params
}

// commas counts the commas that part values: outside of quotes and brackets.
func commas(s string) int { return len(splitCommas(s)) - 1 }

func splitCommas(s string) (out []string) {
	quoted, angle, from := false, false, 0
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
			out, from = append(out, s[from:i]), i+1
		}
	}
	return append(out, s[from:])
}

package scenario

import (
	"strconv"
	"strings"
)

// message compiles the text of a <send>. Its first line says whether it is a
// request or a response; a keyword may make up its other parts.
func (c *compiler) message(n *node) (*Template, error) {
	text := messageText(n.text)
	if strings.TrimSpace(text) == "" {
		return nil, c.fault(n, "there is no message in it")
	}
	t, err := c.template(n, text)
	if err != nil {
		return nil, err
	}
	first, rest, _ := strings.Cut(text, " ")
	if strings.HasPrefix(first, "SIP/") {
		code, _, _ := strings.Cut(rest, " ")
		code, _, _ = strings.Cut(code, "\r")
		status, err := strconv.Atoi(code)
		switch {
		case strings.HasPrefix(code, "["):
			status = 200 // only known when it is sent
		case err != nil || status <= 0:
			return nil, c.fault(n, "%q is no status code", code)
		case status < 100 || status > 699:
			c.note(n, code+" is no status code")
		}
		t.Status = status
		return t, nil
	}
	if strings.ContainsAny(first, "\r\n") {
		return nil, c.fault(n, "the first line of the message is neither a request line nor a status line")
	}
	t.Method = first
	return t, nil
}

// Credentials compiles the keyword [authentication ...] that stands in a field
// of an injection file.
func Credentials(keyword string) (*Part, error) {
	c := newCompiler("(injection file)", nil)
	name, rest := word(strings.TrimSuffix(strings.TrimPrefix(keyword, "["), "]"))
	if name != "authentication" {
		return nil, &Fault{File: c.file, Text: keyword + " is not [authentication ...]"}
	}
	return c.authKeyword(&node{name: "field"}, rest)
}

// Text compiles a message that is not part of a scenario file, with the
// keywords of a scenario. It is for messages written into a program.
func Text(text string) (*Template, error) {
	c := newCompiler("(built in)", nil)
	n := &node{name: "send", text: text}
	return c.message(n)
}

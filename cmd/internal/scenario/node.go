package scenario

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// A node is an element of the file with all that is in it.
type node struct {
	name      string
	attrs     []attr
	text      string // CDATA; where there is none, the character data
	cdata     bool   // text is CDATA
	children  []*node
	file      string
	line, col int
}

type attr struct{ name, value string }

// readTree parses a whole file and returns its root element: of several, the
// <scenario>.
//
// The decoder is told not to be strict: scenarios have bare "<" and "&" in
// regular expressions, and SIPp takes them. Start and end tags are matched
// here, since a decoder that is not strict closes elements by itself. What else
// it would refuse is taken care of by lenient.
func readTree(file string, data []byte) (*node, error) {
	// Bytes go out to the network as they are in the file. The decoder takes
	// UTF-8 only, so that of any other file each byte is taken for one
	// character on the way in, and is one byte again on the way out.
	latin := !utf8.Valid(data) || controls(data)
	data = lenient(data)
	if latin {
		data = widen(data)
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }

	root := &node{}
	stack := []*node{root}
	for {
		line, col := d.InputPos()
		cdata := bytes.HasPrefix(data[d.InputOffset():], []byte("<![CDATA["))
		top := stack[len(stack)-1]
		token, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			if s, ok := err.(*xml.SyntaxError); ok {
				return nil, &Fault{file, s.Line, col, top.name, s.Msg}
			}
			return nil, &Fault{file, line, col, top.name, err.Error()}
		}
		switch t := token.(type) {
		case xml.StartElement:
			n := &node{name: fullName(t.Name), file: file, line: line, col: col}
			for _, a := range t.Attr {
				n.attrs = append(n.attrs, attr{a.Name.Local, narrow(a.Value, latin)})
			}
			top.children = append(top.children, n)
			stack = append(stack, n)
		case xml.EndElement:
			switch {
			case len(stack) == 1:
				return nil, &Fault{file, line, col, fullName(t.Name), "closes nothing that is open"}
			case top.name != fullName(t.Name):
				return nil, &Fault{file, top.line, top.col, top.name, fmt.Sprintf("is not closed before the </%s> in line %d", fullName(t.Name), line)}
			}
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if cdata && !top.cdata {
				top.text, top.cdata = "", true // SIPp does not see what stands in front of it
			}
			if cdata == top.cdata {
				top.text += narrow(string(t), latin)
			}
		}
	}
	if open := stack[len(stack)-1]; open != root {
		return nil, &Fault{file, open.line, open.col, open.name, "is not closed"}
	}
	for _, n := range root.children {
		if n.name == "scenario" {
			return n, nil
		}
	}
	if len(root.children) > 0 {
		return root.children[0], nil
	}
	return nil, &Fault{File: file, Text: "there is no <scenario> element"}
}

// readScenario is readTree for a scenario, with what it includes put in.
func (c *compiler) readScenario(file string, data []byte) (*node, error) {
	root, err := readTree(file, data)
	if err != nil {
		return nil, err
	}
	if root.name != "scenario" {
		return nil, &Fault{File: file, Text: "there is no <scenario> element"}
	}
	return root, c.include(root, 0)
}

// fullName is the name of an element as the file has it, with its prefix.
func fullName(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

// widen returns the characters of Latin-1 bytes as UTF-8.
func widen(b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/8)
	for _, c := range b {
		r := rune(c)
		if isControl(c) {
			r += 0xE000 // of private use: narrow takes the lowest byte
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// narrow undoes widen.
func narrow(s string, latin bool) string {
	if !latin {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		b.WriteByte(byte(r))
	}
	return b.String()
}

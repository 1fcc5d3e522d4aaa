package scenario

import (
	"strconv"
	"strings"
)

// A Template is a text with keywords, taken apart.
type Template struct {
	Parts []Part

	// Of a message: the method of a request, or the status of a response.
	Method string
	Status int
}

// A Part is literal text or a keyword.
type Part struct {
	Kind   PartKind
	Text   string // literal text, or the name that the keyword needs
	Offset int    // what is added to a number
	Var    int    // Value and Fill: the variable
	Flag   bool

	// What is in front of this part is the start of a line, and the rest of
	// the line goes when the part puts nothing in.
	LineStart bool

	Field int       // FieldOf: the number of the field, from 0
	Line  *Template // FieldOf: the line that is asked for, or nil

	Params map[string]*Template // Authentication
}

// Constant returns the text of a template that has no keyword.
func (t *Template) Constant() (string, bool) {
	switch len(t.Parts) {
	case 0:
		return "", true
	case 1:
		return t.Parts[0].Text, t.Parts[0].Kind == Literal
	}
	return "", false
}

// template compiles a text. A bracket that no keyword follows is literal, as
// are those of IPv6 addresses.
func (c *compiler) template(n *node, text string) (*Template, error) {
	t := &Template{}
	literal := func(s string) {
		if s = unescape(s); s == "" {
			return
		}
		if k := len(t.Parts); k > 0 && t.Parts[k-1].Kind == Literal {
			t.Parts[k-1].Text += s
			return
		}
		t.Parts = append(t.Parts, Part{Kind: Literal, Text: s})
	}
	rest := text
	lineStart := true
	for {
		open := strings.IndexByte(rest, '[')
		if open < 0 {
			literal(rest)
			return t, nil
		}
		if open > 0 {
			literal(rest[:open])
			lineStart = rest[open-1] == '\n'
		}
		end := closing(rest[open:])
		if end < 0 {
			return nil, c.fault(n, "the keyword %.20q is not closed by a ]", rest[open:])
		}
		inside := rest[open+1 : open+end]
		part, err := c.keyword(n, inside)
		if err != nil {
			return nil, err
		}
		if part == nil {
			literal(rest[open : open+end+1])
		} else {
			part.LineStart = lineStart
			t.Parts = append(t.Parts, *part)
		}
		lineStart = false
		rest = rest[open+end+1:]
	}
}

// closing returns the index of the bracket that closes the one s begins with,
// past quoted texts and keywords inside.
func closing(s string) int {
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\n':
			quoted = false
		case '\\':
			i++
		case '"':
			quoted = !quoted
		case '[':
			depth++
		case ']':
			depth--
			if depth == 0 && !quoted || depth == 0 && !strings.Contains(s[i+1:], "]") {
				return i
			}
			if depth < 0 {
				return i
			}
		}
	}
	return -1
}

// keyword compiles what is between brackets; nil for what is no keyword.
func (c *compiler) keyword(n *node, s string) (*Part, error) {
	name, rest := word(s)
	switch {
	case strings.HasPrefix(name, "$"):
		v, err := c.variable(n, name[1:])
		if err != nil {
			return nil, err
		}
		c.prog.Vars[v].reads++
		return &Part{Kind: Value, Var: v}, nil
	case strings.HasPrefix(name, "field") && isDigits(name[5:]):
		return c.fieldKeyword(n, name[5:], rest)
	case name == "authentication":
		return c.authKeyword(n, rest)
	case name == "fill":
		return c.fillKeyword(n, rest)
	case name == "file":
		params, ok := keywordParams(rest)
		if !ok || params["name"] == "" {
			return nil, c.fault(n, "[%s]: [file name=...] is what it takes", s)
		}
		if c.noTexts {
			return nil, c.fault(n, "[file] cannot be used in a fleet: the file is not where the workers are")
		}
		return &Part{Kind: FileText, Text: params["name"]}, nil
	}
	if k, ok := keywords[name]; ok {
		c.uses(k.kind)
		if k.kind == TDMMap {
			c.note(n, "[tdmmap] is empty: there are no circuits here")
		}
		p := &Part{Kind: k.kind}
		if rest == "" {
			return p, nil
		}
		off, err := strconv.Atoi(strings.ReplaceAll(rest, " ", ""))
		if err != nil || !k.offset {
			return nil, c.fault(n, "[%s]: %q cannot follow %s", s, rest, name)
		}
		p.Offset = off
		return p, nil
	}
	if h, ok := strings.CutPrefix(name, "last_"); ok && h != "" && rest == "" {
		c.uses(LastHeader)
		h, bare := strings.CutSuffix(h, ".value")
		h, _ = strings.CutSuffix(h, ":")
		// [last_From] is the value with its name as well: only ":" is for the
		// looks of the scenario.
		return &Part{Kind: LastHeader, Text: h, Flag: bare}, nil
	}
	if rest == "" {
		if p, err := c.crypto(n, name); p != nil || err != nil {
			return p, err
		}
	}
	if c.keys[name] && rest == "" {
		return &Part{Kind: Key, Text: name}, nil
	}
	if name == "" || rest != "" || strings.Contains(name, ":") || isDigits(name) {
		return nil, nil // an IPv6 address, a regular expression, text
	}
	return nil, c.fault(n, "the keyword [%s] is not known (write \\x5b for a bracket that is none)", s)
}

func (c *compiler) uses(k PartKind) {
	if k.usesMessage() {
		c.prog.UsesMessage = true
	}
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// fieldKeyword compiles [fieldN file=... line=...].
func (c *compiler) fieldKeyword(n *node, number, rest string) (*Part, error) {
	params, ok := keywordParams(rest)
	if !ok {
		return nil, c.fault(n, "[field%s%s]: name=value is what may follow", number, rest)
	}
	field, err := strconv.Atoi(number)
	if err != nil {
		return nil, c.fault(n, "[field%s]: the number is too large", number)
	}
	p := &Part{Kind: FieldOf, Field: field, Text: params["file"]}
	for name, value := range params {
		switch name {
		case "file":
		case "line":
			if p.Line, err = c.template(n, value); err != nil {
				return nil, err
			}
		default:
			return nil, c.fault(n, "[field%s]: parameter %s is not known", number, name)
		}
	}
	c.files = append(c.files, fileUse{n, p.Text})
	return p, nil
}

// authKeyword compiles [authentication username=... password=...], with the keys of
// AKA too. aka_AMF is taken and has no effect: AMF is in the challenge.
func (c *compiler) authKeyword(n *node, rest string) (*Part, error) {
	params, ok := keywordParams(rest)
	if !ok {
		return nil, c.fault(n, "[authentication%s]: name=value is what may follow", rest)
	}
	p := &Part{Kind: Authentication, Params: map[string]*Template{}}
	for name, value := range params {
		switch name {
		case "username", "password", "aka_K", "aka_OP":
			t, err := c.template(n, value)
			if err != nil {
				return nil, err
			}
			p.Params[name] = t
		case "aka_AMF":
		default:
			c.note(n, "[authentication]: parameter "+name+" is not known and has no effect")
		}
	}
	return p, nil
}

// fillKeyword compiles [fill variable=N text="..."].
func (c *compiler) fillKeyword(n *node, rest string) (*Part, error) {
	params, ok := keywordParams(rest)
	if !ok || params["variable"] == "" {
		return nil, c.fault(n, "[fill%s]: [fill variable=NAME text=TEXT] is what it takes", rest)
	}
	v, err := c.variable(n, params["variable"])
	if err != nil {
		return nil, err
	}
	c.prog.Vars[v].reads++
	p := &Part{Kind: Fill, Var: v, Text: params["text"]}
	if p.Text == "" {
		p.Text = "X"
	}
	return p, nil
}

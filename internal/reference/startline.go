package reference

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	token       = "[-A-Za-z0-9.!%*_+`'~]+"
	isToken     = regexp.MustCompile("^" + token + "$")
	requestLine = regexp.MustCompile(`(?s)^(` + token + `) ([^ ]+) (SIP/[0-9]+\.[0-9]+)$`)
	statusLine  = regexp.MustCompile(`(?s)^(SIP/[0-9]+\.[0-9]+)(.*)$`)
	statusRest  = regexp.MustCompile(`(?s)^ ([1-6][0-9][0-9])( .*)?$`)
	goodURI     = regexp.MustCompile(`(?s)^[A-Za-z][^\x00-\x20\x7f]*$`)
	badReason   = regexp.MustCompile("[\x00-\x08\x0a-\x1f\x7f]")
	isVersion   = regexp.MustCompile(`^SIP/[0-9]+\.[0-9]+$`)
	number      = regexp.MustCompile(`^[0-9]+$`)
)

// version checks "SIP/x.y" with its letters in any case already lifted.
func (p *parser) version(v string) {
	if v != "SIP/2.0" {
		p.problem("version")
	}
}

// upperSIP writes "SIP/" in capitals where it is in another case, so
// that the expressions need not care.
func upperSIP(s string, at int) string {
	if at >= 0 && at+4 <= len(s) && asciiFold(s[at:at+4]) == "sip/" {
		return s[:at] + "SIP/" + s[at+4:]
	}
	return s
}

func (p *parser) startLine(s Span) bool {
	// The text is matched as ASCII: bytes above 0x7f become one "\u00ff".
	raw := p.b[s.Lo:s.Hi]
	ascii := []byte(string(raw))
	for i, c := range ascii {
		if c >= 0x80 {
			ascii[i] = '"' // neither token, space nor control, like any such byte
		}
	}
	text := upperSIP(string(ascii), 0)
	if m := statusLine.FindStringSubmatchIndex(text); m != nil && strings.HasPrefix(text, "SIP/") {
		p.r.Response = true
		return p.statusLine(s, text)
	}
	text = upperSIP(text, strings.LastIndexByte(text, ' ')+1)
	m := requestLine.FindStringSubmatchIndex(text)
	if m == nil {
		p.requestProblem(text)
		p.malformed(s, text)
		return false
	}
	uri := text[m[4]:m[5]]
	if !goodURI.MatchString(uri) {
		p.malformed(s, text)
		p.problem("request-uri")
		return false
	}
	p.version(text[m[6]:m[7]])
	p.r.Method = Span{s.Lo + m[2], s.Lo + m[3]}
	p.r.URI = Span{s.Lo + m[4], s.Lo + m[5]}
	p.r.Version = Span{s.Lo + m[6], s.Lo + m[7]}
	return true
}

// requestProblem names what keeps a line from being a Request-Line. A line
// that ends as one must, and whose URI is what is wrong, is told apart.
func (p *parser) requestProblem(text string) {
	method, rest, ok := strings.Cut(text, " ")
	if ok && isToken.MatchString(method) && strings.HasSuffix(rest, " SIP/2.0") && len(rest) > len(" SIP/2.0") {
		p.problem("request-uri")
		return
	}
	p.problem("start-line")
}

// malformed reads the method of a line that is a Request-Line, as its last word
// is a version, and in which something else is wrong.
func (p *parser) malformed(s Span, text string) {
	method, rest, ok := strings.Cut(text, " ")
	words := strings.FieldsFunc(rest, func(r rune) bool { return r == ' ' || r == '\t' })
	if !ok || !isToken.MatchString(method) || len(words) == 0 {
		return
	}
	if isVersion.MatchString(strings.ToUpper(words[len(words)-1])) {
		p.r.Malformed = true
		p.r.Method = Span{s.Lo, s.Lo + len(method)}
	}
}

func (p *parser) statusLine(s Span, text string) bool {
	version, _, _ := strings.Cut(text, " ")
	if !isVersion.MatchString(version) {
		p.problem("start-line")
		return false
	}
	rest := text[len(version):]
	m := statusRest.FindStringSubmatchIndex(rest)
	if m == nil {
		p.problem("status")
		return false
	}
	p.r.Status, _ = strconv.Atoi(rest[m[2]:m[3]])
	reason := len(text)
	if m[4] >= 0 {
		reason = len(version) + m[4] + 1
	}
	if badReason.MatchString(text[reason:]) {
		p.problem("start-line")
		return false
	}
	p.version(version)
	p.r.Version = Span{s.Lo, s.Lo + len(version)}
	p.r.Reason = Span{s.Lo + reason, s.Hi}
	return true
}

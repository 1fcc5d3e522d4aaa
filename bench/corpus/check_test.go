package corpus

import (
	"bytes"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// checked is what the simple checker of this file found in a message. It
// shares no code with any parser under test: regular expressions over the
// unfolded text, copied from RFC 3261, 25.1.
type checked struct {
	head   int
	fields []field
	body   []byte
	folds  int
}

// first is the value of the first field of the name as it was written, in
// lower case.
func (c *checked) first(name string) []byte {
	for _, f := range c.fields {
		if f.name == name {
			return []byte(f.value)
		}
	}
	return nil
}

const (
	token     = "[A-Za-z0-9.!%*_+`'~-]+"
	user      = `(?:[A-Za-z0-9_.!~*'()&=+$,;?/-]|%[0-9A-Fa-f]{2})+`
	hostRx    = `(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-f:]+\])`
	sipURI    = `sips?:(?:` + user + `@)?` + hostRx + `(?::[0-9]{1,5})?(?:;[A-Za-z0-9._=-]+)*(?:\?[A-Za-z0-9=%.-]+)?`
	quoted    = `"(?:[^"\\]|\\.)*"`
	nameAddr  = `(?:(?:` + token + ` |` + quoted + ` )?<` + sipURI + `>|` + sipURI + `)`
	headParam = `;[A-Za-z0-9.+-]+(?:=(?:` + token + `|\[[0-9a-f:]+\]|` + quoted + `))?`
	viaRx     = `SIP/2\.0/(?:UDP|TCP|TLS) ` + hostRx + `(?::[0-9]{1,5})?(?:;(?:alias|rport|rport=[0-9]+|received=[0-9.]+|branch=z9hG4bK` + token + `))+`
)

var grammar = map[string]*regexp.Regexp{
	"via":              whole(viaRx + `(?:, ` + viaRx + `)*`),
	"from":             whole(nameAddr + `;tag=` + token),
	"to":               whole(nameAddr + `(?:;tag=` + token + `)?`),
	"call-id":          whole(`[A-Za-z0-9.-]+(?:@(?:[A-Za-z0-9.-]+|\[[0-9a-f:]+\]))?`),
	"cseq":             whole(`[0-9]{1,10} ` + token),
	"max-forwards":     whole(`[0-9]{1,3}`),
	"content-length":   whole(`[0-9]+`),
	"contact":          whole(nameAddr + `(?:` + headParam + `)*`),
	"route":            whole(`<` + sipURI + `>(?:, <` + sipURI + `>)*`),
	"record-route":     whole(`<` + sipURI + `>(?:, <` + sipURI + `>)*`),
	"path":             whole(`<` + sipURI + `>(?:, <` + sipURI + `>)*`),
	"refer-to":         whole(nameAddr),
	"referred-by":      whole(nameAddr),
	"expires":          whole(`[0-9]+`),
	"min-se":           whole(`[0-9]+`),
	"rseq":             whole(`[0-9]+`),
	"session-expires":  whole(`[0-9]+(?:;refresher=ua[cs])?`),
	"allow":            whole(token + `(?:, ?` + token + `)*`),
	"supported":        whole(token + `(?:, ?` + token + `)*`),
	"date":             whole(`(Sun|Mon|Tue|Wed|Thu|Fri|Sat), [0-9]{2} Nov 2026 [0-9]{2}:[0-9]{2}:[0-9]{2} GMT`),
	"authorization":    whole(`Digest ` + token + `=(?:` + token + `|` + quoted + `)(?:, ` + token + `=(?:` + token + `|` + quoted + `))*`),
	"www-authenticate": whole(`Digest ` + token + `=(?:` + token + `|` + quoted + `)(?:, ` + token + `=(?:` + token + `|` + quoted + `))*`),
}

func init() {
	for name, c := range compactNames {
		if g := grammar[strings.ToLower(name)]; g != nil {
			grammar[c] = g
		}
	}
	grammar["proxy-authorization"] = grammar["authorization"]
	grammar["proxy-authenticate"] = grammar["www-authenticate"]
}

func whole(s string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + s + `)$`) }

var (
	requestLine = whole(`(?P<method>` + token + `) ` + sipURI + ` SIP/2\.0`)
	statusLine  = whole(`SIP/2\.0 [1-6][0-9]{2} [ -~]+`)
	nameRx      = whole(token)
	foldRx      = regexp.MustCompile(`\r\n[ \t]+`)
	aroundRx    = regexp.MustCompile(` ([;,]) ?`)
	bracketRx   = regexp.MustCompile(`\[[0-9a-f:]+\]`)
	portRx      = regexp.MustCompile(`[a-z0-9\]]:([0-9]{1,5})(?:[;>,]|$)`)
)

// check fails the test unless m is a valid message of its own.
func check(t *testing.T, m Message) *checked {
	t.Helper()
	bad := func(why string) {
		t.Helper()
		t.Fatalf("%s: %s\n%s", m.Kind, why, m.Bytes)
	}
	if cap(m.Bytes) != len(m.Bytes) {
		bad("an append would reach the next message")
	}
	end := bytes.Index(m.Bytes, []byte("\r\n\r\n"))
	if end < 0 {
		bad("no end of headers")
	}
	c := &checked{head: end + 4, body: m.Bytes[end+4:]}
	text := string(m.Bytes[:end])
	c.folds = len(foldRx.FindAllString(text, -1))
	lines := strings.Split(foldRx.ReplaceAllString(text, " "), "\r\n")
	method := ""
	if sub := requestLine.FindStringSubmatch(lines[0]); sub != nil {
		method = sub[1]
	} else if !statusLine.MatchString(lines[0]) {
		bad("start line")
	}
	count := map[string]int{}
	for _, l := range lines[1:] {
		name, value, ok := strings.Cut(l, ":")
		if !ok || !nameRx.MatchString(name) {
			bad("header line " + l)
		}
		value = strings.Trim(value, " \t")
		name = strings.ToLower(name)
		c.fields = append(c.fields, field{name, value})
		if g := grammar[name]; g != nil {
			plain := value
			if c.folds > 0 {
				plain = aroundRx.ReplaceAllStringFunc(value, func(s string) string {
					if s[1] == ',' {
						return ", "
					}
					return ";"
				})
			}
			if !g.MatchString(plain) {
				bad("value of " + l)
			}
		}
		for _, r := range bracketRx.FindAllString(value, -1) {
			if _, err := netip.ParseAddr(r[1 : len(r)-1]); err != nil {
				bad(err.Error())
			}
		}
		for _, p := range portRx.FindAllStringSubmatch(value, -1) {
			if n, _ := strconv.Atoi(p[1]); strings.Contains(value, "sip:") && (n == 0 || n > 65535) {
				bad("port " + p[1])
			}
		}
		for long, short := range compactNames {
			if name == short {
				name = strings.ToLower(long)
				break
			}
		}
		count[name]++
	}
	for _, once := range []string{"from", "to", "call-id", "cseq"} {
		if count[once] != 1 {
			bad(once + " does not stand once")
		}
	}
	if count["via"] == 0 || count["content-length"] > 1 || count["max-forwards"] > 1 {
		bad("Via, Content-Length or Max-Forwards")
	}
	if method != "" && count["max-forwards"] != 1 {
		bad("no Max-Forwards")
	}
	for _, f := range c.fields {
		switch f.name {
		case "content-length", "l":
			if n, _ := strconv.Atoi(f.value); n != len(c.body) {
				bad("Content-Length is not the length of the body")
			}
		case "cseq":
			num, m, _ := strings.Cut(f.value, " ")
			if n, err := strconv.ParseUint(num, 10, 32); err != nil || n >= 1<<31 {
				bad("CSeq number")
			}
			if method != "" && m != method {
				bad("CSeq method")
			}
		}
	}
	if method == "INVITE" && count["contact"] != 1 {
		bad("INVITE without Contact")
	}
	if len(c.body) > 0 && count["content-type"] != 1 {
		bad("body without Content-Type")
	}
	return c
}

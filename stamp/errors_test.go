package stamp

import (
	"errors"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// optionsHead makes a template of what is in the header section behind the
// mandatory header fields.
func optionsHead(lines ...string) string {
	return "OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/UDP a;branch={{branch}}\nFrom: <sip:a>;tag={{tag}}\nTo: <sip:a>\n" +
		"Call-ID: {{call-id}}\nCSeq: {{cseq}} OPTIONS\nMax-Forwards: 70\n" + strings.Join(lines, "\n") + "\n"
}

// TestTemplateErrors holds every template that is refused to its code, header
// and offset, which is where "^" is in the text.
func TestTemplateErrors(t *testing.T) {
	with := func(lines ...string) string { return optionsHead(append(lines, "")...) }
	without := func(name string) string {
		lines := strings.SplitAfter(with("X: y"), "\n")
		for i, line := range lines {
			if strings.HasPrefix(line, name) {
				lines[i] = ""
			}
		}
		return "^" + strings.Join(lines, "")
	}
	first := func(line string) string { return line + "\n" + strings.SplitN(with("X-Y: z"), "\n", 2)[1] }
	for _, c := range []struct {
		text string
		code sipwire.Code
		id   header.ID
	}{
		{"^", sipwire.ErrIncomplete, 0},
		{"\n\n^", sipwire.ErrIncomplete, 0},
		{optionsHead("X-Y: z") + "^", sipwire.ErrIncomplete, 0},
		{first("^ "), sipwire.ErrFold, 0},
		{"^OPTIONS\n\n", sipwire.ErrStartLine, 0},
		{first("^OPTIONS sip:a"), sipwire.ErrStartLine, 0},
		{first("^OPTIONS sip:a SIP/3.0"), sipwire.ErrStartLine, 0},
		{first("OPTIONS ^sip:a b SIP/2.0"), sipwire.ErrStartLine, 0},
		{first("OPTIONS ^{{x}}a SIP/2.0"), sipwire.ErrScheme, 0},
		{first("^OPTIONS sip:a;{{x}}; SIP/2.0"), sipwire.ErrParam, 0},
		{with("Contact: <^{{x}}{{y}}>"), sipwire.ErrScheme, header.IDContact},
		{first("^OPTIONS sip:a SIP/2.{{n}}"), sipwire.ErrStartLine, 0},
		{first("^SIP/{{n}} 200 OK"), sipwire.ErrStartLine, 0},
		{first("SIP/2.0 ^2{{n}} OK"), sipwire.ErrStatus, 0},
		{"^" + first("SIP/2.0 999 OK"), sipwire.ErrStatus, 0},
		{"^" + first("OPTIONS 1:a SIP/2.0"), sipwire.ErrRequestURI, 0},
		{first("OPTIONS sip:a SIP/2.0\n^ folded"), sipwire.ErrFold, 0},
		{with("X-Y: a^\x00b"), sipwire.ErrControl, 0},
		{with("X-Y: a^\rb"), sipwire.ErrControl, 0},
		{with("^X-Y"), sipwire.ErrColon, 0},
		{with("^X Y: z"), sipwire.ErrHeaderName, 0},
		{with("^{{x}}: z"), sipwire.ErrHeaderName, 0},
		{with("^X-{{x}}: z"), sipwire.ErrHeaderName, 0},
		{with("X-Y: ^{{x"), sipwire.ErrValue, 0},
		{with("X-Y: ^{{x", "}}"), sipwire.ErrValue, 0},
		{with("X-Y: ^{{}}"), sipwire.ErrToken, 0},
		{with("X-Y: ^{{a b}}"), sipwire.ErrToken, 0},
		{with("X-Y: ^{{a:b}}"), sipwire.ErrToken, 0},
		{with("X-Y: ^{{a:}}"), sipwire.ErrToken, 0},
		{with("X-Y: ^{{:tag}}"), sipwire.ErrToken, 0},
		{with("X-Y: {{a:tag}} ^{{a:branch}}"), sipwire.ErrConflict, 0},
		{with("X-Y: {{tag}} {{branch:tag}} ^{{branch:counter}}"), sipwire.ErrConflict, 0},
		{with("", "^{{"), sipwire.ErrValue, 0},
		{with("^To: <sip:b>"), sipwire.ErrHeaderTwice, header.IDTo},
		{with("^t: <sip:b>"), sipwire.ErrHeaderTwice, header.IDTo},
		{with("^Content-Length: {{x}}"), sipwire.ErrState, header.IDContentLength},
		{with("l: 0", "^Content-Length: 0"), sipwire.ErrHeaderTwice, header.IDContentLength},
		{with("{{x}}", "^{{x}}"), sipwire.ErrConflict, 0},
		{with("X-Y: {{x}}", "^{{x}}"), sipwire.ErrConflict, 0},
		{with("^{{tag}}"), sipwire.ErrConflict, 0},
		{with("^{{x:tag}}"), sipwire.ErrConflict, 0},
		{with("^{{x}}", "X-Y: {{x}}"), sipwire.ErrConflict, 0},
		{with("^{{x}}", "", "{{x}}"), sipwire.ErrConflict, 0},
		{without("Via"), sipwire.ErrMissing, header.IDVia},
		{without("From"), sipwire.ErrMissing, header.IDFrom},
		{without("To"), sipwire.ErrMissing, header.IDTo},
		{without("Call-ID"), sipwire.ErrMissing, header.IDCallID},
		{without("CSeq"), sipwire.ErrMissing, header.IDCSeq},
		{without("Max-Forwards"), sipwire.ErrMissing, header.IDMaxForwards},
		{"^" + with("", "body"), sipwire.ErrMissing, header.IDContentType},
		{"^" + with("", "{{body}}"), sipwire.ErrMissing, header.IDContentType},
		{with("^Contact: <sip:a"), sipwire.ErrAngle, header.IDContact},
		{with("Contact: ^<sip:{{x}}"), sipwire.ErrAngle, header.IDContact},
		{with("Contact: ^\"{{x}} <sip:a>"), sipwire.ErrQuote, header.IDContact},
		{with("Contact: \"\\^{{x}}\" <sip:a>"), sipwire.ErrQuote, header.IDContact},
		{with("^Expires: x"), sipwire.ErrNumber, header.IDExpires},
		{with("^Expires: {{x}}x"), sipwire.ErrTrailing, header.IDExpires},
		{with("^Via: SIP/2.0/UDP {{x}}:"), sipwire.ErrPort, header.IDVia},
		{with("X-Y: 1") + "^", 0, 0},
		{strings.Replace(with("X-Y: 1"), "CSeq: {{cseq}} OPTIONS", "^CSeq: {{cseq}} INVITE", 1), sipwire.ErrMethod, header.IDCSeq},
		{strings.Replace(with("X-Y: 1"), "CSeq: {{cseq}} OPTIONS", "CSeq: {{cseq}} {{x}}", 1), 0, 0},
		{strings.Replace(with("X-Y: 1"), "OPTIONS sip", "{{x}} sip", 1), 0, 0},
		// No value fits both places.
		{with("Contact: <^{{x}}>;tag={{x}}"), sipwire.ErrConflict, header.IDContact},
		{with("Expires: ^{{x:tag}}"), sipwire.ErrNumber, header.IDExpires},
		{with("Contact: <sip:{{a}}>;expires=1", "Max-Breadth: 1^{{x:tag}}"), sipwire.ErrNumber, header.IDMaxBreadth},
		{with("Contact: <sip:^{{x:tag}}>"), sipwire.ErrHost, header.IDContact}, // it may begin with "-"
		{with("Contact: <^{{x:call-id}}:a>"), sipwire.ErrScheme, header.IDContact},
		{with("Max-Breadth: ^{{x:branch}}"), sipwire.ErrNumber, header.IDMaxBreadth},
		{with("Max-Breadth: {{x:counter}}"), 0, 0},
	} {
		offset := strings.Index(c.text, "^")
		text := strings.Replace(c.text, "^", "", 1)
		tpl, err := Compile([]byte(text))
		if c.code == 0 {
			if err != nil {
				t.Errorf("%v\n%s", err, text)
			}
			continue
		}
		e := tpl.Fault()
		if err != c.code || e.Code != c.code || e.Header != c.id || e.Offset != offset {
			t.Errorf("got %v, want %v in %v at %d\n%s", e, c.code, c.id, offset, text)
		}
		var s Stamp
		s.Begin(tpl)
		if out, err := s.AppendTo(nil); out != nil || err != sipwire.ErrState || s.Size() != 0 {
			t.Errorf("a template that was not compiled gives %q, %v", out, err)
		}
	}
}

// TestTemplateValues holds values against the place of a variable.
func TestTemplateValues(t *testing.T) {
	any := `a "b <c>, d;e`
	for _, c := range []struct {
		line      string // the place of {{x}}
		good, bad []string
	}{
		{"Subject: {{x}}", []string{"", any, "a\tb"}, []string{"\x01", "\x7f", "\"\\\x01\""}},
		{"Subject: <{{x}}", []string{"", any}, nil},
		{"X-Y: {{x}}", []string{"", any}, nil},
		{"X-Y: \"{{x}}\" a", []string{"", `a <b>,;`, `\"`}, []string{any, `"`, `\`}},
		{"X-Y: \"a\" {{x}} \"b\"", []string{"", any}, nil},
		{"X-Y: \"{{x}}", []string{"", any}, nil},
		{"X-Y: \"\\{{x}}\"", []string{"", any}, nil},
		{"Contact: {{x}}", []string{"*", "<sip:a>, <sip:b>", "sip:a;q=1"}, []string{"", "a", "<sip:a", "<sip:a>,"}},
		{"Contact: \"{{x}}\" <sip:a>", []string{"", "a b", `\"`, `a\\`, "<,;", "é"}, []string{`"`, `\`, `a\\\`, `a" <sip:b>, "`, "\x01"}},
		{"Contact: {{x}} <sip:a>", []string{"", "a b"}, []string{`"a"`, "<", ",", "sip:a"}},
		{"Contact: <{{x}}>", []string{"sip:a", "tel:+1", "urn:a:b", "sip:a;b=c?d=e"}, []string{"", "a", "sip:a>", "sip:a>,<sip:b", "*"}},
		{"Contact: {{x}};q=1", []string{"sip:a@b", "tel:+1"}, []string{"", "sip:a;b", "sip:a,b@c", "sip:a?b=c", "<sip:a>"}},
		{"Contact: sip:{{x}}@a;q=1", []string{"a", "%41"}, []string{"", "a:b", "a;b", "a,b", "a?b", "a@b", "<", "%4"}},
		{"Contact: <sip:{{x}}@a>", []string{"a", "%41", "a;b,c?d"}, []string{"", "a:b", "a@b", "a>", "%4", " ", "\""}},
		{"Contact: <sip:u{{x}}v:{{x}}@a>", []string{"a"}, []string{"", "@", ">"}},
		{"Contact: <sip:u:{{x}}@a>", []string{"a", "%41"}, []string{"", "@", ">", "a;b", ":"}},
		{"Contact: <sip:a>;t={{x}}b", []string{"a"}, []string{"", "[::1]"}},
		{"Contact: <sip:{{x}}>", []string{"a", "a:5060", "192.0.2.1", "[::1]", "[::1]:5"}, []string{"", "a@b", "a;b", "a?b", "a:", "a:70000", "[::1", "a b"}},
		{"Contact: <sip:{{x}}:5060>", []string{"a", "[::1]"}, []string{"", "a:1", "a;b", ":"}},
		{"Contact: <sip:u@{{x}}.com>", []string{"a", "a.b", "a-b"}, []string{"", "a:1", "[::1]", "a@b", ";", "-a", "a-", ".a", "a.", "a..b"}},
		{"Contact: <sip:u@[2001:{{x}}]>", []string{"1::2"}, []string{"", "]", "g", "1]:5"}},
		{"Contact: <sip:a:{{x}}>", []string{"5060"}, []string{"", "a", "-1", "5;b", "65536"}},
		{"Contact: <sip:a:50{{x}}>", []string{"60"}, []string{"", "a", "-1", "5;b"}},
		{"Contact: <sip:a;b={{x}}>", []string{"c", "[c]", "%20"}, []string{"", ";", "?", ">", "a;b=c", "%", ","}},
		{"Contact: <sip:a;{{x}}>", []string{"lr"}, []string{"", "lr;b", "a=b"}},
		{"Contact: <sip:a?b={{x}}>", []string{"c", "?", "%20"}, []string{"", "&", "=", ">", "%2"}},
		{"Contact: <{{x}}:a>", []string{"sip", "tel"}, []string{"", "sip:a", "1", "s p", ">"}},
		{"Contact: <tel:{{x}}>", []string{"+1-2", "1;isub=2"}, []string{"", ">", " ", "%", "\""}},
		{"Contact: <sip:a>;tag={{x}}", []string{"a", "1.2", "[::1]"}, []string{"", "a;b", "a,b", "a b", "\"a\"", "[a]", "a=b"}},
		{"Contact: <sip:a>;{{x}};c", []string{"a"}, []string{"", "a;b", "a=b", ","}},
		{"Contact: <sip:a>;q=\"{{x}}\", <sip:b>", []string{"", "a", ","}, []string{`"`, `\`}},
		{"Contact: \"a\\\"b\" <sip:a>;tag={{x}}", []string{"a"}, []string{",", ""}},
		{"Contact: \"a, <b>\" <sip:a>;tag={{x}}, b{{y}} <sip:c>", []string{"a"}, []string{",", ""}},
		{"Alert-Info: <{{x}}>", []string{"http://a/?b=c"}, []string{"", ">", "a b"}},
		{"Event: {{x}};id=1", []string{"presence", "a.b"}, []string{"", "a;b", "a,b", " "}},
		{"Supported: a, {{x}}", []string{"timer"}, []string{"", "a,b", ";"}},
		{"Reason: SIP;cause={{x}};text=\"{{y}}\"", []string{"200"}, []string{"", "\"", ",", ";"}},
		{"Accept: text/{{x}}", []string{"plain"}, []string{"", "a/b", ",", ";"}},
		{"Via: SIP/2.0/{{x}} a;branch=z9hG4bK", []string{"UDP"}, []string{"", "UDP b", "/", ";"}},
		{"Via: SIP / 2.0 / {{x}}  a;branch=z9hG4bK", []string{"UDP"}, []string{"", "UDP b", "/", ";"}},
		{"Via: SIP/2.0/UDP {{x}};branch=z9hG4bK", []string{"a", "a:5", "[::1]:5"}, []string{"", "a b", "a;b", "a,b", "a:"}},
		{"Via: SIP/2.0/UDP a:{{x}} ;branch=z9hG4bK", []string{"5"}, []string{"", "a", "5;b"}},
		{"Via: SIP/2.0/UDP a;branch=z9hG4bK{{x}}, SIP/2.0/UDP b", []string{"5"}, []string{"", ";", ","}},
		{"Via: SIP/2.0/UDP a, SIP/2.0/UDP {{x}}", []string{"b"}, []string{"", ";", ","}},
		{"Join: {{x}}@a;from-tag=1;to-tag=1", []string{"a"}, []string{"", ";", " ", "a@b"}},
		{"Join: a;from-tag={{x}};to-tag=1", []string{"a"}, []string{"", ";", " "}},
		{"In-Reply-To: a{{x}}", []string{"b", "b@b"}, []string{"", ",", " ", " b", "b ", "a@b@c", "@b"}},
		{"In-Reply-To: {{y}}a{{x}}", []string{"b"}, []string{"", ",", " ", "a@b"}},
		{"Session-Expires: {{x}};refresher=uac", []string{"90"}, []string{"", "a", ";", " "}},
		{"Session-Expires: 90;refresher={{x}}", []string{"uac"}, []string{"", ";", " "}},
		{"Max-Breadth: 1{{x}}", []string{"0"}, []string{"", "a", " "}},
		{"Max-Breadth: {{x}}", []string{"0"}, []string{"", "a", "1 2"}},
		{"RAck: {{x}} 2 INVITE", []string{"0"}, []string{"", "a", "1 2"}},
		{"RAck: 1 2 {{x}}", []string{"INVITE"}, []string{"", "a b"}},
		{"Date: {{x}}", []string{"Sat, 13 Nov 2010 23:29:00 GMT"}, []string{"", "now"}},
		{"Authorization: {{x}}", []string{`Digest a="b", c=d`}, []string{"", "Digest"}},
		{`Authorization: Digest username="{{x}}", nc=1`, []string{"a", ""}, []string{`"`}},
		{"Authorization: Digest username=\"a\", nc={{x}}", []string{"1"}, []string{"", ",", "\""}},
		{"User-Agent: a/1 ({{x}})", []string{"1", ""}, nil},
		{"{{x}}", []string{"", "Subject: a", "X-A: b\r\nX-A: c\r\n", "Route: <sip:a>\r\nRoute: <sip:b>", "k:timer", "X-A : b"},
			[]string{"a", ":", " a: b", "\r\n", "X-A: b\r\n\r\n", "X-A: b\r\n\r\nBYE", "To: <sip:a>", "t: <sip:a>", "Content-Length: 0", "l: 0",
				"Subject: a\r\ns: b", "Expires: x", "X A: b", "X-A\x01: b", "X-A: b\r\n c", "Contact: <sip:a"}},
		{"Subject: a\n{{y}}\n{{x}}", []string{"X-A: b"}, []string{"Subject: b", "Organization: y"}},
	} {
		tpl := compiled(t, optionsHead(c.line, ""))
		s := new(Stamp)
		s.Begin(tpl)
		if v, ok := tpl.Var("y"); ok {
			y := "1"
			if strings.HasPrefix(c.line, "Subject") {
				y = "Organization: x"
			}
			if err := s.Set(v, []byte(y)); err != nil {
				t.Fatal(err)
			}
		}
		x := variable(t, tpl, "x")
		for _, value := range c.good {
			if err := s.Set(x, []byte(value)); err != nil {
				t.Errorf("%s, %q: %v", c.line, value, err)
				continue
			}
			out, err := s.AppendTo(nil)
			if err != nil {
				t.Fatal(err)
			}
			var m codec.Message
			p := codec.Parser{Strictness: codec.Strict, Stream: true}
			if err := p.Parse(&m, out); err != nil || len(m.Trailing()) > 0 {
				t.Errorf("%s, %q: %v", c.line, value, err)
			}
		}
		hostile := []string{"\r", "\n", "\x00", "a\r\nTo: x", "a\r\n\r\n", "X-A: b\nTo: x", "X-A: b\x00"}
		for _, value := range append(hostile, c.bad...) {
			err := s.Set(x, []byte(value))
			if err == nil {
				t.Errorf("%s may be %q", c.line, value)
				continue
			}
			if strings.ContainsAny(value, "\r\n\x00") && c.line[0] != '{' && !strings.Contains(c.line, "\n") && !errors.Is(err, sipwire.ErrInjection) {
				t.Errorf("%s, %q: %v", c.line, value, err)
			}
			if out, err := s.AppendTo(nil); err == nil || len(out) > 0 {
				t.Errorf("%s, %q: then %q", c.line, value, out)
			}
		}
	}
	for _, c := range []struct {
		line      string
		good, bad []string
	}{
		{"{{x}} sip:a SIP/2.0", []string{"INVITE", "A-b"}, []string{"", "A B", "SIP/2.0", "INVITE sip:b SIP/2.0"}},
		{"OPTIONS {{x}} SIP/2.0", []string{"sip:a", "tel:+1", "urn:a:b"}, []string{"", "a", "sip:a b", "sip:a SIP/2.0"}},
		{"OPTIONS sip:{{x}}@a SIP/2.0", []string{"b"}, []string{"", "a b", "@", ">"}},
		{"OPTIONS sip:a{{x}} SIP/2.0", []string{"b"}, []string{"", "a b", "@", ">"}},
		{"SIP/2.0 {{x}} OK", []string{"100", "699"}, []string{"", "99", "700", "1000", "2x0", "200 a"}},
		{"SIP/2.0 {{x}}", []string{"100", "699"}, []string{"", "99", "700", "1000", "2x0", "200 a"}},
		{"SIP/2.0 200 {{x}}", []string{"OK", "", "200 a", "é"}, []string{"\x01"}},
		{"SIP/2.0 200 a{{x}}", []string{"OK", "", "200 a", "é"}, []string{"\x7f"}},
	} {
		text := c.line + "\n" + strings.SplitN(optionsHead(""), "\n", 2)[1]
		tpl := compiled(t, text)
		s := new(Stamp)
		s.Begin(tpl)
		x := variable(t, tpl, "x")
		for _, value := range c.good {
			if err := s.Set(x, []byte(value)); err != nil {
				t.Errorf("%s, %q: %v", c.line, value, err)
			}
			out, _ := s.AppendTo(nil)
			var m codec.Message
			if err := m.Parse(out); err != nil || string(m.StartLine()) != strings.Replace(c.line, "{{x}}", value, 1) {
				t.Errorf("%s, %q: %v, %q", c.line, value, err, out)
			}
		}
		for _, value := range append(c.bad, "\r", "\n", "\x00", "a\r\nb") {
			if err := s.Set(x, []byte(value)); err == nil {
				t.Errorf("%s may be %q", c.line, value)
			}
		}
	}
}

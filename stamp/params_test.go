package stamp

import (
	"errors"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
)

// TestParams stamps whole lists of parameters.
func TestParams(t *testing.T) {
	const text = "INVITE sip:bob@b.example{{uri:params}} SIP/2.0\nVia: SIP/2.0/UDP a{{via:params}};branch={{branch}}\n" +
		"From: <sip:a@b>;tag={{tag}}{{from:params}}\nTo: <sip:b{{uri}}?x=y>{{to:params}}\nCall-ID: {{call-id}}\nCSeq: {{cseq}} INVITE\n" +
		"Max-Forwards: 70\nContent-Type: a/b\nContact: sip:a@b{{c:params}}, <sip:c@d>{{c:params}};q=1\nRecord-Route: <sip:p;lr{{rr:params}}>\n\n{{to}}"
	tpl, err := Compile([]byte(text))
	if err != nil {
		t.Fatal(err, tpl.Fault())
	}
	set := func(s *Stamp, name, value string) error {
		v, ok := tpl.Var(name)
		if !ok {
			t.Fatalf("no variable %s", name)
		}
		return s.SetString(v, value)
	}
	var s Stamp
	s.Begin(tpl)
	if _, err := s.AppendTo(nil); !errors.Is(err, sipwire.ErrMissing) {
		t.Errorf("without values: %v", err)
	}
	for _, test := range []struct{ uri, rest string }{
		{"", ""}, {";transport=tcp", ";x"}, {";a=%41;b;c=[d]", `;x="a;b,c>";y=[::1];z=1.2.3.4`},
	} {
		_ = set(&s, "uri", test.uri)
		for _, name := range []string{"via", "from", "to", "c"} {
			if err := set(&s, name, test.rest); err != nil {
				t.Fatalf("%s %q: %v", name, test.rest, err)
			}
		}
		_ = set(&s, "rr", test.uri)
		for _, name := range []string{"branch", "tag", "call-id"} {
			_ = set(&s, name, "z9hG4bKx")
		}
		out, err := s.AppendTo(nil)
		want := "INVITE sip:bob@b.example" + test.uri + " SIP/2.0\r\nVia: SIP/2.0/UDP a" + test.rest + ";branch=z9hG4bKx\r\n" +
			"From: <sip:a@b>;tag=z9hG4bKx" + test.rest + "\r\nTo: <sip:b" + test.uri + "?x=y>" + test.rest + "\r\nCall-ID: z9hG4bKx\r\n"
		if err != nil || !strings.HasPrefix(string(out), want) || !strings.HasSuffix(string(out), "\r\n\r\n"+test.rest) ||
			!strings.Contains(string(out), "Contact: sip:a@b"+test.rest+", <sip:c@d>"+test.rest+";q=1\r\n") {
			t.Errorf("%v\n%s\nwant\n%s", err, out, want)
		}
	}
	many := ""
	for i := range 200 {
		many += ";p" + strings.Repeat("x", i)
	}
	if err := set(&s, "to", many); err != nil {
		t.Errorf("many parameters: %v", err)
	}
	for _, bad := range []struct {
		value string
		code  sipwire.Code
	}{
		{"x", sipwire.ErrParam}, {";", sipwire.ErrParam}, {";a;", sipwire.ErrParam}, {";;a", sipwire.ErrParam}, {";a=", sipwire.ErrParam},
		{"; a", sipwire.ErrParam}, {";a ", sipwire.ErrParam}, {`;a="`, sipwire.ErrParam}, {`;a="b"c`, sipwire.ErrParam}, {";a=b,c", sipwire.ErrParam},
		{";a>", sipwire.ErrParam}, {";a=<", sipwire.ErrParam}, {";a=[::1", sipwire.ErrParam}, {";a;b;A=1", sipwire.ErrParamTwice},
		{";a\r\nX: y", sipwire.ErrInjection}, {";a=\"\x00\"", sipwire.ErrInjection}, {";a\n", sipwire.ErrInjection},
	} {
		if err := set(&s, "to", bad.value); !errors.Is(err, bad.code) {
			t.Errorf("%q: %v, want %v", bad.value, err, bad.code)
		}
		if err := set(&s, "rr", bad.value); !errors.Is(err, bad.code) && bad.value != ";a=[::1" {
			t.Errorf("%q in a URI: %v, want %v", bad.value, err, bad.code)
		}
	}
	for _, value := range []string{";a=%4", ";a=\"b\"", ";a@b", ";a?b"} {
		if err := set(&s, "rr", value); !errors.Is(err, sipwire.ErrParam) {
			t.Errorf("%q in a URI: %v", value, err)
		}
	}
	good := []byte(`;x="a;b,c>";y=[::1];z=1.2.3.4`)
	v, _ := tpl.Var("from")
	if n := testing.AllocsPerRun(100, func() { _ = s.Set(v, good) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestParamsPlaces lists where no list of parameters can be.
func TestParamsPlaces(t *testing.T) {
	for _, line := range []string{
		"X-Y: {{p:params}}", "Subject: a{{p:params}}", "Expires: 5{{p:params}}x", "Contact: {{p:params}}", "Contact: \"{{p:params}}\" <sip:a>",
		"Contact: <sip:a{{p:params}}x>", "Contact: <sip:a>{{p:params}}x", "Contact: <sip:a>{{p:params}}{{q}}", "Contact: <sip:a?h=b{{p:params}}>",
		"Contact: <tel:+1{{p:params}}>", "Contact: <sip:{{p:params}}a>", "Contact: <sip:a@{{p:params}}>", "Contact{{p:params}}: <sip:a>", "{{p:params}}",
		"Require: a{{p:params}}", "Event: {{p:params}}", "Contact: <sip:a>;x={{p}}{{p:params}}", "Contact: <sip:a>{{p:params}}\nSubject: {{p}}", "Authorization: Digest a=b{{p:params}}",
		"RAck: 1 2 INVITE{{p:params}}", "Min-Expires: 5{{p:params}}", "Accept: {{p:params}}/b",
	} {
		if tpl, err := Compile([]byte(optionsHead(line, ""))); err == nil {
			t.Errorf("%s compiles: %d places", line, len(tpl.vars))
		}
	}
	for _, line := range []string{
		"Contact: <sip:a>{{p:params}} , <sip:b>", "Event: a{{p:params}}", "Session-Expires: 90{{p:params}}", "Accept: a/b{{p:params}}", "Contact: <sip:a>{{p:params}}{{q:params}}",
		"Replaces: a;from-tag=b;to-tag=c{{p:params}}", "Contact: <sip:a>{{p:params}};x={{y}}",
	} {
		if tpl, err := Compile([]byte(optionsHead(line, ""))); err != nil {
			t.Errorf("%s: %v %+v", line, err, tpl.Fault())
		}
	}
}

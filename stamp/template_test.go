package stamp

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/check"
)

// head is what the templates of these tests begin with.
const templateHead = "INVITE sip:{{user}}@{{host}} SIP/2.0\n" +
	"Via: SIP/2.0/UDP 192.0.2.1:5060;branch={{branch}}\n" +
	"From: \"{{name}}\" <sip:load@192.0.2.1>;tag={{from:tag}}\n" +
	"To: <sip:{{user}}@{{host}}>\n" +
	"Call-ID: {{call-id}}@192.0.2.1\n" +
	"CSeq: {{cseq}} INVITE\n" +
	"Max-Forwards: 70\n"

// compiled compiles a template or fails.
func compiled(tb testing.TB, text string) *Template {
	tb.Helper()
	t, err := Compile([]byte(text))
	if err != nil {
		tb.Fatalf("%v\n%s", err, text)
	}
	return t
}

// variable returns a variable or fails.
func variable(tb testing.TB, t *Template, name string) Var {
	tb.Helper()
	v, ok := t.Var(name)
	if !ok {
		tb.Fatalf("no variable %q", name)
	}
	return v
}

// setAll sets variables by name.
func setAll(tb testing.TB, s *Stamp, values ...string) {
	tb.Helper()
	for i := 0; i < len(values); i += 2 {
		if err := s.Set(variable(tb, s.t, values[i]), []byte(values[i+1])); err != nil {
			tb.Fatalf("%s = %q: %v", values[i], values[i+1], err)
		}
	}
}

// TestTemplate stamps a message with a variable in every kind of place.
func TestTemplate(t *testing.T) {
	tpl := compiled(t, "\r\n"+templateHead+
		"Contact: <sip:{{user}}@192.0.2.1:{{port}};transport={{transport}}>;expires={{port}}, {{name}} <tel:{{tel}}>\n"+
		"Subject: {{{{{{subject}} \"\n"+
		"Folded: one \r\n\t {{user}}\n"+
		"Alert-Info: <{{alert}}>\n"+
		"Expires: {{expires}}\n"+
		"{{more}}\n"+
		"l:\t7\r\n"+
		"Content-Type: text/{{subtype}}\n"+
		"\n"+
		"{{user}} says {{{{ {{text}}")
	s := new(Stamp)
	s.Begin(tpl)
	if tpl2, ok := tpl.Var("nobody"); ok || s.Set(tpl2, nil) == nil {
		t.Error("a variable that is not there")
	}
	setAll(t, s, "user", "bob", "host", "[2001:db8::1]:5070", "name", "Al A.", "port", "5060", "transport", "tcp", "tel", "+1-201",
		"subject", `any "text`, "alert", "http://example.com/?a=b", "expires", "60", "more", "X-A: 1\r\nPriority: urgent", "subtype", "plain",
		"text", "hello\r\n\r\nTo: x\x00", "branch", "z9hG4bKa")
	want := func(n int) string {
		return "INVITE sip:bob@[2001:db8::1]:5070 SIP/2.0\r\n" +
			"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa\r\n" +
			"From: \"Al A.\" <sip:load@192.0.2.1>;tag=" + string(s.Value(variable(t, tpl, "from"))) + "\r\n" +
			"To: <sip:bob@[2001:db8::1]:5070>\r\n" +
			"Call-ID: " + string(s.Value(variable(t, tpl, "call-id"))) + "@192.0.2.1\r\n" +
			fmt.Sprintf("CSeq: %d INVITE\r\n", n) +
			"Max-Forwards: 70\r\n" +
			"Contact: <sip:bob@192.0.2.1:5060;transport=tcp>;expires=5060, Al A. <tel:+1-201>\r\n" +
			"Subject: {{any \"text \"\r\n" +
			"Folded: one bob\r\n" +
			"Alert-Info: <http://example.com/?a=b>\r\n" +
			"Expires: 60\r\n" +
			"X-A: 1\r\nPriority: urgent\r\n" +
			"l: 27\r\n" +
			"Content-Type: text/plain\r\n" +
			"\r\n" +
			"bob says {{ hello\r\n\r\nTo: x\x00"
	}
	tags := map[string]bool{}
	for n := 1; n <= 3; n++ {
		size := 0
		if n > 1 { // Size makes what AppendTo writes
			size = s.Size()
		}
		got, err := s.AppendTo([]byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != "x"+want(n) {
			t.Errorf("got\n%q\nwant\n%q", got, want(n))
		}
		if n > 1 && size != len(got)-1 {
			t.Errorf("Size is %d for %d bytes", size, len(got)-1)
		}
		tags[string(s.Value(variable(t, tpl, "from")))] = true
		tags[string(s.Value(variable(t, tpl, "call-id")))] = true
		var m codec.Message
		if err := m.Parse(got[1:]); err != nil || len(m.Trailing()) > 0 {
			t.Error(err)
		}
	}
	if len(tags) != 6 {
		t.Errorf("tags and Call-IDs are not new: %v", tags)
	}
	var names []string
	for name, v := range tpl.All() {
		if v2, _ := tpl.Var(name); v != v2 {
			t.Errorf("%s is two variables", name)
		}
		names = append(names, name)
	}
	if got := strings.Join(names, " "); got != "user host branch name from call-id cseq port transport tel subject alert expires more subtype text" {
		t.Error(got)
	}
}

// TestTemplateFilled goes through the states of what is filled in.
func TestTemplateFilled(t *testing.T) {
	tpl := compiled(t, "OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/UDP a;branch={{branch}}\nFrom: <sip:a>;tag={{tag}}\nTo: <sip:a>\n"+
		"Call-ID: {{call-id}}\nCSeq: {{cseq}} OPTIONS\nMax-Forwards: 70\nX-N: {{n:counter}} {{set}} {{n}}\n\n")
	s := new(Stamp)
	if _, err := s.AppendTo(nil); !errors.Is(err, sipwire.ErrState) || s.Size() != 0 {
		t.Error("without a template:", err)
	}
	if err := s.Set(variable(t, tpl, "set"), nil); !errors.Is(err, sipwire.ErrState) || s.Unset(Var{n: 1}) == nil || s.SetCounter(Var{n: 1}, 1, 1) == nil || s.Value(Var{n: 1}) != nil {
		t.Error("without a template:", err)
	}
	s.Begin(tpl)
	v := func(name string) Var { return variable(t, tpl, name) }
	if _, err := s.AppendTo(nil); err != sipwire.ErrMissing || s.Fault().Code != err || s.Size() != 0 || s.Value(v("set")) != nil {
		t.Error("not set:", err)
	}
	line := func() string {
		t.Helper()
		b, err := s.AppendTo(nil)
		if err != nil {
			t.Fatal(err)
		}
		var m codec.Message
		if err := m.Parse(b); err != nil {
			t.Fatal(err)
		}
		return string(m.Value(header.IDCSeq)) + "; " + string(m.At(m.IndexByName("x-n")).Value)
	}
	field := func(want string) {
		t.Helper()
		if got := line(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	field2 := func(f func() error, want string) {
		t.Helper()
		if err := f(); err != nil {
			t.Error(err)
		}
		field(want)
	}
	s.Set(v("set"), []byte("x"))
	field("1 OPTIONS; 1 x 1") // the error before has counted nothing
	field2(func() error { return s.Set(v("set"), nil) }, "2 OPTIONS; 2  2")
	field2(func() error { return s.SetCounter(v("n"), 10, 5) }, "3 OPTIONS; 10  10")
	field2(func() error { s.Size(); return s.SetCounter(v("n"), 20, 3) }, "4 OPTIONS; 20  20")
	field2(func() error { return s.Set(v("cseq"), []byte("77")) }, "77 OPTIONS; 23  23")
	field2(func() error { return s.Unset(v("cseq")) }, "5 OPTIONS; 26  26")
	field2(func() error { return s.SetCounter(v("n"), check.MaxCSeq, 1) }, "6 OPTIONS; 2147483647  2147483647")
	field("7 OPTIONS; 0  0")
	if err := s.SetCounter(v("tag"), 1, 1); !errors.Is(err, sipwire.ErrState) {
		t.Error("a tag that counts:", err)
	}
	if err := s.Set(v("set"), []byte("a\nb")); !errors.Is(err, sipwire.ErrInjection) {
		t.Error(err)
	}
	if out, err := s.AppendTo([]byte("as it was")); !errors.Is(err, sipwire.ErrInjection) || string(out) != "as it was" || s.Value(v("set")) != nil {
		t.Errorf("%q %v", out, err)
	}
	field2(func() error { return s.Set(v("set"), []byte("y")) }, "8 OPTIONS; 1 y 1")
	if err := s.Unset(v("set")); err != nil {
		t.Error(err)
	}
	if _, err := s.AppendTo(nil); err != sipwire.ErrMissing || s.Fault().Offset != bytes.Index([]byte(tplText(tpl)), []byte("{{set}}")) {
		t.Error(err)
	}
	s.Begin(tpl)
	s.Set(v("set"), nil)
	field("1 OPTIONS; 1  1")
}

// tplText gives the template of TestTemplateFilled again.
func tplText(*Template) string {
	return "OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/UDP a;branch={{branch}}\nFrom: <sip:a>;tag={{tag}}\nTo: <sip:a>\n" +
		"Call-ID: {{call-id}}\nCSeq: {{cseq}} OPTIONS\nMax-Forwards: 70\nX-N: {{n:counter}} {{set}} {{n}}\n\n"
}

// TestTemplateLines sets lines of header fields that are in each other's way.
func TestTemplateLines(t *testing.T) {
	tpl := compiled(t, optionsHead("{{a}}", "X-Y: z", "{{b}}", ""))
	a, b := variable(t, tpl, "a"), variable(t, tpl, "b")
	s := new(Stamp)
	s.Begin(tpl)
	for _, step := range []struct {
		v     Var
		value string
		code  error
	}{
		{a, "Organization: x\r\nnothing", sipwire.ErrColon}, // it does not stay
		{b, "Organization: y", nil},
		{a, "X-A: 1\r\nOrganization: x", sipwire.ErrHeaderTwice},
		{b, "X-B: 1", nil},
		{a, "X-A: 1\r\nOrganization: x", nil},
		{b, "organization: y", sipwire.ErrHeaderTwice},
		{a, "Organization: z", nil}, // in the place of itself
		{b, "Subject: y\r\nX-B: 2\r\n", nil},
	} {
		if err := s.Set(step.v, []byte(step.value)); !errors.Is(err, step.code) {
			t.Errorf("%q: %v, want %v", step.value, err, step.code)
		}
	}
	s.Unset(a)
	if err := s.Set(b, []byte("Organization: y")); err != nil {
		t.Error(err)
	}
	s.Set(a, nil)
	if out, err := s.AppendTo(nil); err != nil || !strings.Contains(string(out), "\r\nMax-Forwards: 70\r\nX-Y: z\r\nOrganization: y\r\nContent-Length: 0\r\n\r\n") {
		t.Errorf("%v: %q", err, out)
	}
}

// TestTemplateShared stamps one template from many goroutines at once, each
// with numbers of its own. It is for the race detector, too.
func TestTemplateShared(t *testing.T) {
	const goroutines, each = 8, 200
	tpl := compiled(t, optionsHead("X-N: {{n:counter}}", "{{lines}}", "Content-Type: a/b", "", "{{body}}"))
	n, lines, body := variable(t, tpl, "n"), variable(t, tpl, "lines"), variable(t, tpl, "body")
	out := make([][]string, goroutines)
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			s := new(Stamp)
			s.Begin(tpl)
			s.SetCounter(n, uint32(g), goroutines)
			var msg []byte
			for range each {
				s.Set(lines, fmt.Appendf(nil, "X-Mine: %d", g))
				s.Set(body, bytes.Repeat([]byte{'b'}, g))
				msg, _ = s.AppendTo(msg[:0])
				out[g] = append(out[g], string(msg))
			}
		})
	}
	wg.Wait()
	numbers, branches := map[string]bool{}, map[string]bool{}
	for g := range out {
		for _, text := range out[g] {
			var m codec.Message
			if err := m.Parse([]byte(text)); err != nil || len(m.Body()) != g+1 || string(m.At(m.IndexByName("X-Mine")).Value) != fmt.Sprint(g) {
				t.Fatalf("%v: %q", err, text)
			}
			via, _ := m.TopVia()
			branches[string(via.Branch())] = true
			numbers[string(m.At(m.IndexByName("X-N")).Value)] = true
		}
	}
	if len(numbers) != goroutines*each || len(branches) != goroutines*each {
		t.Errorf("%d numbers and %d branches in %d messages", len(numbers), len(branches), goroutines*each)
	}
}

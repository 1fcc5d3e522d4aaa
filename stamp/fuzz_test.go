package stamp

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/hostile"
	"github.com/sipwire/sipwire/internal/wire"
)

var (
	reMarker = regexp.MustCompile(`\{\{\{\{|\{\{([^:\n]*?)(:[^\n]*?)?\}\}`)
	reFold   = regexp.MustCompile(`[ \t]*\r?\n[ \t]+`)
)

// refExpand puts the values of the variables into text, by the letter of the
// documentation.
func refExpand(text string, value func(name string) []byte) string {
	return reMarker.ReplaceAllStringFunc(text, func(m string) string {
		if m == "{{{{" {
			return "{{"
		}
		name, _, _ := strings.Cut(m[2:len(m)-2], ":")
		return string(value(name))
	})
}

// refLines returns the header lines of a template, folds undone, and its body.
func refLines(text string) (lines []string, body string) {
	text = strings.TrimLeft(text, "\r\n")
	loc := regexp.MustCompile(`\n\r?\n`).FindStringIndex(text)
	head := reFold.ReplaceAllString(text[:loc[0]], " ")
	for line := range strings.SplitSeq(head, "\n") {
		lines = append(lines, strings.TrimSuffix(line, "\r"))
	}
	return lines[1:], text[loc[1]:]
}

// structure is what a value may not change in a header field: the number of
// values, and of each one the number of parameters.
func structure(id header.ID, field []byte) (s []int) {
	for v := range id.Values(field) {
		n := 0
		switch grammar.Of(uint8(id)) {
		case grammar.NameAddrValue, grammar.NameAddrList, grammar.ContactList:
			var a header.NameAddr
			if _, err := a.Parse(v); err != nil {
				n = -1
			}
			for range a.Params().All() {
				n++
			}
			u, _ := a.URI()
			for range u.Params() {
				n += 1000
			}
		case grammar.ViaList:
			var via header.Via
			if _, err := via.Parse(v); err != nil {
				n = -1
			}
			for range via.Params().All() {
				n++
			}
		}
		s = append(s, n)
	}
	return s
}

// stampAny compiles a template, gives its variables what input chooses, and
// checks that what comes out has the header fields and the body of the
// template and nothing else. It reports whether the template compiled, and how
// many values were taken.
func stampAny(t *testing.T, text, input []byte) (ok bool, taken int) {
	tpl, err := Compile(text)
	if err != nil {
		if e := tpl.Fault(); e.Code == 0 || err != e.Code || e.Offset < 0 || e.Offset > len(text) {
			t.Fatalf("%v: %v", err, e)
		}
		return false, 0
	}
	probe, s := new(Stamp), new(Stamp)
	if _, code := tpl.probe(probe); code != 0 {
		t.Fatal(code)
	}
	before, err := probe.AppendTo(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Begin(tpl)
	c := &hostile.Choice{B: input}
	lines := 0
	for name, v := range tpl.All() {
		for range 5 {
			value := c.Text()
			if tpl.vars[v.n-1].kind != kindSet && c.Of(2) == 0 {
				break
			}
			if s.Set(v, value) == nil {
				taken++
				break
			}
			if tpl.vars[v.n-1].kind != kindSet {
				s.Unset(v)
			}
		}
		if s.vals[v.n-1].code != 0 {
			anything := func(p place) bool { return p.pos == posField } // the probe does not know what fits
			if err := s.Set(v, probe.Value(v)); err != nil && !slices.ContainsFunc(tpl.vars[v.n-1].places, anything) {
				t.Fatalf("%s: the probe has %q: %v", name, probe.Value(v), err)
			}
		}
		if tpl.vars[v.n-1].lines {
			lines += bytes.Count(s.Value(v), []byte("\n"))
		}
	}
	if s.Size() == 0 {
		return true, taken // a whole value for which nothing fits was found
	}
	size := s.Size()
	room := bytes.Repeat([]byte("#"), size+100)
	out, err := s.AppendTo(room[:0])
	if err != nil || len(out) != size {
		t.Fatalf("%v, %d bytes of %d", err, len(out), size)
	}
	if string(room[size:]) != strings.Repeat("#", 100) {
		t.Fatal("written behind the end")
	}
	var m, was codec.Message
	p := codec.Parser{Strictness: codec.Strict, Stream: true, MaxMessage: wire.MaxMessage, MaxField: wire.MaxMessage, MaxStartLine: wire.MaxMessage}
	if err := p.Parse(&m, out); err != nil {
		t.Fatalf("%v: %q", err, out)
	}
	if err := p.Parse(&was, before); err != nil {
		t.Fatalf("%v: %q", err, before)
	}
	head, body := refLines(string(text))
	value := func(name string) []byte { v, _ := tpl.Var(name); return s.Value(v) }
	if want := refExpand(body, value); string(m.Body()) != want || len(m.Trailing()) > 0 {
		t.Fatalf("body %q, want %q", m.Body(), want)
	}
	if m.Len() != was.Len()+lines || m.IsRequest() != was.IsRequest() {
		t.Fatalf("%d fields, and %d in lines, of %d: %q", m.Len(), lines, was.Len(), out)
	}
	// Field by field: those of lines, and those of the template.
	i, k := 0, 0
	for _, line := range head {
		if x := reMarker.FindString(line); x != "{{{{" && x != "" && x == strings.TrimRight(line, " \t") {
			for field := range strings.SplitSeq(strings.TrimSuffix(refExpand(x, value), "\r\n"), "\r\n") {
				if field == "" {
					continue
				}
				if f := m.At(i); field[:len(f.Name)] != string(f.Name) || !strings.HasSuffix(strings.TrimRight(field, " \t"), string(f.Value)) {
					t.Fatalf("line %q is %q: %q", field, f.Name, f.Value)
				}
				i++
			}
			continue
		}
		f, g := m.At(i), was.At(k)
		i, k = i+1, k+1
		name, want, _ := strings.Cut(refExpand(line, value), ":")
		if f.ID == header.IDContentLength {
			continue // the parser has seen that it is right
		}
		if f.ID != g.ID || string(f.Name) != strings.TrimRight(name, " \t") || string(f.Value) != strings.Trim(want, " \t") || f.Folded {
			t.Fatalf("%q is %q: %q", line, f.Name, f.Value)
		}
		if tpl.free(line) {
			continue
		}
		if a, b := structure(f.ID, f.Value), structure(g.ID, g.Value); !slices.Equal(a, b) {
			t.Fatalf("%q: %q has %v, and not %v", line, f.Value, a, b)
		}
	}
	return true, taken
}

// free reports whether a line holds a variable that may change the structure
// of its header field, or make it malformed: one that is the whole value, any
// text, part of a URI that is not a sip URI, or part of a number.
func (t *Template) free(line string) bool {
	name, _, _ := strings.Cut(line, ":")
	id := header.Lookup([]byte(strings.TrimRight(name, " \t")))
	for _, m := range reMarker.FindAllStringSubmatch(line, -1) {
		v, ok := t.Var(m[1])
		if !ok {
			continue
		}
		for _, p := range t.vars[v.n-1].places {
			switch p.pos {
			case posParams, posURIParams, posField, posText, posURI, posWholeURI, posScheme, posIPv6, posDigits:
				if p.id == id {
					return true
				}
			}
		}
	}
	return false
}

// templateSeeds are templates with variables in every kind of place.
func templateSeeds() (seeds []string) {
	for _, lines := range [][]string{
		{"Contact: {{a}}", "Subject: {{b}}"}, {"Contact: \"{{a}}\" <sip:{{b}}@{{c}}:{{d}};x={{e}}?h={{f}}>;t={{g}}, {{h}} <{{i}}>;{{j}}"},
		{"Contact: sip:{{a}}@{{b}};q={{c}}, tel:{{d}}, <{{e}}:x>"}, {"Alert-Info: <{{a}}>", "Event: {{b}};id={{c}}", "{{d}}"},
		{"Via: SIP/2.0/{{a}} {{b}};x={{c}}", "Via: SIP / 2.0 / TCP a{{d}}:{{e}} ;branch={{f}}"},
		{"Contact: <sip:a@b{{a:params}}>{{b:params}}, sip:c;q=1{{c:params}}", "Join: a;from-tag=b{{d:params}};to-tag=c"},
		{"Allow: {{a}}, INVITE", "Expires: {{b}}", "RAck: {{c}} {{d}} {{e}}", "X-Y: {{f}} \"{{g}}\" {{h}}"},
		{"Authorization: Digest username=\"{{a}}\", response=\"{{b}}\", nc={{c}}", "Join: {{d}};from-tag={{e}};to-tag=\"{{f}}\""},
		{"l: 5", "Subject : {{{{{{a}}", " folded {{b}}  ", "\t", "Content-Type: {{c}}/{{d}}\r", "\r", "{{e}} {{{{ {{f:counter}}\r\n{{cseq}} {{g}}"},
	} {
		seeds = append(seeds, optionsHead(append(lines, "")...))
	}
	first := func(line, from string) string { return line + "\n" + strings.SplitN(from, "\n", 2)[1] }
	return append(seeds, templateHead+"\n", first("{{m}} {{u}} SIP/2.0", seeds[0]), first("SIP/2.0 {{s}} {{r}}", seeds[1]),
		first("OPTIONS {{sch}}:{{u}}:{{p}}@{{h}};{{a}}={{b}}?{{c}} SIP/2.0", seeds[2]))
}

// cut puts variables in the place of pieces of text, wherever they are, as
// input says.
func cut(text []byte, c *hostile.Choice) []byte {
	names := []string{"x", "y", "z", "tag", "cseq", "n:counter", "b:branch"}
	for range c.Of(8) {
		if len(text) == 0 {
			break
		}
		lo := c.Of(1<<16) % len(text)
		hi := min(lo+c.Of(12), len(text))
		text = slices.Concat(text[:lo], []byte("{{"+names[c.Of(len(names))]+"}}"), text[hi:])
	}
	return text
}

// uncut has header fields of all kinds, to be cut.
var uncut = optionsHead(`Contact: "A, <b>" <sip:u:p@h.com:5060;t=u;lr?a=b>;q=0.5;+s="<x>,y", sip:b@[::1]:50;e=3, <tel:+1-2;x=y>`,
	"Via: SIP/2.0/TCP [2001:db8::1]:5061;branch=z9hG4bK1;rport, SIP / 2.0 / UDP  h.com ;x=\"y\"",
	`Authorization: Digest username="bob", realm="a\"b", nonce=1, qop=auth`, "Event: presence.winfo;id=4", "Allow: INVITE, ACK",
	`Alert-Info: <http://a.com/b?c>;x=y, <urn:a:b>`, `Warning: 301 a.com "some \"text\""`, "Date: Sat, 13 Nov 2010 23:29:00 GMT",
	"Session-Expires: 1800;refresher=uac", "Retry-After: 120 (a (b) c);duration=3", "RAck: 1 2 INVITE", "Join: a@b;from-tag=1;to-tag=2",
	"Accept: text/plain;q=0.5, */*", "Subject: \"odd <one", "P-Visited-Network-ID: \"a, b\", c;d=e", "Accept-Contact: *;a=\"<b>\";c", "X-Y: \"a\" <b>;c",
	"Identity: a.b.c;info=<https://a.com/b>;alg=ES256", "Privacy: id;user", "In-Reply-To: a@b, c", "Reason: SIP;cause=200;text=\"a;b\"",
	"Content-Type: multipart/mixed;boundary=\"x\"", "", "the body")

// TestTemplateRandom stamps templates with random values, and templates with
// variables in random places.
func TestTemplateRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	input := make([]byte, 300)
	random := func() *hostile.Choice {
		for i := range input {
			input[i] = byte(r.Uint32())
		}
		return &hostile.Choice{B: input}
	}
	for _, text := range templateSeeds() {
		sum := 0
		for range 300 {
			ok, taken := stampAny(t, []byte(text), random().B)
			if !ok {
				_, err := Compile([]byte(text))
				t.Fatalf("%v\n%s", err, text)
			}
			sum += taken
		}
		if sum < 200 {
			t.Errorf("%d values were taken by\n%s", sum, text)
		}
	}
	compiled, sum := 0, 0
	for range 5000 {
		c := random()
		text := cut([]byte(uncut), c)
		if ok, taken := stampAny(t, text, c.B); ok {
			compiled, sum = compiled+1, sum+taken
		}
	}
	t.Logf("%d of 5000 cut templates compiled and took %d values", compiled, sum)
	if compiled < 500 || sum < 500 {
		t.Error("too few to tell anything")
	}
}

// FuzzTemplate tries to get a second header field or a second message out, by
// the template and by the values.
func FuzzTemplate(f *testing.F) {
	r := rand.New(rand.NewPCG(15, 16))
	for _, text := range append(templateSeeds(), uncut) {
		input := make([]byte, 100)
		for i := range input {
			input[i] = byte(r.Uint32())
		}
		f.Add([]byte(text), append([]byte{0}, input...))
		f.Add([]byte(uncut), input)
	}
	f.Fuzz(func(t *testing.T, text, input []byte) {
		c := &hostile.Choice{B: input}
		stampAny(t, cut(text, c), c.B)
	})
}

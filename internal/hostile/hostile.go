// Package hostile tries texts on the setters of writers that have ended header
// fields, URIs and messages somewhere. Only tests import it.
package hostile

import (
	"bytes"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// A Setter puts a caller's text into a message. Kind says what it must be:
// text that the header's own parser judges later, or a piece of a grammar.
type Setter struct {
	Name string
	Kind string // "text", "token", "branch", "host", "uri" or "credentials"
	Make func(m *codec.Message, text []byte) ([]byte, error)
}

func parsed(t *testing.T, s string) *codec.Message {
	t.Helper()
	m := new(codec.Message)
	if err := m.Parse([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return m
}

// good is a text that every setter of the kind takes.
func (s *Setter) good() string {
	return map[string]string{"text": "good", "token": "good", "branch": "z9hG4bKgood", "host": "good.example",
		"uri": "sip:good", "credentials": "Digest a=good"}[s.Kind]
}

// message has one field of each header that the setters change, and the
// Contact of a dialog.
const message = "INVITE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: i\r\n" +
	"CSeq: 1 INVITE\r\nSubject: s\r\nContact: <sip:a>\r\nContent-Length: 0\r\n\r\n"

// Check puts the text in. What comes out, if anything, must have the
// lines that it has with a good text, so that no text begins a header field or
// a message, and its own grammar where it is.
func (s *Setter) Check(t *testing.T, text []byte) (taken bool) {
	t.Helper()
	m := parsed(t, message)
	want, err := s.Make(m, []byte(s.good()))
	if err != nil {
		t.Fatalf("%s: %q: %v", s.Name, s.good(), err)
	}
	got, err := s.Make(m, text)
	if err != nil {
		code, ok := err.(sipwire.Code)
		if got != nil || !ok || code == 0 {
			t.Errorf("%s: %q gives %q with %v", s.Name, text, got, err)
		}
		if bytes.ContainsAny(text, "\r\n\x00") && s.Kind == "text" && code != sipwire.ErrInjection {
			t.Errorf("%s: %q is %v", s.Name, text, err)
		}
		return false
	}
	for _, c := range []string{"\r", "\n", "\x00"} {
		if g, w := bytes.Count(got, []byte(c)), bytes.Count(want, []byte(c)); g != w {
			t.Errorf("%s: %q puts %d of %q in, not %d: %q", s.Name, text, g, c, w, got)
		}
	}
	out, usual := new(codec.Message), parsed(t, string(want))
	if err := out.Parse(got); err != nil || out.Len() != usual.Len() || len(out.Trailing()) != 0 ||
		!bytes.Equal(out.Body(), usual.Body()) || out.IsRequest() != usual.IsRequest() {
		t.Errorf("%s: %q gives %q: %v", s.Name, text, got, err)
	}
	switch s.Kind {
	case "branch":
		if via, err := out.TopVia(); err != nil || via.SentBy() == nil {
			t.Errorf("%s: %q makes the Via %q: %v", s.Name, text, out.Value(header.IDVia), err)
		}
	case "host":
		if via, err := out.TopVia(); err != nil || !bytes.Equal(via.Host(), text) {
			t.Errorf("%s: %q makes the Via %q: %v", s.Name, text, out.Value(header.IDVia), err)
		}
	case "uri":
		if _, err := out.RequestURI(); err != nil && out.IsRequest() {
			t.Errorf("%s: %q makes the Request-URI %q: %v", s.Name, text, out.RequestURIBytes(), err)
		}
		if _, err := out.TopRouteURI(); err != nil && out.Has(header.IDRoute) {
			t.Errorf("%s: %q makes the Route %q: %v", s.Name, text, out.Value(header.IDRoute), err)
		}
		if _, err := out.RemoteTarget(); err != nil && out.Has(header.IDContact) || out.CountValues(header.IDContact) != usual.CountValues(header.IDContact) {
			t.Errorf("%s: %q makes the Contact %q: %v", s.Name, text, out.Value(header.IDContact), err)
		}
		if n := out.CountValues(header.IDRoute) + out.CountValues(header.IDRecordRoute); n != usual.CountValues(header.IDRoute)+usual.CountValues(header.IDRecordRoute) {
			t.Errorf("%s: %q makes %d routes", s.Name, text, n)
		}
	case "token":
		if strings.ContainsAny(string(text), " \t;,:@<>\"()/[]?={}\\") || len(text) == 0 {
			t.Errorf("%s: %q is no token: %q", s.Name, text, got)
		}
	}
	return true
}

// texts are what has ended headers, URIs and messages somewhere.
var texts = []string{"", " ", "\r", "\n", "\x00", "\rX: y", "\nX: y", "\x00X", "\r\nX: y", "a\r\nX: y", "a\r\n\r\nINVITE sip:x SIP/2.0\r\n\r\n", "a\nX: y", "a\rX: y", "a\r\n b", "a\x00b",
	"a>", "sip:a>, <sip:b", "sip:a>;x", "sip:a b", "sip:a\tb", "sip:a@b SIP/2.0", "a b", "a;b=c", "a,b", "a\"b", "\"", "a:b", ":", "z9hG4bK", "z9hG4bKa;x", "z9hG4bKa, SIP/2.0/UDP b",
	"z9hG4bK\r\n", "[::1]", "[::1", "::1", "h:5060", "h;x", "h, b", "Digest a=b\r\nX: y", "Digest a=\"b", "\x7f", "\x01", "\xff", "%0d%0a", "sip:%0d%0aX:y", "sip:a?h=%0D%0A", strings.Repeat("a", 2000)}

// Test tries all texts on all setters.
func Test(t *testing.T, setters []Setter) {
	for i := range setters {
		s := &setters[i]
		for _, text := range texts {
			s.Check(t, []byte(text))
			s.Check(t, []byte(s.good()+text))
		}
		if !s.Check(t, []byte(s.good())) {
			t.Errorf("%s takes nothing", s.Name)
		}
	}
}

// Fuzz tries any text on all setters.
func Fuzz(f *testing.F, setters []Setter) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	for i := range setters {
		f.Add([]byte(setters[i].good()))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 2000 { // the limits of the parser are not what is tried here
			return
		}
		for i := range setters {
			setters[i].Check(t, text)
		}
	})
}

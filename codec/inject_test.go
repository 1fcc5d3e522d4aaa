package codec

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// A setter puts a caller's text into a message. kind says what it must be:
// text that the header's own parser judges later, or a piece of a grammar.
type setter struct {
	name string
	kind string // "text", "token", "branch", "host", "uri" or "credentials"
	make func(m *Message, text []byte) ([]byte, error)
}

func editWith(change func(e *Edit, text []byte) error) func(m *Message, text []byte) ([]byte, error) {
	return func(m *Message, text []byte) ([]byte, error) {
		var e Edit
		if err := e.Begin(m); err != nil {
			return nil, err
		}
		_ = change(&e, text)
		return e.AppendTo(nil)
	}
}

func replyWith(change func(r *Reply, text []byte)) func(m *Message, text []byte) ([]byte, error) {
	return func(m *Message, text []byte) ([]byte, error) {
		r := &Reply{Status: 200, Tag: []byte("t")}
		change(r, text)
		return AppendReply(nil, m, r)
	}
}

func requestWith(change func(d *Dialog, r *Request, text []byte)) func(m *Message, text []byte) ([]byte, error) {
	return func(m *Message, text []byte) ([]byte, error) {
		var d Dialog
		if err := d.Begin(m, []byte("t")); err != nil {
			return nil, err
		}
		via := *bobVia
		r := &Request{Method: []byte("BYE"), CSeq: 1, Via: &via}
		change(&d, r, text)
		return AppendRequest(nil, &d, r)
	}
}

// setters is every place of Edit, Reply and Request that takes text.
var setters = []setter{
	{"Add", "text", editWith(func(e *Edit, b []byte) error { return e.Add(Top(), header.IDOrganization, b) })},
	{"AddField name", "token", editWith(func(e *Edit, b []byte) error { return e.AddField(Bottom(), b, []byte("x")) })},
	{"AddField value", "text", editWith(func(e *Edit, b []byte) error { return e.AddField(After(1), []byte("X"), b) })},
	{"Set", "text", editWith(func(e *Edit, b []byte) error { return e.Set(header.IDSubject, b) })},
	{"Set absent", "text", editWith(func(e *Edit, b []byte) error { return e.Set(header.IDOrganization, b) })},
	{"SetAt", "text", editWith(func(e *Edit, b []byte) error { return e.SetAt(e.m.Index(header.IDSubject), b) })},
	{"PushVia host", "host", editWith(func(e *Edit, b []byte) error { v := *bobVia; v.Host = b; return e.PushVia(&v) })},
	{"PushVia branch", "branch", editWith(func(e *Edit, b []byte) error { v := *bobVia; v.Branch = b; return e.PushVia(&v) })},
	{"PushRoute", "uri", editWith((*Edit).PushRoute)},
	{"PushRecordRoute", "uri", editWith((*Edit).PushRecordRoute)},
	{"SetRequestURI", "uri", editWith((*Edit).SetRequestURI)},
	{"SetRequestLine method", "token", editWith(func(e *Edit, b []byte) error { return e.SetRequestLine(b, []byte("sip:x")) })},
	{"SetRequestLine URI", "uri", editWith(func(e *Edit, b []byte) error { return e.SetRequestLine([]byte("A"), b) })},
	{"SetBranch", "branch", editWith((*Edit).SetBranch)},
	{"SetCSeq", "token", editWith(func(e *Edit, b []byte) error { return e.SetCSeq(1, b) })},
	{"Authorize", "credentials", editWith(func(e *Edit, b []byte) error { return e.Authorize(header.IDAuthorization, b) })},
	{"Retry", "branch", editWith(func(e *Edit, b []byte) error { return e.Retry(b, header.IDAuthorization, []byte("Digest a=b")) })},
	{"SetBody type", "text", editWith(func(e *Edit, b []byte) error { return e.SetBody(b, []byte("x")) })},
	{"Reply tag", "token", replyWith(func(r *Reply, b []byte) { r.Tag = b })},
	{"Reply reason", "text", replyWith(func(r *Reply, b []byte) { r.Reason = b })},
	{"Reply name", "token", replyWith(func(r *Reply, b []byte) { r.Fields = []HeaderField{{Name: b}} })},
	{"Reply value", "text", replyWith(func(r *Reply, b []byte) { r.Fields = []HeaderField{{ID: header.IDServer, Value: b}} })},
	{"Reply type", "text", replyWith(func(r *Reply, b []byte) { r.ContentType, r.Body = b, []byte("x") })},
	{"Request method", "token", requestWith(func(_ *Dialog, r *Request, b []byte) { r.Method = b })},
	{"Request host", "host", requestWith(func(_ *Dialog, r *Request, b []byte) { r.Via.Host = b })},
	{"Request branch", "branch", requestWith(func(_ *Dialog, r *Request, b []byte) { r.Via.Branch = b })},
	{"Request tag", "token", requestWith(func(d *Dialog, _ *Request, b []byte) { d.LocalTag = b })},
	{"Request name", "token", requestWith(func(_ *Dialog, r *Request, b []byte) { r.Fields = []HeaderField{{Name: b}} })},
	{"Request value", "text", requestWith(func(_ *Dialog, r *Request, b []byte) {
		r.Fields = []HeaderField{{ID: header.IDReason, Value: b}}
	})},
	{"Request type", "text", requestWith(func(_ *Dialog, r *Request, b []byte) { r.ContentType, r.Body = b, []byte("x") })},
}

// good is a text that every setter of the kind takes.
func (s *setter) good() string {
	return map[string]string{"text": "good", "token": "good", "branch": "z9hG4bKgood", "host": "good.example",
		"uri": "sip:good", "credentials": "Digest a=good"}[s.kind]
}

// injectMsg has one field of each header that the setters change, and the
// Contact of a dialog.
const injectMsg = "INVITE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: i\r\n" +
	"CSeq: 1 INVITE\r\nSubject: s\r\nContact: <sip:a>\r\nContent-Length: 0\r\n\r\n"

// checkSetter puts the text in. What comes out, if anything, must have the
// lines that it has with a good text, so that no text begins a header field or
// a message, and its own grammar where it stands.
func checkSetter(t *testing.T, s *setter, text []byte) (taken bool) {
	t.Helper()
	m := whole(t, injectMsg)
	want, err := s.make(m, []byte(s.good()))
	if err != nil {
		t.Fatalf("%s: %q: %v", s.name, s.good(), err)
	}
	got, err := s.make(m, text)
	if err != nil {
		var e *SyntaxError
		if got != nil || !errors.As(err, &e) || e.Code == 0 {
			t.Errorf("%s: %q gives %q with %v", s.name, text, got, err)
		}
		if bytes.ContainsAny(text, "\r\n\x00") && s.kind == "text" && e.Code != sipwire.ErrInjection {
			t.Errorf("%s: %q is %v", s.name, text, err)
		}
		return false
	}
	for _, c := range []string{"\r", "\n", "\x00"} {
		if g, w := bytes.Count(got, []byte(c)), bytes.Count(want, []byte(c)); g != w {
			t.Errorf("%s: %q puts %d of %q in, not %d: %q", s.name, text, g, c, w, got)
		}
	}
	out, usual := new(Message), whole(t, string(want))
	if err := out.Parse(got); err != nil || out.Len() != usual.Len() || len(out.Trailing()) != 0 ||
		!bytes.Equal(out.Body(), usual.Body()) || out.IsRequest() != usual.IsRequest() {
		t.Errorf("%s: %q gives %q: %v", s.name, text, got, err)
	}
	switch s.kind {
	case "branch":
		if via, err := out.TopVia(); err != nil || via.SentBy() == nil {
			t.Errorf("%s: %q makes the Via %q: %v", s.name, text, out.Value(header.IDVia), err)
		}
	case "host":
		if via, err := out.TopVia(); err != nil || !bytes.Equal(via.Host(), text) {
			t.Errorf("%s: %q makes the Via %q: %v", s.name, text, out.Value(header.IDVia), err)
		}
	case "uri":
		if _, err := out.RequestURI(); err != nil {
			t.Errorf("%s: %q makes the Request-URI %q: %v", s.name, text, out.RequestURIBytes(), err)
		}
		if _, err := out.TopRouteURI(); err != nil && out.Has(header.IDRoute) {
			t.Errorf("%s: %q makes the Route %q: %v", s.name, text, out.Value(header.IDRoute), err)
		}
		if n := out.CountValues(header.IDRoute) + out.CountValues(header.IDRecordRoute); n != usual.CountValues(header.IDRoute)+usual.CountValues(header.IDRecordRoute) {
			t.Errorf("%s: %q makes %d routes", s.name, text, n)
		}
	case "token":
		if strings.ContainsAny(string(text), " \t;,:@<>\"()/[]?={}\\") || len(text) == 0 {
			t.Errorf("%s: %q is no token: %q", s.name, text, got)
		}
	}
	return true
}

// hostile are texts that have ended headers, URIs and messages somewhere.
var hostile = []string{"", " ", "\r", "\n", "\x00", "\rX: y", "\nX: y", "\x00X", "\r\nX: y", "a\r\nX: y", "a\r\n\r\nINVITE sip:x SIP/2.0\r\n\r\n", "a\nX: y", "a\rX: y", "a\r\n b", "a\x00b",
	"a>", "sip:a>, <sip:b", "sip:a>;x", "sip:a b", "sip:a\tb", "sip:a@b SIP/2.0", "a b", "a;b=c", "a,b", "a\"b", "\"", "a:b", ":", "z9hG4bK", "z9hG4bKa;x", "z9hG4bKa, SIP/2.0/UDP b",
	"z9hG4bK\r\n", "[::1]", "[::1", "::1", "h:5060", "h;x", "h, b", "Digest a=b\r\nX: y", "Digest a=\"b", "\x7f", "\x01", "\xff", "%0d%0a", "sip:%0d%0aX:y", "sip:a?h=%0D%0A", strings.Repeat("a", 2000)}

func TestInjection(t *testing.T) {
	for i := range setters {
		s := &setters[i]
		for _, text := range hostile {
			checkSetter(t, s, []byte(text))
			checkSetter(t, s, []byte(s.good()+text))
		}
		if !checkSetter(t, s, []byte(s.good())) {
			t.Errorf("%s takes nothing", s.name)
		}
	}
}

func FuzzInjection(f *testing.F) {
	for _, text := range hostile {
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
			checkSetter(t, &setters[i], text)
		}
	})
}

// TestCopyBranch puts every byte at every place of branches of every length
// and holds copyBranch against checkBranch; a copy with what is no branch in it
// may be any.
func TestCopyBranch(t *testing.T) {
	good := "z9hG4bK" + strings.Repeat("0aZ-.!%*_+`'~", 5)
	memory := bytes.Repeat([]byte{canary}, len(good)+16)
	try := func(b []byte) {
		dst := memory[8 : 8+len(b) : len(memory)]
		if got, want := copyBranch(dst, b), checkBranch(b) == 0; got != want {
			t.Fatalf("%q: %t, want %t", b, got, want)
		} else if got && !bytes.Equal(dst, b) {
			t.Fatalf("%q becomes %q", b, dst)
		}
		for i := range dst {
			dst[i] = canary
		}
		for i, c := range memory {
			if c != canary {
				t.Fatalf("%q: byte %d was written", b, i-8)
			}
		}
	}
	for n := range len(good) + 1 {
		b := []byte(good[:n])
		try(b)
		for i := range b {
			old := b[i]
			for c := range 256 {
				b[i] = byte(c)
				try(b)
			}
			b[i] = old
		}
	}
}

// TestReplyLineEnds puts every byte at every place of what a reply copies: the
// look at all of it at once must find what the looks at each value find.
func TestReplyLineEnds(t *testing.T) {
	const in = "INVITE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a;rport\r\nv: SIP/2.0/TCP b,\r\n c\r\nRecord-Route: <sip:p>\r\nFrom: <sip:a>;tag=1\r\nt: <sip:b>\r\nCall-ID: i\r\n j\r\nCSeq: 1 INVITE\r\nTimestamp: 5\r\n\r\n"
	m := new(Message)
	var dst, slow []byte
	refused := 0
	for _, r := range []*Reply{{Status: 200, Tag: []byte("t")}, {Status: 100, Source: source}, {Status: 400, Tag: []byte("t\n")}} {
		for i := range in {
			for c := range 256 {
				b := []byte(in)
				b[i] = byte(c)
				_ = m.Parse(b)
				if !m.parsed || m.status != 0 || m.method == header.MethodACK {
					continue
				}
				w := writer{m: m, dst: slow[:0]}
				w.reply(r, 0)
				want, werr := w.done(slow[:0])
				slow = w.dst
				var code sipwire.Code
				if werr != nil {
					code = werr.(*SyntaxError).Code
				}
				got, err := AppendReply(dst[:0], m, r)
				dst = got
				if (err == nil) != (code == 0) || err != nil && err.(*SyntaxError).Code != code || !bytes.Equal(got, want) {
					t.Fatalf("%q: %q with %v, want %q with %v", b, got, err, want, code)
				}
				if code == sipwire.ErrControl {
					refused++
				}
			}
		}
	}
	if refused < 100 {
		t.Errorf("%d messages had a line end in a value", refused)
	}
}

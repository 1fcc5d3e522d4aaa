package codec

import (
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// TestFragment parses bodies of type message/sipfrag (RFC 3420).
func TestFragment(t *testing.T) {
	p := Parser{Fragment: true}
	var m Message
	for _, tt := range []struct {
		in, start, subject, body string
	}{
		{"SIP/2.0 603 Declined", "SIP/2.0 603 Declined", "", ""},
		{"SIP/2.0 603 Declined\r\n", "SIP/2.0 603 Declined", "", ""},
		{"SIP/2.0 603 Declined\r", "SIP/2.0 603 Declined", "", ""},
		{"SIP/2.0 603 Declined\r\n\r\n", "SIP/2.0 603 Declined", "", ""},
		{"SIP/2.0 603\r\nSubject: x", "SIP/2.0 603", "x", ""},
		{"SIP/2.0 603\r\nSubject: x\r\n y\r\n", "SIP/2.0 603", "x\r\n y", ""},
		{"BYE sip:a@h SIP/2.0", "BYE sip:a@h SIP/2.0", "", ""},
		{"BYE sip:a@h SIP/2.0\r\ns: q\r\n\r\nrest", "BYE sip:a@h SIP/2.0", "q", "rest"},
		{"Subject: alone", "", "alone", ""},
		{"From: <sip:a@h>\r\nSubject : two\r\n\r\nrest", "", "two", "rest"},
	} {
		in := []byte(tt.in)
		err := p.Parse(&m, in)
		if err != nil || string(m.StartLine()) != tt.start || string(m.Value(header.IDSubject)) != tt.subject || string(m.Body()) != tt.body {
			t.Errorf("%q: %v, %q, %q, %q", tt.in, err, m.StartLine(), m.Value(header.IDSubject), m.Body())
		}
		if m.IsRequest() != strings.HasPrefix(tt.start, "BYE") || m.IsResponse() != (m.Status() == 603) {
			t.Errorf("%q: a request %t, a response %t", tt.in, m.IsRequest(), m.IsResponse())
		}
		if string(in) != tt.in {
			t.Errorf("%q was written to", tt.in)
		}
		if c := m.Clone(); c.Err() != nil || string(c.StartLine()) != tt.start {
			t.Errorf("%q: the clone is %q, %v", tt.in, c.StartLine(), c.Err())
		}
		_ = m.Layout()
		_, _ = m.From()
	}
	for in, want := range map[string]sipwire.Code{
		"": sipwire.ErrEmpty, "\r\n": sipwire.ErrEmpty, "SIP/2.0 9999": sipwire.ErrStatus, "hello": sipwire.ErrStartLine,
		"NOTIFY sip:a@h": sipwire.ErrStartLine, "SIP/2.0 200 OK\r\nbad line": sipwire.ErrHeaderName,
	} {
		if err := p.Parse(&m, []byte(in)); err != want {
			t.Errorf("%q: %v, want %v", in, err, want)
		}
	}
	// Only when it is asked for.
	if err := m.Parse([]byte("SIP/2.0 603 Declined\r\n")); err != sipwire.ErrIncomplete {
		t.Errorf("not a fragment: %v", err)
	}
	if err := m.Parse([]byte("Subject: alone\r\n\r\n")); err != sipwire.ErrStartLine {
		t.Errorf("not a fragment: %v", err)
	}
	short := []byte("SIP/2.0 180 Ringing")
	if n := testing.AllocsPerRun(10, func() { _ = p.Parse(&m, short) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

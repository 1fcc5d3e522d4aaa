package codec

import (
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// TestComplete asks for what every message must have (RFC 3261, 8.1.1).
func TestComplete(t *testing.T) {
	const good = "OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\n" +
		"To: <sip:b@h>\r\nCall-ID: c1\r\nCSeq: 1 OPTIONS\r\n\r\n"
	p := Parser{Complete: true}
	var m Message
	for _, tt := range []struct {
		old, new string
		code     sipwire.Code
		id       header.ID
		at       string // what the offset is in front of
	}{
		{"", "", 0, 0, ""},
		{"Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\n", "", sipwire.ErrMissing, header.IDVia, ""},
		{"From: <sip:a@h>;tag=1\r\n", "", sipwire.ErrMissing, header.IDFrom, ""},
		{"To: <sip:b@h>\r\n", "", sipwire.ErrMissing, header.IDTo, ""},
		{"Call-ID: c1\r\n", "", sipwire.ErrMissing, header.IDCallID, ""},
		{"CSeq: 1 OPTIONS\r\n", "", sipwire.ErrMissing, header.IDCSeq, ""},
		{"Call-ID: c1", "Call-ID: c 1", sipwire.ErrCallID, header.IDCallID, "1\r\nCSeq"},
		{"<sip:b@h>", "<sip:b@h", sipwire.ErrAngle, header.IDTo, "<sip:b@h"},
		{"CSeq: 1 OPTIONS", "CSeq: 1 BYE", sipwire.ErrMethod, header.IDCSeq, "BYE"},
		{"CSeq: 1 OPTIONS", "CSeq: 1 options", sipwire.ErrMethod, header.IDCSeq, "options"},
		{"CSeq: 1 OPTIONS", "CSeq: 2147483648 OPTIONS", sipwire.ErrRange, header.IDCSeq, "2147483648"},
		{"OPTIONS sip:b@h SIP/2.0", "SIP/2.0 200 OK", 0, 0, ""},
		{"OPTIONS sip:b@h SIP/2.0", "SIP/3.0 200 OK", sipwire.ErrVersion, header.IDOther, "SIP/3.0"},
	} {
		for _, end := range []string{"\r\n", "Content-Length: 0\r\n\r\n"} { // the usual one has a shorter way
			text := strings.Replace(strings.TrimSuffix(good, "\r\n")+end, tt.old, tt.new, 1)
			err := p.Parse(&m, []byte(text))
			want := Fault{tt.code, tt.id, len(text)}
			if tt.at != "" {
				want.Offset = strings.Index(text, tt.at)
			}
			if tt.code == 0 {
				want = Fault{}
			}
			if err != tt.code.Err() || m.ParseFault() != want {
				t.Errorf("%q: %v, %+v, want %+v", text, err, m.ParseFault(), want)
			}
			if err := m.Parse([]byte(text)); err != nil && tt.code != sipwire.ErrVersion {
				t.Errorf("%q: %v without Complete", text, err)
			}
		}
	}
	// On a stream the message behind an incomplete one is still found.
	s := Stream{Parser: p}
	body := strings.Replace(good, "\r\n\r\n", "\r\nContent-Length: 0\r\n\r\n", 1)
	s.Write([]byte(strings.Replace(body, "CSeq: 1 OPTIONS", "CSeq: 1 BYE", 1) + body))
	if ev, err := s.Next(&m); ev != GotMessage || err != sipwire.ErrMethod {
		t.Errorf("%v, %v", ev, err)
	}
	if ev, err := s.Next(&m); ev != GotMessage || err != nil {
		t.Errorf("%v, %v", ev, err)
	}
}

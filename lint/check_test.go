package lint

import (
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// request returns a good request with changes: a pair of a header name and a
// whole line replaces that header's line, an empty line removes it; a name
// that is not there appends the line. "start" and "body" stand for themselves.
func request(changes ...string) string {
	return compose([]string{
		"start", "INVITE sip:bob@b.example SIP/2.0",
		"Via", "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1",
		"Max-Forwards", "Max-Forwards: 70",
		"From", "From: <sip:alice@a.example>;tag=1",
		"To", "To: <sip:bob@b.example>",
		"Call-ID", "Call-ID: 1@a.example",
		"CSeq", "CSeq: 1 INVITE",
		"Contact", "Contact: <sip:alice@a.example>",
		"Supported", "Supported: 100rel",
		"Allow", "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS",
		"Content-Length", "Content-Length: 0",
		"body", "",
	}, changes)
}

func response(changes ...string) string {
	return compose([]string{
		"start", "SIP/2.0 180 Ringing",
		"Via", "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1",
		"From", "From: <sip:alice@a.example>;tag=1",
		"To", "To: <sip:bob@b.example>;tag=2",
		"Call-ID", "Call-ID: 1@a.example",
		"CSeq", "CSeq: 1 INVITE",
		"Contact", "Contact: <sip:bob@b.example>",
		"Content-Length", "Content-Length: 0",
		"body", "",
	}, changes)
}

func compose(parts, changes []string) string {
	for i := 0; i < len(changes); i += 2 {
		found := false
		for j := 0; j < len(parts); j += 2 {
			if parts[j] == changes[i] {
				parts[j+1], found = changes[i+1], true
			}
		}
		if !found { // in front of the body
			n := len(parts) - 2
			parts = append(parts[:n:n], changes[i], changes[i+1], parts[n], parts[n+1])
		}
	}
	var b strings.Builder
	for j := 0; j < len(parts)-2; j += 2 {
		if parts[j+1] != "" {
			b.WriteString(parts[j+1] + "\r\n")
		}
	}
	return b.String() + "\r\n" + parts[len(parts)-1]
}

// tls is the Via of a request to a sips URI.
const tls = "Via: SIP/2.0/TLS a.example;branch=z9hG4bK1"

func check(t *testing.T, text string) []Finding {
	t.Helper()
	var m codec.Message
	_ = m.Parse([]byte(text))
	found := Check(&m)
	for i, f := range found {
		if f.Offset < 0 || f.Offset > len(text) || f.Rule == "" || f.Text == "" || f.RFC == "" {
			t.Errorf("%+v in %q", f, text)
		}
		if i > 0 && f.Offset < found[i-1].Offset {
			t.Errorf("out of order: %+v before %+v", found[i-1], f)
		}
	}
	return found
}

func TestNothingWrong(t *testing.T) {
	for _, text := range []string{
		request(), response(),
		request("start", "REGISTER sip:b.example SIP/2.0", "CSeq", "CSeq: 2 REGISTER", "Contact", "Contact: *", "Expires", "Expires: 0"),
		request("start", "OPTIONS tel:+4930123 SIP/2.0", "CSeq", "CSeq: 2 OPTIONS"),
		request("Content-Type", "Content-Type: text/plain", "Content-Length", "Content-Length: 2", "body", "hi"),
		request("Route", "Route: <sip:p.example;lr>, <sips:q.example;lr>"),
		response("start", "SIP/2.0 100 Trying", "To", "To: <sip:bob@b.example>", "Contact", ""),
	} {
		if found := check(t, text); len(found) > 0 {
			t.Errorf("%+v\nin %s", found, text)
		}
	}
}

// TestRules breaks each rule once. The finding must be the only one, and its
// offset that of the text at.
func TestRules(t *testing.T) {
	big := strings.Repeat("x", udpLimit)
	for _, c := range []struct {
		text     string
		severity Severity
		rule     Rule
		header   string
		at       string // "" for the first byte
	}{
		// Start line.
		{request("start", "INVITE sip:bob@b.example SIP/3.0"), Error, "version", "", "SIP/3.0"},
		{request("start", "INVITE sip:b@b@c SIP/2.0"), Error, "host", "", "@c"},
		{request("start", "INVITE sip:bob@b.example?a=b SIP/2.0"), Error, "uri-headers", "", "?a"},
		{request("start", "INVITE sip:b.example;x;X=1 SIP/2.0"), Warning, "param-twice", "", "sip:b"},
		{request("start", "INVITE sip:b.example;method=BYE SIP/2.0"), Note, "uri-method", "", "sip:b"},
		{request("start", "INVITE gopher://x SIP/2.0"), Note, "unknown-scheme", "", "gopher"},
		{request("start", "WAVE sip:b.example SIP/2.0", "CSeq", "CSeq: 1 WAVE"), Note, "unknown-method", "", "WAVE"},
		{response("start", "SIP/2.0 199 "), Note, "no-reason", "", "\r\nVia"},
		{response("start", "SIP/2.0 187 Hm"), Note, "unknown-status", "", "187"},

		// Framing and lines.
		{request("Content-Length", "Content-Length: 1"), Error, "body-short", "Content-Length", "1\r\n\r\n"},
		{request("Content-Length", "Content-Length: -1"), Error, "content-length", "Content-Length", "-1"},
		{request("Content-Length", "Content-Length: 0\r\nl: 1", "body", "x"), Error, "content-length-conflict", "Content-Length", "1\r\n\r\n"},
		{request("Content-Length", ""), Note, "no-content-length", "Content-Length", ""},
		{request("body", "abc"), Note, "trailing-bytes", "", "abc"},
		{request("X-Y", "X-Y: y\nX-Z: z"), Warning, "line-end", "", "\nX-Z"},
		{request("X-Y", "X-Y : y"), Note, "space-before-colon", "X-Y", " : y"},
		{request("X-Y", "X-Y: y\r\n z"), Note, "folded", "X-Y", " z"},
		{request("X-Y", "X-Y:\r\n y\r\n\tz"), Note, "folded", "X-Y", " y\r\n"},
		{request("X-Y", "X-Y: ok \xff"), Warning, "utf8", "X-Y", "\xff"},
		{request("Content-Length", "Content-Length: 2", "body", "hi"), Warning, "no-content-type", "Content-Type", "hi"},
		{request("X-Y", "X-Y: "+big), Warning, "datagram-size", "Via", "SIP/2.0/UDP"},

		// What must and may be there.
		{request("Via", ""), Error, "missing", "Via", ""},
		{request("From", ""), Error, "missing", "From", ""},
		{request("To", ""), Error, "missing", "To", ""},
		{request("Call-ID", ""), Error, "missing", "Call-ID", ""},
		{request("CSeq", ""), Error, "missing", "CSeq", ""},
		{request("Max-Forwards", ""), Warning, "missing", "Max-Forwards", ""},
		{request("Contact", ""), Warning, "missing", "Contact", ""},
		{request("start", "REFER sip:b SIP/2.0", "CSeq", "CSeq: 1 REFER"), Error, "missing", "Refer-To", ""},
		{response("Call-ID", ""), Error, "missing", "Call-ID", ""},
		{response("start", "SIP/2.0 401 Unauthorized", "Contact", ""), Warning, "missing", "WWW-Authenticate", ""},
		{request("Server", "Server: x"), Warning, "misplaced", "Server", "Server"},
		{response("Max-Forwards", "Max-Forwards: 70"), Warning, "misplaced", "Max-Forwards", "Max-Forwards"},
		{request("Hide", "Hide: route"), Note, "deprecated", "Hide", "Hide"},
		{request("t", "t: <sip:eve@e.example>"), Error, "header-twice", "To", "t: <sip:eve"},
		{request("Subject", "Subject: a\r\nSubject: b"), Warning, "header-twice", "Subject", "Subject: b"},

		// Values.
		{request("From", "From: sip:a@a?x=y;tag=1"), Error, "need-angle", "From", "?x=y"},
		{request("From", "From: \"a <sip:a@a>;tag=1"), Error, "quote", "From", "\"a <"},
		{request("To", "To: <sip:a>, <sip:b>"), Error, "several-values", "To", ", <sip:b>"},
		{request("CSeq", "CSeq: 2147483648 INVITE"), Error, "range", "CSeq", "2147483648"},
		{request("CSeq", "CSeq: 1 BYE"), Error, "cseq-method", "CSeq", "BYE\r\n"},
		{request("CSeq", "CSeq: 1   invite"), Error, "cseq-method", "CSeq", "invite"},
		{request("Date", "Date: Sat, 13 Nov 2010 23:29:00 EST"), Warning, "date", "Date", " EST"},
		{request("Contact", "Contact: <sip:b:x>"), Error, "port", "Contact", "x>"},
		{request("Expires", "Expires: soon"), Warning, "number", "Expires", "soon"},

		// Via.
		{request("Via", "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1,"), Error, "list", "Via", "\r\nMax"},
		{request("Via", "Via: SIP/2.0/UDP a.example;branch=7"), Warning, "branch-cookie", "Via", "branch=7"},
		{request("Via", "Via: SIP/2.0/UDP a.example;branch=z9hG4bK"), Warning, "branch-cookie", "Via", "branch=z9h"},
		{request("Via", "Via: SIP/2.0/UDP a.example"), Warning, "no-branch", "Via", "SIP/2.0/UDP"},
		{request("Via", "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1;x;X"), Warning, "param-twice", "Via", "SIP/2.0/UDP"},
		{request("Via", "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1;received=a"), Warning, "received", "Via", "received=a"},
		{request("Via", "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1;rport=x"), Warning, "rport", "Via", "rport=x"},

		// Who and where.
		{request("From", "From: <sip:alice@a.example>"), Warning, "no-tag", "From", "<sip:alice"},
		{response("To", "To: <sip:bob@b.example>"), Warning, "no-tag", "To", "<sip:bob"},
		{request("To", "To: <sip:bob@b.example>;a;a"), Warning, "param-twice", "To", "<sip:bob"},
		{request("Max-Forwards", "Max-Forwards: 0"), Note, "max-forwards", "Max-Forwards", "0\r\nFrom"},
		{request("Max-Forwards", "Max-Forwards: 300"), Warning, "range", "Max-Forwards", "300"},
		{request("Max-Forwards", "Max-Forwards: x"), Error, "number", "Max-Forwards", "x\r\nFrom"},
		{request("start", "REFER sip:b SIP/2.0", "CSeq", "CSeq: 1 REFER", "Refer-To", "Refer-To: <sip:c>\r\nr: <sip:d>"),
			Error, "header-twice", "Refer-To", "r: <sip:d"},
		{request("Contact", "Contact: *"), Warning, "wildcard", "Contact", "*"},
		{request("start", "REGISTER sip:b SIP/2.0", "CSeq", "CSeq: 1 REGISTER", "Contact", "Contact: *", "Expires", "Expires: 1"),
			Error, "wildcard", "Contact", "*"},
		{request("start", "REGISTER sip:b SIP/2.0", "CSeq", "CSeq: 1 REGISTER", "Contact", "Contact: *"), Error, "wildcard", "Contact", "*"},
		{request("start", "REGISTER sip:b SIP/2.0", "CSeq", "CSeq: 1 REGISTER", "Contact", "Contact: <sip:a>\r\nm: *", "Expires", "Expires: 0"),
			Error, "wildcard", "Contact", "*"},
		{request("Contact", "Contact: <sip:a>;q=7"), Warning, "q", "Contact", "<sip:a>"},
		{request("Contact", "Contact: <sip:a>;expires=\"5\""), Warning, "expires", "Contact", "<sip:a>"},
		{request("Contact", "Contact: <sip:a>;b;B"), Warning, "param-twice", "Contact", "<sip:a>"},
		{request("start", "INVITE sips:b SIP/2.0", "Via", tls), Warning, "sips-contact", "Contact", "<sip:alice@a.example>\r\nSupported"},
		{request("Route", "Route: <sips:p.example;lr>", "Via", tls), Warning, "sips-contact", "Contact", "<sip:alice@a.example>\r\nSupported"},
		{request("Route", "Route: <sip:p.example;lr>, <sip:q.example>"), Note, "strict-route", "Route", "<sip:q"},
		{request("Require", "Require: 100rel, teleport"), Note, "unknown-option", "Require", "teleport"},
	} {
		found := check(t, c.text)
		if len(found) != 1 {
			t.Errorf("not one finding but %+v\nin %s", found, c.text)
			continue
		}
		at := 0
		if c.at != "" {
			at = strings.Index(c.text, c.at)
		}
		if f := found[0]; f.Severity != c.severity || f.Rule != c.rule || f.Header != c.header || f.Offset != at {
			t.Errorf("%+v, not %v %s of %q at %d\nin %s", f, c.severity, c.rule, c.header, at, c.text)
		}
	}
}

// What does not parse at all gives one error and no noise after it.
func TestBroken(t *testing.T) {
	for text, code := range map[string]Rule{
		"": "empty", "GET / HTTP/1.1\r\n\r\n": "start-line", "OPTIONS sip:a SIP/2.0\r\n": "incomplete",
		"OPTIONS  sip:a SIP/2.0\r\n\r\n": "request-uri", "SIP/2.0 4294967301 no\r\n\r\n": "status",
	} {
		if found := check(t, text); len(found) != 1 || found[0].Rule != code || found[0].Severity != Error {
			t.Errorf("%q: %+v", text, found)
		}
	}
}

// RFC 3261 sorts MIME-Version behind Min-Expires, and nothing else out of
// place.
func TestRFC(t *testing.T) {
	for i, id := range sections {
		if id.RFC() != "RFC3261" || i > 0 && strings.ToLower(id.String()) < strings.ToLower(sections[i-1].String()) && id != header.IDMIMEVersion {
			t.Errorf("%v stands in the wrong place of RFC 3261, 20", id)
		}
	}
}

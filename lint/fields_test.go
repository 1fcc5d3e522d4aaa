package lint

import (
	"strings"
	"testing"
)

// digestOf returns a request with Digest credentials.
func digestOf(params string) string { return request("Authorization", "Authorization: Digest "+params) }

// challenge returns a 401 with a challenge.
func challenge(params string) string {
	return response("start", "SIP/2.0 401 Unauthorized", "Contact", "", "WWW-Authenticate", "WWW-Authenticate: "+params)
}

// in returns a request of a method other than INVITE in a dialog.
func in(method string, changes ...string) string {
	return request(append([]string{"start", method + " sip:bob@b.example SIP/2.0", "CSeq", "CSeq: 7 " + method,
		"To", "To: <sip:bob@b.example>;tag=2", "Contact", ""}, changes...)...)
}

const (
	good = `username="u", realm="r", nonce="n", uri="sip:b.example", `
	md5  = `response="0123456789abcdef0123456789abcdef"`
)

// TestFields breaks each rule that is about more than one header, and those of
// the values inside one, once. The finding must be the only one, at the text at.
func TestFields(t *testing.T) {
	multipart := func(kind string) string {
		return request("Content-Type", "Content-Type: multipart/"+kind, "Content-Length", "Content-Length: 14", "body", "--x\r\n\r\na\r\n--x-")
	}
	for _, c := range []struct {
		text     string
		severity Severity
		rule     Rule
		header   string
		at       string
	}{
		// Digest.
		{digestOf(`username="u", realm="r", nonce="n", ` + md5), Warning, "digest-missing", "Authorization", "Digest"},
		{digestOf(`uri="sip:b", realm="r", nonce="n", ` + md5), Warning, "digest-missing", "Authorization", "Digest"},
		{digestOf(good + `qop=auth, nc=00000001, ` + md5), Warning, "digest-qop", "Authorization", "auth, nc"},
		{digestOf(good + `qop=auth, cnonce="c", ` + md5), Warning, "digest-qop", "Authorization", "auth, cn"},
		{digestOf(good + `nc=00000001, cnonce="c", ` + md5), Warning, "digest-qop", "Authorization", "00000001"},
		{digestOf(good + `qop=auth, nc=1, cnonce="c", ` + md5), Warning, "digest-nc", "Authorization", "1, cnonce"},
		{digestOf(good + `qop=auth, nc=0000000A, cnonce="c", ` + md5), Warning, "digest-nc", "Authorization", "0000000A"},
		{digestOf(good + `response="0123456789ABCDEF0123456789abcdef"`), Warning, "digest-response", "Authorization", "0123456789A"},
		{digestOf(good + `algorithm=SHA-256, ` + md5), Warning, "digest-response", "Authorization", "0123456789a"},
		{digestOf(good + `response=""`), Warning, "digest-response", "Authorization", "\"\r\n"},
		{digestOf(good + `qop="auth", nc=00000001, cnonce="c", ` + md5), Warning, "digest-quotes", "Authorization", `"auth"`},
		{digestOf(good + `qop=auth, nc="00000001", cnonce="c", ` + md5), Warning, "digest-quotes", "Authorization", `"0000`},
		{digestOf(good + `algorithm="MD5", ` + md5), Warning, "digest-quotes", "Authorization", `"MD5"`},
		{digestOf(`username=u, realm="r", nonce="n", uri="sip:b", ` + md5), Warning, "digest-quotes", "Authorization", "u, realm"},
		{digestOf(good + md5 + `, Realm="s"`), Warning, "param-twice", "Authorization", "Realm"},
		{challenge(`Digest realm="r"`), Warning, "digest-missing", "WWW-Authenticate", "Digest"},
		{challenge(`Digest realm="r", nonce="n", stale="false"`), Warning, "digest-quotes", "WWW-Authenticate", `"false"`},
		{challenge(`Digest realm="r", nonce="n", Digest realm="r", nonce="m"`), Warning, "several-values", "WWW-Authenticate", `Digest realm="r", nonce="m"`},
		{response("Authentication-Info", `Authentication-Info: rspauth="abc"`, "start", "SIP/2.0 200 OK"), Warning, "digest-response", "Authentication-Info", `abc"`},

		// Table 1 of RFC 3261, 19.1.1.
		{request("From", "From: <sip:alice@a.example:5070>;tag=1"), Note, "uri-component", "From", "sip:alice@a.example:5070"},
		{request("To", "To: <sip:bob@b.example;ttl=2>"), Warning, "uri-component", "To", "sip:bob@b.example;ttl"},
		{request("Contact", "Contact: <sip:alice@a.example;method=BYE>"), Warning, "uri-component", "Contact", "sip:alice@a.example;m"},
		{request("Contact", "Contact: <sip:alice@a.example?Subject=x>"), Warning, "uri-component", "Contact", "sip:alice@a.example?"},
		{request("Record-Route", "Record-Route: <sip:p.example;lr?a=b>"), Warning, "uri-component", "Record-Route", "sip:p.example"},
		{response("start", "SIP/2.0 302 Moved", "Contact", "Contact: <sip:c.example;lr>"), Warning, "uri-component", "Contact", "sip:c.example;lr"},

		// Between fields.
		{request("Contact", "Contact: <sip:a@a.example>, <sip:c@a.example>"), Warning, "one-contact", "Contact", "<sip:c@"},
		{request("Contact", "Contact: <tel:+4930123>"), Warning, "one-contact", "Contact", "<tel"},
		{request("start", "REGISTER sip:alice@a.example SIP/2.0", "CSeq", "CSeq: 1 REGISTER"), Warning, "register-user", "", "sip:alice@a.example SIP"},
		{in("BYE", "To", "To: <sip:bob@b.example>", "Supported", "", "Allow", ""), Warning, "no-tag", "To", "<sip:bob"},
		{in("INFO", "To", "To: <sip:bob@b.example>;tag"), Warning, "no-tag", "To", "<sip:bob"},
		{response("Require", "Require: 100rel"), Warning, "reliable", "Require", "100rel"},
		{response("RSeq", "RSeq: 9"), Warning, "reliable", "RSeq", "RSeq"},
		{response("RSeq", "RSeq: 0", "Require", "Require: 100rel"), Warning, "rseq", "RSeq", "0\r\nRequire"},
		{in("OPTIONS", "Require", "Require: 100REL"), Warning, "reliable", "Require", "100REL"},
		{in("PRACK", "RAck", "RAck: 0 7 INVITE", "Allow", ""), Warning, "rseq", "RAck", "0 7 INVITE"},
		{request("x", "x: 89"), Warning, "session-timer", "Session-Expires", "89"},
		{request("x", "x: 100", "Min-SE", "Min-SE: 120"), Warning, "session-timer", "Session-Expires", "100\r\nMin-SE"},
		{request("Min-SE", "Min-SE: 60"), Warning, "session-timer", "Min-SE", "60"},
		{request("x", "x: 1800;refresher=me"), Warning, "session-timer", "Session-Expires", "1800"},
		{response("start", "SIP/2.0 422 Too Small", "Contact", ""), Warning, "missing", "Min-SE", ""},
		{request("Replaces", "Replaces: 7@h;to-tag=x"), Warning, "dialog-tags", "Replaces", "7@h"},
		{request("Join", "Join: 7@h;to-tag=x;from-tag"), Warning, "dialog-tags", "Join", "7@h"},
		{request("Target-Dialog", "Target-Dialog: 7@h;to-tag=x;from-tag=y"), Warning, "dialog-tags", "Target-Dialog", "7@h"},
		{request("start", "INVITE sips:bob@b.example SIP/2.0", "Contact", "Contact: <sips:alice@a.example>"), Warning, "sips-udp", "Via", "SIP/2.0/UDP"},
		{request("Contact", "Contact: <sips:alice@a.example;transport=UDP>"), Warning, "sips-udp", "Contact", "transport=UDP"},
		{multipart("mixed"), Warning, "boundary", "", "--x"},
		{multipart("related;boundary=y"), Warning, "boundary", "", "--x"},
		{request("y", "y: abc.def.ghi;alg=ES256"), Warning, "identity-info", "Identity", "abc"},

		// Values.
		{request("start", "INVITE sip:bob@b.example Sip/2.0"), Warning, "version-case", "", "Sip/2.0"},
		{response("start", "sip/2.0 180 Ringing"), Warning, "version-case", "", ""},
		{response("start", "SIP/2.0 180"), Warning, "no-reason", "", "\r\nVia"},
		{response("start", "SIP/2.0 180 Kling\xe9"), Warning, "utf8", "", "\xe9"},
		{request("Via", "Via: SIP/2.1/UDP a.example;branch=z9hG4bK1"), Warning, "via-protocol", "Via", "SIP/2.1"},
		{request("Via", "Via: SIP/2.0/UDP 10.0.300.1;branch=z9hG4bK1"), Warning, "host-digits", "Via", "1;branch"},
		{request("Via", "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1;maddr=224.0.0.256"), Warning, "host-digits", "Via", "maddr"},
		{request("Via", "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1;received"), Warning, "received", "Via", "received"},
		{request("Min-Expires", "Min-Expires: 4294967296"), Warning, "range", "Min-Expires", "4294967296"},
		{request("Retry-After", "Retry-After: 4294967297 (long)"), Warning, "range", "Retry-After", "4294967297"},
		{request("Contact", "Contact: <sip:a@a.example>;expires=99999999999"), Warning, "range", "Contact", "99999999999"},
		{request("start", "INVITE sip:bob@b.example:0 SIP/2.0"), Note, "port-zero", "", "0 SIP"},
		{request("X-Y", "X-Y: a\x01b"), Warning, "control", "", "\x01"},

		// What the parser tolerates.
		{request("From", "From: Zoë Ω <sip:alice@a.example>;tag=1"), Warning, "raw-display-name", "From", "ë"},
		{request("From", "From: <sip:al#ice@a.example>;tag=1"), Warning, "raw-user", "From", "#"},
		{request("start", "INVITE sip:b@node-7 SIP/2.0", "To", "To: <sip:b@3f2a>"), Note, "host-digits", "To", "3f2a"},
		{request("start", "INVITE sip:b@my_node SIP/2.0"), Warning, "host-underscore", "", "_node"},
		{request("Reply-To", "Reply-To: <sip:a@a.example>;x=;y"), Warning, "empty-param", "Reply-To", ";y"},
		{request("Reply-To", "Reply-To: <sip:a@a.example>;x=a/b"), Warning, "raw-param", "Reply-To", "/b"},
		{request("Content-Disposition", "Content-Disposition: session;"), Warning, "trailing-semicolon", "Content-Disposition", ";\r\n"},
		{request("Refer-To", "Refer-To: <sip:a@a.example?Replaces=1;to-tag=2>"), Warning, "raw-uri-header", "Refer-To", ";to-tag"},
		{request("start", "INVITE tel:0301 SIP/2.0"), Note, "tel-context", "", "0301"},
		{request("start", "INVITE tel:0301;phone-context=-x SIP/2.0"), Warning, "phone-context", "", "tel:"},
		{request("User-Agent", "User-Agent: Kernel/5/arm"), Warning, "product-slash", "User-Agent", "/arm"},
	} {
		found := check(t, c.text)
		var rest []Finding
		for _, f := range found { // of no interest here
			if f.Rule != RuleMisplaced && f.Rule != RuleNoContentLength {
				rest = append(rest, f)
			}
		}
		if len(rest) != 1 {
			t.Errorf("not one finding but %v\nin %s", rest, c.text)
			continue
		}
		at := 0
		if c.at != "" {
			at = strings.Index(c.text, c.at)
		}
		if f := rest[0]; f.Severity != c.severity || f.Rule != c.rule || f.Header != c.header || f.Offset != at {
			t.Errorf("%+v, not %v %s of %q at %d\nin %s", f, c.severity, c.rule, c.header, at, c.text)
		}
	}
}

// TestFieldsQuiet gives what is right, and looks like what is not.
func TestFieldsQuiet(t *testing.T) {
	for _, text := range []string{
		digestOf(good + `qop=auth, nc=0000000a, cnonce="c", ` + md5),
		digestOf(`username="u", realm="r", nonce="", uri="sip:b", response=""`),
		digestOf(`username="u", realm="r", nonce="n", uri="sip:b", algorithm=AKAv1-MD5, response=""`),
		digestOf(`username*=UTF-8''u, realm="r", nonce="n", uri="sip:b", ` + md5),
		digestOf(good + `algorithm=FOO, response="1"`),
		request("Authorization", "Authorization: Bearer abc=="),
		challenge(`Digest realm="r", nonce="n", qop="auth,auth-int", stale=TRUE, algorithm=MD5`),
		response("start", "SIP/2.0 302 Moved", "Contact", "Contact: <sip:c.example;maddr=10.0.0.1?a=b>, <tel:+1>"),
		request("Contact", "Contact: <sip:alice@a.example:5070;transport=tcp;lr>"),
		request("Refer-To", "Refer-To: <sip:c.example;method=BYE?a=b>"),
		response("RSeq", "RSeq: 1", "Require", "Require: timer, 100rel"),
		request("x", "x: 90;refresher=UAS", "Min-SE", "Min-SE: 90"),
		request("Replaces", "Replaces: 7@h;to-tag=x;from-tag=y"),
		request("y", "y: abc.def.ghi;info=<https://c.example/a>"),
		request("Content-Type", `Content-Type: multipart/mixed; boundary="a b"`, "Content-Length", "Content-Length: 19", "body", "--a b\r\n\r\nx\r\n--a b--"),
		request("Expires", "Expires: 4294967295"),
		request("User-Agent", "User-Agent: a/1 (x/y/z) b / 2 c/3"),
		request("Via", "Via: SIP/2.0/UDP [2001:db8::9];branch=z9hG4bK1;received=2001:db8::10"),
		// A CANCEL that a stateless proxy has forwarded.
		in("CANCEL", "Via", "Via: SIP/2.0/UDP p.example;branch=z9hG4bK9, SIP/2.0/UDP a.example;branch=z9hG4bK1", "Allow", "", "Supported", ""),
		response("Supported", "Supported: replaces"),
	} {
		for _, f := range check(t, text) {
			if f.Severity > Note && f.Rule != RuleMisplaced {
				t.Errorf("%v\nin %s", f, text)
			}
		}
	}
}

// TestWords demands that a text names what a person has to look at.
func TestWords(t *testing.T) {
	for _, c := range []struct{ text, has, hasNot string }{
		{request("Call-ID", "Call-ID: a, b"), "Call-ID has none", "display"},
		{request("Event", "Event: a, b"), "no comma", "display"},
		{request("User-Agent", "User-Agent: a, b"), "parentheses", "display"},
		{request("Privacy", "Privacy: id, user"), "separated by ;", "display"},
		{request("From", "From: Doe, J <sip:j@h>;tag=1"), "display name", "scheme"},
		{request("From", "From: a;b <sip:j@h>;tag=1"), "display name", "scheme"},
		{response("Warning", "Warning: 399 gw text"), "must be in quotes", "unterminated"},
		{response("Warning", `Warning: 399 gw "text`), "unterminated", "must"},
		{request("Via", "Via: SIP/2.0/UDP h:50x60;branch=z9hG4bK1"), `port at "x"`, "parameter"},
		{request("To", "To: <sip:b@h$x>"), `host at "$"`, "URI"},
		{"\r\n", "pong", "empty"},
		{"\r\n\r\n", "ping", "empty"},
		{"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", "TLS", "message ends"},
	} {
		all := ""
		for _, f := range check(t, c.text) {
			if f.Rule != RuleMisplaced {
				all += f.Text + "\n"
			}
		}
		if !strings.Contains(all, c.has) || strings.Contains(all, c.hasNot) {
			t.Errorf("%q: %s", c.text, all)
		}
	}
}

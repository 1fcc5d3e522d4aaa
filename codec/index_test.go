package codec

import (
	"errors"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// msg joins lines by CRLF and ends the header section.
func msg(lines ...string) string { return strings.Join(lines, "\r\n") + "\r\n\r\n" }

const reqLine = "OPTIONS sip:a@b SIP/2.0"

// TestPolicy has every row of the policy table, in default and strict mode,
// as datagram and as stream.
func TestPolicy(t *testing.T) {
	const ok = sipwire.Code(0)
	type verdict struct {
		code   sipwire.Code
		offset int
	}
	good := verdict{ok, 0}
	n := len(reqLine) + 2 // where the first header starts
	for _, tt := range []struct {
		name            string
		in              string
		normal, strict  verdict
		body, trailing  string
		stream          bool
		contentLengthOK bool
	}{
		{name: "CRLF", in: msg(reqLine, "To: x")},
		{name: "bare LF", in: reqLine + "\nTo: x\n\n", strict: verdict{sipwire.ErrBareLF, len(reqLine)}},
		{name: "bare LF in a header", in: reqLine + "\r\nTo: x\n\r\n", strict: verdict{sipwire.ErrBareLF, n + 5}},
		{name: "bare LF as the empty line", in: reqLine + "\r\nTo: x\r\n\n", strict: verdict{sipwire.ErrBareLF, n + 7}},
		{name: "bare CR in a name", in: msg(reqLine, "T\ro: x"), normal: verdict{sipwire.ErrBareCR, n + 1}, strict: verdict{sipwire.ErrBareCR, n + 1}},
		{name: "NUL in a name", in: msg(reqLine, "To\x00: x"), normal: verdict{sipwire.ErrHeaderName, n + 2}, strict: verdict{sipwire.ErrHeaderName, n + 2}},
		{name: "control byte in a name", in: msg(reqLine, "To\x01: x"), normal: verdict{sipwire.ErrHeaderName, n + 2}, strict: verdict{sipwire.ErrHeaderName, n + 2}},
		{name: "space in a name", in: msg(reqLine, "T o: x"), normal: verdict{sipwire.ErrHeaderName, n + 2}, strict: verdict{sipwire.ErrHeaderName, n + 2}},
		{name: "no name", in: msg(reqLine, ": x"), normal: verdict{sipwire.ErrHeaderName, n}, strict: verdict{sipwire.ErrHeaderName, n}},
		{name: "no colon", in: msg(reqLine, "To"), normal: verdict{sipwire.ErrColon, n + 2}, strict: verdict{sipwire.ErrColon, n + 2}},
		{name: "no colon, spaces", in: msg(reqLine, "To  "), normal: verdict{sipwire.ErrColon, n + 4}, strict: verdict{sipwire.ErrColon, n + 4}},
		{name: "space before the colon", in: msg(reqLine, "To \t: x")},
		{name: "folding", in: msg(reqLine, "To: x", " y", "\tz")},
		{name: "fold with nothing to continue", in: msg(reqLine, " y"), normal: verdict{sipwire.ErrFold, n}, strict: verdict{sipwire.ErrFold, n}},
		{name: "no Content-Length on a datagram", in: msg(reqLine) + "the rest", body: "the rest"},
		{name: "no Content-Length on a stream", in: msg(reqLine), stream: true,
			normal: verdict{sipwire.ErrContentLengthNone, n + 2}, strict: verdict{sipwire.ErrContentLengthNone, n + 2}},
		{name: "Content-Length below the rest", in: msg(reqLine, "l: 3") + "the rest", body: "the", trailing: " rest", contentLengthOK: true},
		{name: "Content-Length above the rest", in: msg(reqLine, "l: 4") + "the", body: "the", contentLengthOK: true,
			normal: verdict{sipwire.ErrBodyShort, n + 3}, strict: verdict{sipwire.ErrBodyShort, n + 3}},
		{name: "Content-Length above the rest, stream", in: msg(reqLine, "l: 4") + "the", body: "the", contentLengthOK: true, stream: true,
			normal: verdict{sipwire.ErrIncomplete, n + 11}, strict: verdict{sipwire.ErrIncomplete, n + 11}},
		{name: "Content-Length no number", in: msg(reqLine, "l: 3x") + "the", body: "the",
			normal: verdict{sipwire.ErrContentLength, n + 4}, strict: verdict{sipwire.ErrContentLength, n + 4}},
		{name: "Content-Length empty", in: msg(reqLine, "l:") + "the", body: "the",
			normal: verdict{sipwire.ErrContentLength, n + 2}, strict: verdict{sipwire.ErrContentLength, n + 2}},
		{name: "Content-Length negative", in: msg(reqLine, "l: -3") + "the", body: "the",
			normal: verdict{sipwire.ErrContentLength, n + 3}, strict: verdict{sipwire.ErrContentLength, n + 3}},
		{name: "Content-Length 2^32", in: msg(reqLine, "l: 4294967296"), body: "",
			normal: verdict{sipwire.ErrContentLength, n + 13}, strict: verdict{sipwire.ErrContentLength, n + 13}},
		{name: "Content-Length 2^64+3", in: msg(reqLine, "l: 18446744073709551619") + "the", body: "the",
			normal: verdict{sipwire.ErrContentLength, n + 23}, strict: verdict{sipwire.ErrContentLength, n + 23}},
		{name: "two Content-Length that differ", in: msg(reqLine, "l: 3", "Content-Length: 2") + "the", body: "the",
			normal: verdict{sipwire.ErrContentLengthTwo, n + 22}, strict: verdict{sipwire.ErrContentLengthTwo, n + 22}},
		{name: "two Content-Length that agree", in: msg(reqLine, "l: 3", "Content-Length: 3") + "the", body: "the", contentLengthOK: true,
			strict: verdict{sipwire.ErrHeaderTwice, n + 6}},
		{name: "two of a single header", in: msg(reqLine, "Call-ID: a", "i: b"), strict: verdict{sipwire.ErrHeaderTwice, n + 12}},
		{name: "two of a list header", in: msg(reqLine, "Via: a", "v: b")},
		{name: "two of a repeated header", in: msg(reqLine, "Authorization: a", "Authorization: b")},
		{name: "two of an unknown header", in: msg(reqLine, "X-A: a", "X-A: b")},
		{name: "version 3.0", in: msg("OPTIONS sip:a@b SIP/3.0"), normal: verdict{sipwire.ErrVersion, 16}, strict: verdict{sipwire.ErrVersion, 16}},
		{name: "version 3.0 in a response", in: msg("SIP/3.0 200 OK"), normal: verdict{sipwire.ErrVersion, 0}, strict: verdict{sipwire.ErrVersion, 0}},
		{name: "no empty line", in: reqLine + "\r\nTo: x\r\n", normal: verdict{sipwire.ErrIncomplete, n + 7}, strict: verdict{sipwire.ErrIncomplete, n + 7}},
		{name: "nothing", in: "", normal: verdict{sipwire.ErrEmpty, 0}, strict: verdict{sipwire.ErrEmpty, 0}},
		{name: "line ends alone", in: "\r\n\r\n", normal: verdict{sipwire.ErrEmpty, 4}, strict: verdict{sipwire.ErrEmpty, 4}},
		{name: "line ends in front", in: "\r\n\r\n" + msg(reqLine)},
	} {
		for _, strict := range []bool{false, true} {
			want := tt.normal
			if strict && tt.strict != good {
				want = tt.strict
			}
			p := Parser{Strictness: strictness(strict), Stream: tt.stream}
			m := Acquire()
			got := good
			if err := p.Parse(m, []byte(tt.in)); err != nil {
				e := m.Fault()
				if err != e.Code || m.Err() != err || m.ParseFault() != e {
					t.Fatalf("%s: error %v with the fault %v", tt.name, err, e)
				}
				got = verdict{e.Code, e.Offset}
			}
			if got != want {
				t.Errorf("%s, strict %t: %s at %d, want %s at %d",
					tt.name, strict, got.code.Name(), got.offset, want.code.Name(), want.offset)
			}
			if string(m.Body()) != tt.body || string(m.Trailing()) != tt.trailing {
				t.Errorf("%s: body %q and %q, want %q and %q", tt.name, m.Body(), m.Trailing(), tt.body, tt.trailing)
			}
			if _, ok := m.ContentLength(); ok != tt.contentLengthOK {
				t.Errorf("%s: Content-Length %t", tt.name, ok)
			}
			Release(m)
		}
	}
}

func TestDuplicate(t *testing.T) {
	m := new(Message)
	if err := m.Parse([]byte(msg(reqLine, "Call-ID: a", "To: b", "i: c", "t: d"))); err != nil {
		t.Fatal(err)
	}
	if i := m.Duplicate(); i != 2 || string(m.Value(header.IDCallID)) != "a" {
		t.Errorf("duplicate is field %d, first Call-ID %q", i, m.Value(header.IDCallID))
	}
	if err := m.Parse([]byte(msg(reqLine, "Call-ID: a", "Via: b", "v: c"))); err != nil || m.Duplicate() != -1 {
		t.Errorf("%v, duplicate %d", err, m.Duplicate())
	}
}

func TestLimits(t *testing.T) {
	p := Parser{MaxMessage: 1000, MaxHeaders: 3, MaxField: 50, MaxStartLine: 40}
	line := func(n int) string { return "A sip:" + strings.Repeat("x", n-14) + " SIP/2.0" }
	for _, tt := range []struct {
		name string
		in   string
		want sipwire.Code
	}{
		{"message at the limit", msg(reqLine) + strings.Repeat("x", 1000-len(msg(reqLine))), 0},
		{"message above", msg(reqLine) + strings.Repeat("x", 1001-len(msg(reqLine))), sipwire.ErrMessageTooLong},
		{"headers at the limit", msg(reqLine, "a: 1", "b: 2", "c: 3"), 0},
		{"headers above", msg(reqLine, "a: 1", "b: 2", "c: 3", "d: 4"), sipwire.ErrTooManyHeaders},
		{"field at the limit", msg(reqLine, "a: "+strings.Repeat("x", 45)), 0},
		{"field above", msg(reqLine, "a: "+strings.Repeat("x", 46)), sipwire.ErrFieldTooLong},
		{"folded field above", msg(reqLine, "a: "+strings.Repeat("x", 20), " "+strings.Repeat("x", 30)), sipwire.ErrFieldTooLong},
		{"unfinished field above", reqLine + "\r\na: " + strings.Repeat("x", 60), sipwire.ErrFieldTooLong},
		{"start line at the limit", msg(line(38)), 0},
		{"start line above", msg(line(41)), sipwire.ErrStartLineTooLong},
		{"unfinished start line above", line(60), sipwire.ErrStartLineTooLong},
	} {
		m := new(Message)
		if err := p.Parse(m, []byte(tt.in)); !errors.Is(err, tt.want) && (err != nil || tt.want != 0) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

// TestStartLine tries the start line's elements.
func TestStartLine(t *testing.T) {
	for _, tt := range []struct {
		line string
		want sipwire.Code
	}{
		{"OPTIONS sip:a@b SIP/2.0", 0},
		{"OPTIONS sip:a@b sip/2.0", 0},
		{"options sip:a@b SIP/2.0", 0},
		{"SIP sip:a@b SIP/2.0", 0},
		{"OPTIONS  sip:a@b SIP/2.0", sipwire.ErrRequestURI},
		{"OPTIONS sip:a@b  SIP/2.0", sipwire.ErrRequestURI},
		{"OPTIONS sip:a@b SIP/2.0 ", sipwire.ErrStartLine},
		{" OPTIONS sip:a@b SIP/2.0", sipwire.ErrStartLine},
		{"OPTIONS\tsip:a@b SIP/2.0", sipwire.ErrStartLine},
		{"OPTIONS sip:a@b\tSIP/2.0", sipwire.ErrStartLine},
		{"OPTIONS <sip:a@b> SIP/2.0", sipwire.ErrRequestURI},
		{"OPTIONS sip:a@b; lr SIP/2.0", sipwire.ErrRequestURI},
		{"OPTIONS sip:a\x00@b SIP/2.0", sipwire.ErrRequestURI},
		{"OPTIONS SIP/2.0", sipwire.ErrStartLine},
		{"OPTIONS  SIP/2.0", sipwire.ErrStartLine},
		{"OPTIONS sip:a@b", sipwire.ErrStartLine},
		{"OPTIONS sip:a@b HTTP/1.1", sipwire.ErrStartLine},
		{"OPTIONS sip:a@b SIP/2.", sipwire.ErrStartLine},
		{"OPTIONS sip:a@b SIP/02.00", sipwire.ErrVersion},
		{"OPTIONS sip:a@b SIP/2.00", sipwire.ErrVersion},
		{"OPT/IONS sip:a@b SIP/2.0", sipwire.ErrStartLine},
		{"OPTIONS@ sip:a@b SIP/2.0", sipwire.ErrStartLine},
		{"SIP/2.0 200 OK", 0},
		{"sip/2.0 200 OK", 0},
		{"SIP/2.0 200 ", 0},
		{"SIP/2.0 200", 0},
		{"SIP/2.0 200 \xd0\x9e\xd0\x9a", 0},
		{"SIP/2.0 699 x", 0},
		{"SIP/2.0 700 x", sipwire.ErrStatus},
		{"SIP/2.0 099 x", sipwire.ErrStatus},
		{"SIP/2.0 20 x", sipwire.ErrStatus},
		{"SIP/2.0 2000 x", sipwire.ErrStatus},
		{"SIP/2.0 4294967301 x", sipwire.ErrStatus},
		{"SIP/2.0  200 x", sipwire.ErrStatus},
		{"SIP/2.0 +20 x", sipwire.ErrStatus},
		{"SIP/2.0 200\tx", sipwire.ErrStatus},
		{"SIP/2.0 200 a\rb", sipwire.ErrBareCR},
		{"OPTIONS sip:a\r@b SIP/2.0", sipwire.ErrBareCR},
		{"OPT\rIONS sip:a@b SIP/2.0", sipwire.ErrBareCR},
		{"OPTIONS sip:a@b SIP/2.0\r", sipwire.ErrStartLine},
		{"SIP/2.0", sipwire.ErrStatus},
		{"SIP/x 200 OK", sipwire.ErrStartLine},
		{"SIP/2.1 200 OK", sipwire.ErrVersion},
		{"HTTP/1.1 200 OK", sipwire.ErrStartLine},
	} {
		m := new(Message)
		err := m.Parse([]byte(msg(tt.line, "Call-ID: x")))
		if !errors.Is(err, tt.want) && (err != nil || tt.want != 0) {
			t.Errorf("%q: %v, want %v", tt.line, err, tt.want)
		}
		read := tt.want == 0 || tt.want == sipwire.ErrVersion
		if (m.IsRequest() || m.IsResponse()) != read {
			t.Errorf("%q: request %t, response %t", tt.line, m.IsRequest(), m.IsResponse())
		}
	}
}

// TestManyFields goes past every inline array.
func TestManyFields(t *testing.T) {
	p := Parser{MaxHeaders: 5000, MaxMessage: 1 << 20}
	m := Acquire()
	for _, n := range []int{1, 62, 63, 64, 65, 126, 127, 128, 129, 300, 5000} {
		var b strings.Builder
		b.WriteString(reqLine + "\r\n")
		for i := range n {
			b.WriteString([]string{"Via: x\r\n", "X-Y: z\r\n", "Route: <a>,\r\n <b>\r\n"}[i%3])
		}
		b.WriteString("\r\nbody")
		if err := p.Parse(m, []byte(b.String())); err != nil {
			t.Fatalf("%d fields: %v", n, err)
		}
		if m.Len() != n || m.Count(header.IDVia) != (n+2)/3 || m.CountValues(header.IDRoute) != n/3*2 || string(m.Body()) != "body" {
			t.Errorf("%d fields: %d, %d Via, %d Route values, body %q", n, m.Len(),
				m.Count(header.IDVia), m.CountValues(header.IDRoute), m.Body())
		}
		if n := testing.AllocsPerRun(5, func() { _ = p.Parse(m, []byte(nil)); m.Reset() }); n != 0 {
			t.Errorf("%v allocations to reset", n)
		}
		if err := m.Parse([]byte(msg(reqLine, "To: x"))); err != nil || m.Len() != 1 || m.Has(header.IDVia) {
			t.Errorf("after %d fields: %v, %d fields", n, err, m.Len())
		}
	}
}

// strictness is for tests that run with and without Strict.
func strictness(strict bool) Strictness {
	if strict {
		return Strict
	}
	return Lenient
}

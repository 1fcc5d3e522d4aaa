package codec

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/cpufeat"
)

// eachParser runs f in every tier, with and without Strict.
func eachParser(t *testing.T, f func(t *testing.T, p *Parser)) {
	for _, tier := range cpufeat.Tiers() {
		for _, strict := range []bool{false, true} {
			t.Run(tier.String()+map[bool]string{true: ", strict"}[strict], func(t *testing.T) {
				defer cpufeat.Force(tier)()
				f(t, &Parser{Strictness: strictness(strict)})
			})
		}
	}
}

// TestBareCR puts a CR, and what may follow one, where it must not be.
func TestBareCR(t *testing.T) {
	const front = "OPTIONS sip:a@b SIP/2.0\r\n"
	for _, lines := range []string{
		"X-A: y|\rP-Asserted-Identity: <sip:ceo@victim>\r\n",
		"X-A: y|\r\rBYE sip:a@b SIP/2.0\r\n",
		"X-A: y|\r\r\n",
		"X-A: y|\r\x00\r\n",
		"X-A: y|\r\x01\r\n",
		"X-A:|\r y\r\n",
		"X-A|\r: y\r\n",
		"|\rX-A: y\r\n",
		"X-A: y\r\n z|\r z\r\n",
		"X-A: y\n z|\r z\n",
		"From: \"a|\rb\" <sip:a>;tag=1\r\n",
		"From: \"a\\|\rb\" <sip:a>;tag=1\r\n",
		"From: \"a\\|\r\r\n \" <sip:a>;tag=1\r\n",
		"Server: a (\\|\r)\r\n",
	} {
		at := len(front) + strings.Index(lines, "|")
		text := []byte(front + strings.Replace(lines, "|", "", 1) + "l: 0\r\n\r\n")
		eachParser(t, func(t *testing.T, p *Parser) {
			if p.Strictness != Lenient && strings.Contains(lines, "y\n") {
				return // an LF alone is refused first
			}
			var m Message
			err := p.Parse(&m, text)
			if f := m.Fault(); err != sipwire.ErrBareCR || f.Code != err || f.Offset != at {
				t.Fatalf("%q: %v, want bare-cr at %d", text, f, at)
			}
			if !m.IsRequest() || m.Len() < 2 {
				t.Errorf("%q: %d fields are shown", text, m.Len())
			}
			for cut := range len(text) {
				s := &Stream{Parser: *p}
				_, _ = s.Write(text[:cut])
				if e, err := s.Next(&m); e != NeedMore || err != nil {
					t.Fatalf("%q: event %d, %v of the first %d", text, e, err, cut)
				}
				_, _ = s.Write(text[cut:])
				e, err := s.Next(&m)
				if e != NeedMore || err != sipwire.ErrBareCR || s.Lost() != err || s.Fault().Offset != at {
					t.Fatalf("%q cut at %d: event %d, %v at %d", text, cut, e, err, s.Fault().Offset)
				}
				s.Close()
			}
		})
	}
}

// TestBareCREverywhere has each byte of a message replaced by a CR.
func TestBareCREverywhere(t *testing.T) {
	for _, end := range []string{"\r\n", "\n"} {
		whole := strings.ReplaceAll("OPTIONS sip:alice@example.com SIP/2.0\n"+
			"From: \"A \\\" B\" <sip:a@example.com>;tag=1\n"+
			"To: <sip:b@example.com>\n ;x=y\n"+
			"Call-ID: 1234567@example.com\nSubject: lunch, or what is left of it\nl: 4\n\n", "\n", end)
		eachParser(t, func(t *testing.T, p *Parser) {
			if p.Strictness != Lenient && end == "\n" {
				return
			}
			header := strings.IndexByte(whole, '\n')
			var m Message
			for at := range whole[1:] {
				at++
				text := []byte(whole + "body")
				text[at] = '\r'
				if text[at+1] == '\n' {
					continue
				}
				first := at
				if text[at-1] == '\r' {
					first-- // its LF was replaced
				}
				err := p.Parse(&m, text)
				f := m.Fault()
				if err == nil || f.Offset > first || f.Offset < first && f.Code == sipwire.ErrBareCR {
					t.Fatalf("%q: %v, CR at %d", text, f, at)
				}
				inside := whole[at] != '\n' && whole[at] != ':' && at > header
				if inside && f.Code != sipwire.ErrBareCR {
					t.Fatalf("%q: %v, CR at %d", text, f, at)
				}
				if m.Parse([]byte(whole+"b\ro\x00")) != nil {
					t.Fatalf("in a body: %v", m.Fault())
				}
			}
		})
	}
}

// TestControls tells control bytes in quoted pairs from others.
func TestControls(t *testing.T) {
	const front = "OPTIONS sip:a@b SIP/2.0\r\n"
	for _, tt := range []struct {
		lines string
		want  string // the control bytes that Controls finds
		code  sipwire.Code
	}{
		{"Subject: a\tb\r\n", "", 0},
		{"Subject: \x01a\x7f\r\nServer: \x0b\x1f\x0c\r\n", "\x01\x7f\x0b\x1f\x0c", 0},
		{"Subject: a\x00\r\n", "\x00", sipwire.ErrControl},
		{"Subject: a\x02b\x00\r\n", "\x02\x00", sipwire.ErrControl},
		{"To: \"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f\" <sip:a@b>\r\n", "", 0},
		{"To: \"BEL:\\\\\x07 NUL:\\\\\x00\" <sip:a@b>\r\n", "\x07\x00", sipwire.ErrControl},
		{"To: \"a\"\\\x00 <sip:a@b>\r\n", "\x00", sipwire.ErrControl},
		{"To: \"a\r\n \\\x07\"\r\n \\\x08\r\n", "\x08", 0},
		{"To: \"a\r\nFrom: \\\x07\r\n", "\x07", 0},
		{"Server: (a (b) \\\x07) \\\x08\r\n", "\x08", 0},
		{"Server: \"(\" \\\x07 \")\\\"\\\x08\r\n", "\x07", 0},
		{"Subject: caf\xc3\xa9 \x80\x9f\xff\r\n", "", 0},
		{"Subject: \x01\n", "\x01", 0},
	} {
		text := []byte(front + tt.lines + "\r\nbody\x01")
		eachParser(t, func(t *testing.T, p *Parser) {
			code := tt.code
			if p.Strictness != Lenient && tt.want != "" {
				code = sipwire.ErrControl
			}
			if p.Strictness != Lenient && strings.Contains(tt.lines, "\x01\n") {
				code = sipwire.ErrControl // in front of the LF alone
			}
			var m Message
			err := p.Parse(&m, text)
			if err != code.Err() {
				t.Fatalf("%q: %v, want %v", text, err, code)
			}
			var found []byte
			var at []int
			for i := range m.Controls() {
				at = append(at, i)
				found = append(found, text[i])
			}
			if string(found) != tt.want || !slices.IsSorted(at) {
				t.Errorf("%q: found %q, want %q", text, found, tt.want)
			}
			first := slices.Index(at, m.Fault().Offset)
			if code != 0 && (first < 0 || text[at[first]] != 0 && first != 0) {
				t.Errorf("%q: refused at %d of %d", text, m.Fault().Offset, at)
			}
			for range m.Controls() {
				break
			}
		})
	}
	var m Message
	if n := testing.AllocsPerRun(10, func() {
		_ = m.Parse([]byte(nil))
		for range m.Controls() {
			break
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	for range m.Controls() {
		t.Error("found in nothing")
	}
	// A start line has no quoted pairs, behind another control byte neither.
	for _, reason := range []string{`"\` + "\x00", "\x01" + `"\` + "\x00"} {
		text, found := "SIP/2.0 200 "+reason+"\"\r\n\r\n", 0
		_ = m.Parse([]byte(text))
		for i := range m.Controls() {
			found = i
		}
		if want := strings.IndexByte(text, 0); found != want {
			t.Errorf("%q: the last one found at %d, want %d", text, found, want)
		}
	}
	if err := m.Parse([]byte(front + "Subject: a\r\nFrom: \x00\r\n\r\n")); err == nil || m.Fault().Header != header.IDFrom {
		t.Errorf("%v", m.Fault())
	}
}

// TestFirstFault has two things wrong: the one in front is the fault.
func TestFirstFault(t *testing.T) {
	for text, want := range map[string]Fault{
		"OPTIONS sip:a@b SIP/2.0\r\nQ Y: 1\r\nQ: a\rb\r\n\r\n": {sipwire.ErrHeaderName, 0, 27},
		"OPTIONS sip:a@b SIP/2.0\r\nQ: a\rb\r\nQ Y: 1\r\n\r\n": {sipwire.ErrBareCR, 0, 29},
		"OPTIONS sip:a@b SIP/2.0\r\nQ: a\rb\r\n":               {sipwire.ErrBareCR, 0, 29},
		"OPTIONS sip:a@b SIP/2.0\r\nQ: a\r":                    {sipwire.ErrIncomplete, 0, 30},
		"OPTIONS sip:a@b SIP/2.0\r\nl: x\r\nQ: a\x00\r\n\r\n":  {sipwire.ErrControl, 0, 35},
		"OPTIONS sip:a\r@b SIP/2.0\r\n\r\n":                    {sipwire.ErrBareCR, 0, 13},
		"OPTIONS sip:a\x00@b SIP/2.0\r\n\r\n":                  {sipwire.ErrRequestURI, 0, 13},
	} {
		eachParser(t, func(t *testing.T, p *Parser) {
			var m Message
			if _ = p.Parse(&m, []byte(text)); m.Fault() != want {
				t.Errorf("%q: %v at %d, want %v at %d", text, m.Fault(), m.Fault().Offset, want, want.Offset)
			}
		})
	}
}

// TestStartLineOfStream has start lines that are wrong in two ways, of which a
// stream may see one before the other.
func TestStartLineOfStream(t *testing.T) {
	long := strings.Repeat("x", 60)
	for _, line := range []string{
		"A sip:" + long + " SIP/2.0\n", "A sip:" + long + " SIP/2.0\r\n", "A sip:" + long, long,
		"A sip:" + long[:22] + "\r SIP/2.0\r\n", "A sip:" + long[:33] + "\r SIP/2.0\r\n", "A sip:" + long[:34] + "\r SIP/2.0\r\n",
		"A sip:" + long[:33] + "\r\n", "A sip:" + long[:32] + "\r\n", "A sip:" + long[:34] + "\n",
		"0 000000 SIP/0.\xbc\r\n", "0 000000 SIP/0.\xbc", "A \x00 SIP/2.0\n", "A a\rb SIP/2.0\r\n", "A <\r> SIP/2.0\n",
	} {
		eachParser(t, func(t *testing.T, p *Parser) {
			p.MaxStartLine = 40
			text := []byte(line + "l: 0\r\n\r\n")
			want := feed(streamLimits{Parser: *p}, text)
			sameSteps(t, line+", bytewise", feed(streamLimits{Parser: *p}, bytewise(text)...), want)
			for cut := range text {
				sameSteps(t, line, feed(streamLimits{Parser: *p}, text[:cut], text[cut:]), want)
			}
		})
	}
}

// TestEditRefusesControls puts control bytes in.
func TestEditRefusesControls(t *testing.T) {
	var m Message
	if err := m.Parse([]byte("OPTIONS sip:a@b SIP/2.0\r\nSubject: a\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]error{
		"a\tb": nil, "\"\\\x07\"": nil, "\x07": sipwire.ErrControl, "\x7f": sipwire.ErrControl, "\"\x07\"": sipwire.ErrControl,
		"\r": sipwire.ErrInjection, "\"\\\r\"": sipwire.ErrInjection, "\"\\\x00\"": sipwire.ErrInjection,
	} {
		var e Edit
		if err := e.Begin(&m); err != nil {
			t.Fatal(err)
		}
		if err := e.Set(header.IDSubject, []byte(value)); err != want {
			t.Errorf("%q: %v, want %v", value, err, want)
		}
	}
}

// BenchmarkControls goes over a header section full of control bytes.
func BenchmarkControls(b *testing.B) {
	text := append([]byte("OPTIONS sip:a@b SIP/2.0\r\nSubject: "), bytes.Repeat([]byte{1}, 8000)...)
	text = append(text, "\r\n\r\n"...)
	var m Message
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		_ = m.Parse(text)
	}
}

package codec

import (
	"os"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/ext"
	"github.com/sipwire/sipwire/internal/lenient"
)

// tolerated is one message for each leniency: the line that has it, what the line
// has in front of the byte that is tolerated, and what reads it.
var tolerated = []struct {
	l          lenient.Leniency
	line, head string
	read       func(*Message) error
}{
	{lenient.DisplayName, "From: Zoë Krüger <sip:z@h.example>;tag=f1", "From: Zo", func(m *Message) error { _, err := m.From(); return err }},
	{lenient.DisplayName, "To: Bar @ 10/2: (new) & co <sip:z@h.example>", "To: Bar ", func(m *Message) error { _, err := m.ToURI(); return err }},
	{lenient.DisplayName, "Contact: [x] 'y' {z} <sip:z@h.example>", "Contact: ", func(m *Message) error { _, err := m.Contact(); return err }},
	{lenient.DisplayName, "Route: sip:z@h <sip:z@h.example;lr>", "Route: sip", func(m *Message) error { _, err := m.TopRoute(); return err }},
	{lenient.RawUser, "From: <sip:*9#55@h.example>;tag=f1", "From: <sip:*9", func(m *Message) error { _, err := m.FromURI(); return err }},
	{lenient.RawUser, "Contact: <sip:{a|b}@h.example>", "Contact: <sip:", func(m *Message) error { _, err := m.RemoteTarget(); return err }},
	{lenient.Zone, "Via: SIP/2.0/UDP [fe80::7%wlan0];branch=z9hG4bK7", "Via: SIP/2.0/UDP [fe80::7", func(m *Message) error { _, err := m.TopVia(); return err }},
	{lenient.HostUnderscore, "Route: <sip:edge_1.example;lr>", "Route: <sip:edge", func(m *Message) error { _, err := m.TopRouteURI(); return err }},
	{lenient.HostDigits, "Via: SIP/2.0/UDP 192.0.2.300;branch=z9hG4bK7", "Via: SIP/2.0/UDP 192.0.2.", func(m *Message) error { _, err := m.TopVia(); return err }},
	{lenient.IPv6Colon, "To: <sip:[2001:db8:::192.0.2.1]>", "To: <sip:[2001:db8", func(m *Message) error { _, err := m.ToURI(); return err }},
	{lenient.ProductSlash, "User-Agent: Box/1.2/arm64", "User-Agent: Box/1.2", func(m *Message) error {
		var v header.UserAgent
		return m.Read(header.IDUserAgent, v.Parse)
	}},
	{lenient.CommentSpace, "User-Agent: Box/1.2(rev b)", "User-Agent: Box/1.2", func(m *Message) error {
		var v header.UserAgent
		return m.Read(header.IDUserAgent, v.Parse)
	}},
	{lenient.EmptyParam, "Contact: <sip:z@h.example>;q=;x", "Contact: <sip:z@h.example>;q=", func(m *Message) error { _, err := m.Contact(); return err }},
	{lenient.EmptyParam, "Contact: <sip:z@h.example;ob=>", "Contact: <sip:z@h.example;ob=", func(m *Message) error { _, err := m.RemoteTarget(); return err }},
	{lenient.ParamByte, "Contact: <sip:z@h.example>;a=b@c", "Contact: <sip:z@h.example>;a=b", func(m *Message) error {
		for _, err := range m.Contacts() {
			return err
		}
		return nil
	}},
	{lenient.TrailingSemicolon, "Via: SIP/2.0/UDP h.example;branch=z9hG4bK7;", "Via: SIP/2.0/UDP h.example;branch=z9hG4bK7", func(m *Message) error {
		for _, err := range m.Vias() {
			return err
		}
		return nil
	}},
	{lenient.TrailingSemicolon, "Content-Type: text/plain;", "Content-Type: text/plain", func(m *Message) error { _, err := m.ContentType(); return err }},
	{lenient.TrailingSemicolon, "Record-Route: <sip:p.example;lr>;", "Record-Route: <sip:p.example;lr>", func(m *Message) error {
		for _, err := range m.RecordRoutes() {
			return err
		}
		return nil
	}},
	{lenient.TrailingSemicolon, "Session-Expires: 90;refresher=uac ;", "Session-Expires: 90;refresher=uac ", func(m *Message) error {
		var v ext.SessionExpires
		for _, err := range m.ReadAll(header.IDSessionExpires, v.Parse) {
			return err
		}
		return nil
	}},
	{lenient.URIHeader, "Contact: <sip:z@h.example?a>", "Contact: <sip:z@h.example?a", func(m *Message) error { _, err := m.RemoteTarget(); return err }},
	{lenient.TelContext, "To: <tel:112>", "To: <tel:", func(m *Message) error { _, err := m.ToURI(); return err }},
}

// TestTolerated: what is tolerated costs the value nothing by default and leaves
// as received; Strict and Hardened refuse it where it is.
func TestTolerated(t *testing.T) {
	seen := map[lenient.Leniency]bool{}
	for _, tt := range tolerated {
		seen[tt.l] = true
		text := "OPTIONS sip:b@h.example SIP/2.0\r\n" + tt.line + "\r\nMax-Forwards: 7\r\n\r\n"
		var m Message
		if err := m.Parse([]byte(text)); err != nil {
			t.Fatalf("%q: %v", tt.line, err)
		}
		if err := tt.read(&m); err != nil {
			t.Errorf("%q: %v", tt.line, m.Fault())
		}
		var e Edit
		if err := e.Begin(&m); err != nil {
			t.Fatal(err)
		}
		if err := e.DecrementMaxForwards(); err != nil {
			t.Fatal(err)
		}
		out, err := e.AppendTo(nil)
		if err != nil || string(out) != strings.Replace(text, ": 7\r\n", ": 6\r\n", 1) {
			t.Errorf("%q: forwarded as %q, %v", tt.line, out, err)
		}
		for _, level := range []Strictness{Strict, Hardened} {
			p := Parser{Strictness: level}
			if err := p.Parse(&m, []byte(text)); err != nil {
				t.Fatalf("%q: %v", tt.line, err)
			}
			err := tt.read(&m)
			id := m.At(0).ID
			want := Fault{tt.l.Code(), id, strings.Index(text, tt.line) + len(tt.head)}
			if err != tt.l.Code() || m.Fault() != want {
				t.Errorf("%q: strict: %+v, want %+v", tt.line, m.Fault(), want)
			}
		}
	}
	for _, l := range lenient.All() {
		if !seen[l] {
			t.Errorf("no message has a %s", l.Name())
		}
	}
}

// TestLiberalTable holds the table of the docs against the list.
func TestLiberalTable(t *testing.T) {
	b, err := os.ReadFile("../docs/liberal.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	_, text, _ := strings.Cut(string(b), "## Inside values")
	text, _, _ = strings.Cut(text, "\n## ")
	for line := range strings.SplitSeq(text, "\n") {
		if f := strings.Split(line, "|"); len(f) == 6 && strings.Contains(f[4], "`") {
			rows[strings.Trim(f[4], " `")] = strings.Trim(f[3], " `")
		}
	}
	for _, l := range lenient.All() {
		name := "Err" + l.Code().Name()
		if got := strings.ToLower(rows[l.Name()]); got != strings.ToLower(strings.ReplaceAll(name, "-", "")) {
			t.Errorf("%s: the docs say %q, the list %v", l.Name(), rows[l.Name()], l.Code())
		}
		delete(rows, l.Name())
	}
	for name := range rows {
		t.Errorf("%s is in the docs and not in the list", name)
	}
}

// TestNotTolerated: nothing that could move the end of a header, of a value or of
// a host for some reader.
func TestNotTolerated(t *testing.T) {
	for line, want := range map[string]sipwire.Code{
		"From: Zo\"ë <sip:z@h.example>;tag=1":       sipwire.ErrDisplayName,
		"From: Krüger, Zoë <sip:z@h.example>;tag=1": sipwire.ErrDisplayName,
		"From: Zoë; K. <sip:z@h.example>;tag=1":     sipwire.ErrDisplayName,
		"From: Zoë > <sip:z@h.example>;tag=1":       sipwire.ErrDisplayName,
		"From: Zoë\x7f <sip:z@h.example>;tag=1":     sipwire.ErrDisplayName,
		"From: Zoë <sip:z@h.example":                sipwire.ErrAngle,
		"From: <sip:[a]@h.example>;tag=1":           sipwire.ErrUser,
		"From: <sip:a\"b@h.example>;tag=1":          sipwire.ErrUser,
		"From: <sip:a@b@h.example>;tag=1":           sipwire.ErrHost,
		"From: <sip:a@h#x.example>;tag=1":           sipwire.ErrHost,
		"From: <sip:a@[fe80::1%a@b]>;tag=1":         sipwire.ErrHost,
		"From: <sip:a@h.example>;;tag=1":            sipwire.ErrParam,
		"From: <sip:a@h.example;;lr>;tag=1":         sipwire.ErrParam,
		"From: sip:a@h.example;tag=1;x=y?z=1":       sipwire.ErrNeedAngle,
	} {
		var m Message
		_ = m.Parse([]byte("OPTIONS sip:b@h.example SIP/2.0\r\n" + line + "\r\n\r\n"))
		if _, err := m.FromURI(); err != want {
			t.Errorf("%q: %v, want %v", line, err, want)
		}
	}
}

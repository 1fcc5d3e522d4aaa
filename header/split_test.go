package header

import (
	"slices"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/grammar"
)

func split(id ID, field string) []string {
	list := []string{}
	for v := range id.Values([]byte(field)) {
		if len(v) != cap(v) {
			panic("an append could reach the message")
		}
		list = append(list, string(v))
	}
	return list
}

func TestValues(t *testing.T) {
	for _, c := range []struct {
		id    ID
		field string
		want  []string
	}{
		// RFC 3261, 7.3.1 and 20.
		{IDRoute, " <sip:alice@atlanta.com>, <sip:bob@biloxi.com>,\r\n  <sip:carol@chicago.com>", []string{"<sip:alice@atlanta.com>", "<sip:bob@biloxi.com>", "<sip:carol@chicago.com>"}},
		{IDContact, "\"Mr. Watson\" <sip:watson@worcester.bell-telephone.com>\r\n         ;q=0.7; expires=3600,\r\n         \"Mr. Watson\" <mailto:watson@bell-telephone.com> ;q=0.1",
			[]string{"\"Mr. Watson\" <sip:watson@worcester.bell-telephone.com>\r\n         ;q=0.7; expires=3600", "\"Mr. Watson\" <mailto:watson@bell-telephone.com> ;q=0.1"}},
		{IDAllow, "INVITE, ACK, OPTIONS, CANCEL, BYE", []string{"INVITE", "ACK", "OPTIONS", "CANCEL", "BYE"}},
		{IDInReplyTo, "70710@saturn.bell-tel.com, 17320@saturn.bell-tel.com", []string{"70710@saturn.bell-tel.com", "17320@saturn.bell-tel.com"}},
		{IDWarning, `307 isi.edu "Session parameter 'foo' not understood, bar", 301 isi.edu "Incompatible"`, []string{`307 isi.edu "Session parameter 'foo' not understood, bar"`, `301 isi.edu "Incompatible"`}},
		// Not lists: authentication (7.3.1), dates, single values.
		{IDWWWAuthenticate, `Digest realm="a", nonce="b"`, []string{`Digest realm="a", nonce="b"`}},
		{IDDate, "Sat, 13 Nov 2010 23:29:00 GMT", []string{"Sat, 13 Nov 2010 23:29:00 GMT"}},
		{IDSubject, "a, b", []string{"a, b"}},
		{IDOther, "a, b", []string{"a, b"}},
		{IDFrom, "a <sip:b@c>, d", []string{"a <sip:b@c>, d"}},
		// Commas that separate nothing, which peers split at.
		{IDContact, `"Bell, Alexander" <sip:a,b@c;d=",">;e="f,\"g,",*`, []string{`"Bell, Alexander" <sip:a,b@c;d=",">;e="f,\"g,"`, "*"}},
		{IDVia, `SIP/2.0/UDP h;p="a,b",SIP/2.0/UDP i`, []string{`SIP/2.0/UDP h;p="a,b"`, "SIP/2.0/UDP i"}},
		{IDVia, "SIP/2.0/UDP a (x, (y), z), SIP/2.0/UDP b", []string{"SIP/2.0/UDP a (x, (y), z)", "SIP/2.0/UDP b"}},
		{IDContact, "sip:a(b,sip:c)d", []string{"sip:a(b", "sip:c)d"}},
		{IDInReplyTo, `a"b,c<d,e(f`, []string{`a"b`, "c<d", "e(f"}},
		{IDAcceptContact, `*;a="b,c";d, *;e`, []string{`*;a="b,c";d`, "*;e"}},
		// Empty elements.
		{IDRoute, "<sip:a>, ,<sip:b>", []string{"<sip:a>", "", "<sip:b>"}},
		{IDSupported, ",outbound", []string{"", "outbound"}},
		{IDSupported, "outbound,", []string{"outbound", ""}},
		{IDSupported, ",", []string{"", ""}},
		{IDSupported, "", nil}, {IDSupported, " \r\n \t", nil}, {IDSubject, "  ", nil}, {IDOther, "", nil},
		// What is not closed belongs to the value it stands in.
		{IDContact, `"a <sip:b>, c`, []string{`"a <sip:b>, c`}},
		{IDContact, `a, <sip:b, c`, []string{"a", "<sip:b, c"}},
		{IDVia, "a, b (c, d", []string{"a", "b (c, d"}},
		{IDContact, `a, "b\`, []string{"a", `"b\`}},
		{IDContact, `"a\", b`, []string{`"a\", b`}},
		{IDWarning, "399 a \"b\x01\", c", []string{"399 a \"b\x01\"", "c"}},
	} {
		if got := split(c.id, c.field); !slices.Equal(got, c.want) {
			t.Errorf("%v: %q:\n have %q\n want %q", c.id, c.field, got, c.want)
		}
	}
	for range IDAllow.Values([]byte("a,b,c")) {
		break
	}
}

// slowSplit is the splitter written to be read. It copies what it likes and
// looks again at what it has seen.
func slowSplit(id ID, s string) []string {
	if strings.Trim(s, " \t\r\n") == "" && slowTrim(s) == "" {
		return []string{}
	}
	class := grammar.Of(uint8(id))
	if grammar.RepetitionOf(uint8(id)) != grammar.List {
		return []string{slowTrim(s)}
	}
	list, value := []string{}, ""
	for s != "" {
		n := 1
		switch {
		case s[0] == ',':
			list, value, s = append(list, slowTrim(value)), "", s[1:]
			continue
		case class == grammar.CallIDList:
		case s[0] == '"':
			n = slowQuoted(s)
		case s[0] == '<':
			if n = strings.IndexByte(s, '>') + 1; n == 0 {
				n = len(s)
			}
		case s[0] == '(' && class != grammar.NameAddrList && class != grammar.ContactList &&
			class != grammar.URIRefList && class != grammar.URIList:
			n = slowComment(s)
		}
		value, s = value+s[:n], s[n:]
	}
	return append(list, slowTrim(value))
}

// slowQuoted returns the length of the quoted string that s begins with, or of
// all of s.
func slowQuoted(s string) int {
	for n := 2; n <= len(s); n++ {
		inner := s[1 : n-1]
		// Without quoted pairs, what ends in a quote and holds none before
		// it is a quoted string.
		for i := 0; i < len(inner); i++ {
			if inner[i] == '\\' && i+1 < len(inner) {
				inner = inner[:i] + "xx" + inner[i+2:]
			}
		}
		if s[n-1] == '"' && !strings.HasSuffix(inner, `\`) && !strings.Contains(inner, `"`) {
			return n
		}
	}
	return len(s)
}

// slowComment returns the length of the comment that s begins with, or of all
// of s when it is not closed or holds a control byte.
func slowComment(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return i + 1
			}
		case c == '\\':
			if i++; i < len(s) && (s[i] == '\r' || s[i] == '\n') {
				return len(s)
			}
		case c == '\r' || c == '\n':
			rest := strings.TrimPrefix(strings.TrimPrefix(s[i:], "\r"), "\n")
			if c == '\r' && !strings.HasPrefix(s[i:], "\r\n") || rest == "" || rest[0] != ' ' && rest[0] != '\t' {
				return len(s)
			}
			i = len(s) - len(rest)
		case c < ' ' && c != '\t' || c == 0x7f:
			return len(s)
		}
	}
	return len(s)
}

// slowTrim cuts linear whitespace in front, and every kind of it behind.
func slowTrim(s string) string {
	for {
		before := s
		for _, cut := range []string{" ", "\t", "\r\n ", "\r\n\t", "\n ", "\n\t"} {
			s = strings.TrimPrefix(s, cut)
		}
		if s == before {
			return strings.TrimRight(s, " \t\r\n")
		}
	}
}

// checkSplit holds the splitter against the reference, and against itself:
// what it found, joined again, splits the same way.
func checkSplit(t *testing.T, id ID, field string) {
	t.Helper()
	got := split(id, field)
	if want := slowSplit(id, field); !slices.Equal(got, want) {
		t.Fatalf("%v: %q:\n have %q\n want %q", id, field, got, want)
	}
	if id.IsSplit() && len(got) > 1 {
		if again := split(id, strings.Join(got, " , ")); !slices.Equal(again, got) {
			t.Fatalf("%v: %q: %q, joined and split %q", id, field, got, again)
		}
	}
}

var splitIDs = []ID{IDVia, IDContact, IDRoute, IDAllow, IDInReplyTo, IDWarning, IDAccept, IDAlertInfo, IDPolicyID, IDSubject, IDOther, IDWWWAuthenticate}

// TestValuesAll goes through every short field of the bytes that matter.
func TestValuesAll(t *testing.T) {
	const bytes = `,"<>()\ a` + "\r\n"
	field := make([]byte, 0, 5)
	var walk func()
	walk = func() {
		for _, id := range splitIDs {
			checkSplit(t, id, string(field))
		}
		if len(field) == cap(field) {
			return
		}
		for i := range len(bytes) {
			field = append(field, bytes[i])
			walk()
			field = field[:len(field)-1]
		}
	}
	walk()
}

// TestValuesLong splits hostile fields; the time must stay in line with their
// length, or the test would not end.
func TestValuesLong(t *testing.T) {
	const n = 1 << 20
	for _, s := range []string{
		strings.Repeat(",", n), strings.Repeat("\"", n+1), strings.Repeat("<", n), strings.Repeat("(", n),
		strings.Repeat("a,", n), strings.Repeat("\r\n ", n), strings.Repeat("\\", n), strings.Repeat(`"\`, n),
		strings.Repeat("()", n), strings.Repeat("<>", n), strings.Repeat(", ", n) + "\"",
	} {
		for _, id := range []ID{IDVia, IDContact, IDInReplyTo, IDSubject} {
			count := 0
			for range id.Values([]byte(s)) {
				count++
			}
			if count > n+1 {
				t.Errorf("%v: %.10q: %d values", id, s, count)
			}
		}
	}
}

// TestNextValue walks by offsets: they must say what Values does.
func TestNextValue(t *testing.T) {
	field := []byte(" a ,\"b,\" , <c,> ")
	for _, id := range []ID{IDContact, IDSubject} {
		var got []string
		for next := 0; next <= len(field); {
			var lo, hi int
			lo, hi, next = id.NextValue(field, next)
			got = append(got, string(field[lo:hi]))
		}
		if want := split(id, string(field)); !slices.Equal(got, want) {
			t.Errorf("%v: %q, want %q", id, got, want)
		}
	}
	if lo, hi, next := IDAllow.NextValue(field, len(field)+5); lo != hi || next <= len(field) {
		t.Errorf("behind the end: %d %d %d", lo, hi, next)
	}
}

func FuzzValues(f *testing.F) {
	for _, s := range []string{"", ",", `a "b,\"" <c,d> (e,(f)),`, "a\r\n ,\tb", `"`, "<", "(\x01,"} {
		f.Add(uint8(0), s)
	}
	f.Fuzz(func(t *testing.T, i uint8, s string) {
		checkSplit(t, splitIDs[int(i)%len(splitIDs)], s)
	})
}

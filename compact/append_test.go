package compact_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compact"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/grammar"
)

const reqLine = "OPTIONS sip:carol@chicago.com SIP/2.0"

// message joins lines with CRLF behind a request line, and ends the header
// section.
func message(lines ...string) string {
	return strings.Join(append([]string{reqLine}, lines...), "\r\n") + "\r\n\r\n"
}

func parse(t testing.TB, text string) *codec.Message {
	t.Helper()
	m := new(codec.Message)
	if err := m.Parse([]byte(text)); err != nil {
		t.Fatalf("%v: %q", err, text)
	}
	return m
}

func rewrite(t testing.TB, text string, o compact.Options) string {
	t.Helper()
	b, err := compact.Append([]byte("front"), parse(t, text), o)
	if err != nil {
		t.Fatalf("%v: %q", err, text)
	}
	rest, ok := strings.CutPrefix(string(b), "front")
	if !ok {
		t.Fatalf("what stood in front is gone: %q", b)
	}
	return rest
}

var (
	long    = compact.Options{Form: compact.Long}
	short   = compact.Options{Form: compact.Compact}
	joined  = compact.Options{Lists: compact.Join}
	divided = compact.Options{Lists: compact.Split}
)

// The examples of RFC 3261.
const (
	// 7.3.1: three ways to write one message.
	routeLines = "Route: <sip:alice@atlanta.com>\r\nSubject: Lunch\r\nRoute: <sip:bob@biloxi.com>\r\nRoute: <sip:carol@chicago.com>"
	routeMixed = "Route: <sip:alice@atlanta.com>, <sip:bob@biloxi.com>\r\nRoute: <sip:carol@chicago.com>\r\nSubject: Lunch"
	routeFold  = "Subject: Lunch\r\nRoute: <sip:alice@atlanta.com>, <sip:bob@biloxi.com>,\r\n       <sip:carol@chicago.com>"

	// 24.2: the INVITE and the ringing as they reach their ends.
	invite = "INVITE sip:bob@192.0.2.4 SIP/2.0\r\n" +
		"Via: SIP/2.0/UDP server10.biloxi.com;branch=z9hG4bK4b43c2ff8.1\r\n" +
		"Via: SIP/2.0/UDP bigbox3.site3.atlanta.com;branch=z9hG4bK77ef4c2312983.1\r\n ;received=192.0.2.2\r\n" +
		"Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8\r\n ;received=192.0.2.1\r\n" +
		"Max-Forwards: 68\r\n" +
		"To: Bob <sip:bob@biloxi.com>\r\n" +
		"From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n" +
		"Call-ID: a84b4c76e66710\r\n" +
		"CSeq: 314159 INVITE\r\n" +
		"Contact: <sip:alice@pc33.atlanta.com>\r\n" +
		"Content-Type: application/sdp\r\n" +
		"Content-Length: 4\r\n\r\nv=0\n"
	inviteCompact = "INVITE sip:bob@192.0.2.4 SIP/2.0\r\n" +
		"v: SIP/2.0/UDP server10.biloxi.com;branch=z9hG4bK4b43c2ff8.1\r\n" +
		"v: SIP/2.0/UDP bigbox3.site3.atlanta.com;branch=z9hG4bK77ef4c2312983.1\r\n ;received=192.0.2.2\r\n" +
		"v: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8\r\n ;received=192.0.2.1\r\n" +
		"Max-Forwards: 68\r\n" +
		"t: Bob <sip:bob@biloxi.com>\r\n" +
		"f: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n" +
		"i: a84b4c76e66710\r\n" +
		"CSeq: 314159 INVITE\r\n" +
		"m: <sip:alice@pc33.atlanta.com>\r\n" +
		"c: application/sdp\r\n" +
		"l: 4\r\n\r\nv=0\n"
	inviteSmall = "INVITE sip:bob@192.0.2.4 SIP/2.0\r\n" +
		"v:SIP/2.0/UDP server10.biloxi.com;branch=z9hG4bK4b43c2ff8.1" +
		",SIP/2.0/UDP bigbox3.site3.atlanta.com;branch=z9hG4bK77ef4c2312983.1 ;received=192.0.2.2" +
		",SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8 ;received=192.0.2.1\r\n" +
		"Max-Forwards:68\r\n" +
		"t:Bob <sip:bob@biloxi.com>\r\n" +
		"f:Alice <sip:alice@atlanta.com>;tag=1928301774\r\n" +
		"i:a84b4c76e66710\r\n" +
		"CSeq:314159 INVITE\r\n" +
		"m:<sip:alice@pc33.atlanta.com>\r\n" +
		"c:application/sdp\r\n" +
		"l:4\r\n\r\nv=0\n"
)

func TestExamplesOfRFC3261(t *testing.T) {
	lines := func(s string) string { return reqLine + "\r\n" + s + "\r\n\r\n" }
	const (
		three   = "Route: <sip:alice@atlanta.com>\r\nRoute: <sip:bob@biloxi.com>\r\nRoute: <sip:carol@chicago.com>"
		oneLine = "Route: <sip:alice@atlanta.com>, <sip:bob@biloxi.com>, <sip:carol@chicago.com>"
	)
	for _, c := range []struct {
		name, in string
		o        compact.Options
		want     string
	}{
		{"7.3.1 joined, lines", lines(routeLines), joined, lines(oneLine + "\r\nSubject: Lunch")},
		{"7.3.1 joined, mixed", lines(routeMixed), joined, lines(oneLine + "\r\nSubject: Lunch")},
		{"7.3.1 joined, folded", lines(routeFold), joined, lines(routeFold)}, // one field already
		{"7.3.1 split, lines", lines(routeLines), divided, lines(routeLines)},
		{"7.3.1 split, mixed", lines(routeMixed), divided, lines(three + "\r\nSubject: Lunch")},
		{"7.3.1 split, folded", lines(routeFold), divided, lines("Subject: Lunch\r\n" + three)},
		{"24.2 compact", invite, short, inviteCompact},
		{"24.2 long", inviteCompact, long, invite},
		{"24.2 long of long", invite, long, invite},
		{"24.2 joined", inviteCompact, joined, strings.NewReplacer(".1\r\nv: ", ".1, ", "192.0.2.2\r\nv: ", "192.0.2.2, ").Replace(inviteCompact)},
	} {
		if got := rewrite(t, c.in, c.o); got != c.want {
			t.Errorf("%s:\n have %q\n want %q", c.name, got, c.want)
		}
	}
}

// What the bytes of the result are, edge by edge. An empty want stands for
// what came in.
func TestAppend(t *testing.T) {
	for _, c := range []struct {
		name, in string
		o        compact.Options
		want     string
	}{
		{"no fields", "OPTIONS sip:a@b.c SIP/2.0\r\n\r\n", short, ""},
		{"response", "SIP/2.0 200 \r\nVIA: a\r\n\r\nbody", short, "SIP/2.0 200 \r\nv: a\r\n\r\nbody"},
		{"letters in any case stay", message("V: a", "i:1"), short, ""},
		{"letters in any case become long", message("V: a", "i:1", "Y :x"), long, message("Via: a", "Call-ID:1", "Identity :x")},
		{"long names stay as written", message("vIA: a", "CALL-ID: 1"), long, ""},
		{"no letter", message("cseq: 1 OPTIONS", "Max-Forwards: 1", "P-Asserted-Identity: <sip:a@b>"), short, ""},
		{"unknown names", message("X-Via: v", "z: 1", "Vi: x", "Viaa: x"), short, ""},
		{"unknown letters", message("z: 1", "q: x", "X-y: x"), long, ""},
		{"whitespace and folds", message("Via \t:\t a \t", "Subject: x\r\n y\r\n\tz ", "To:\r\n <sip:a>", "From:", "Contact:  \r\n \r\n\t"), short,
			message("v \t:\t a \t", "s: x\r\n y\r\n\tz ", "t:\r\n <sip:a>", "f:", "m:  \r\n \r\n\t")},
		{"bare LF", "OPTIONS sip:a@b.c SIP/2.0\nVia: a\nTo: b\r\n\nbody", short, "OPTIONS sip:a@b.c SIP/2.0\nv: a\nt: b\r\n\nbody"},
		{"bytes around the message", "\r\n\n\r\nOPTIONS sip:a@b.c SIP/2.0\r\nContent-Length: 2\r\n\r\nhithere", short, "OPTIONS sip:a@b.c SIP/2.0\r\nl: 2\r\n\r\nhi"},
		{"bytes around the message, no change", "\r\nOPTIONS sip:a@b.c SIP/2.0\r\nl: 0\r\n\r\nx", long, "OPTIONS sip:a@b.c SIP/2.0\r\nContent-Length: 0\r\n\r\n"},
		{"bytes around the message, kept", "\r\n\nOPTIONS sip:a@b.c SIP/2.0\nVia : a\r\nl: 0\r\n\r\nx", compact.Options{}, ""},
		{"both", message("Via: a", "X: y", "v: b"), compact.Options{Form: compact.Compact, Lists: compact.Join}, message("v: a, b", "X: y")},
		{"both, the other way", message("v: a, b"), compact.Options{Form: compact.Long, Lists: compact.Split}, message("Via: a", "Via: b")},

		{"join takes the first name", message("v: a", "VIA : b", "Via: c"), joined, message("v: a, b, c")},
		{"join keeps the frame of the first", message("Via \t:\t a \t", "Via: b  "), joined, message("Via \t:\t a, b \t")},
		{"join keeps folds", message("Contact: <sip:a>\r\n ;q=1", "X: 1", "Contact: <sip:b>,\r\n <sip:c>"), joined,
			message("Contact: <sip:a>\r\n ;q=1, <sip:b>,\r\n <sip:c>", "X: 1")},
		{"join of two headers", message("Via: a", "Route: <sip:a>", "Via: b", "Route: <sip:b>", "Via: c"), joined, message("Via: a, b, c", "Route: <sip:a>, <sip:b>")},
		{"split keeps folds inside", message("Contact: <sip:a>\r\n ;q=1,\r\n \"b, c\"\r\n\t<sip:b>"), divided,
			message("Contact: <sip:a>\r\n ;q=1", "Contact: \"b, c\"\r\n\t<sip:b>")},
		{"split keeps the frame of the first", message("Via \t:\t a ,b\t,\tc \t"), divided, message("Via \t:\t a", "Via: b", "Via: c \t")},
		{"split ends lines as received", "OPTIONS sip:a@b.c SIP/2.0\r\nVia: a,b\nAllow: A,B\r\n\r\n", divided, "OPTIONS sip:a@b.c SIP/2.0\r\nVia: a\nVia: b\nAllow: A\r\nAllow: B\r\n\r\n"},
		{"stars of other lists", message("Accept-Encoding: *", "Accept-Encoding: gzip"), joined, message("Accept-Encoding: *, gzip")},
		{"one value", message("Via: a", "Allow: INVITE"), divided, ""},
	} {
		want := c.want
		if want == "" {
			want = c.in
		}
		if got := rewrite(t, c.in, c.o); got != want {
			t.Errorf("%s:\n have %q\n want %q", c.name, got, want)
		}
	}
}

// Every name that has a letter, there and back; the letters are lower case,
// whatever the case of the name.
func TestEveryName(t *testing.T) {
	letters := 0
	for id := header.ID(1); id < grammar.NumIDs; id++ {
		name := id.String()
		if id.Compact() == 0 {
			for _, o := range []compact.Options{long, short} {
				if in := message(name + ": 1"); rewrite(t, in, o) != in {
					t.Errorf("%s became %q", name, rewrite(t, in, o))
				}
			}
			continue
		}
		letters++
		letter := string(id.Compact())
		if got, want := rewrite(t, message(strings.ToUpper(name)+": 0"), short), "\r\n"+letter+": 0\r\n"; !strings.Contains(got, want) {
			t.Errorf("%s became %q", name, got)
		}
		if got, want := rewrite(t, message(strings.ToUpper(letter)+": 0"), long), "\r\n"+name+": 0\r\n"; !strings.Contains(got, want) {
			t.Errorf("%s became %q", letter, got)
		}
	}
	if letters < 20 {
		t.Errorf("%d names with letters", letters)
	}
}

// No list: nothing may be joined or split.
func TestNotLists(t *testing.T) {
	for _, lines := range [][]string{
		// RFC 3261, 7.3.1.
		{`WWW-Authenticate: Digest realm="a", nonce="b"`, `WWW-Authenticate: Digest realm="c", nonce="d"`},
		{`Proxy-Authenticate: Digest realm="a", nonce="b"`, `Proxy-Authenticate: Digest realm="c", nonce="d"`},
		{`Authorization: Digest realm="a", nonce="b"`, `Authorization: Digest realm="c", nonce="d"`},
		{`Proxy-Authorization: Digest realm="a", nonce="b"`, `Proxy-Authorization: Digest realm="c", nonce="d"`},
		{"Subject: a, b", "Subject: c"},
		{"Date: Sat, 13 Nov 2010 23:29:00 GMT", "Date: Sat, 13 Nov 2010 23:29:00 GMT"},
		{"X-Unknown: a, b", "X-Unknown: c"},
		{"From: a, b", "From: c"},
		{"Identity: a;info=<b>", "y: c;info=<d>"},
		{"Authentication-Info: nextnonce=\"a\", qop=auth", "Authentication-Info: x=\"y\""},
	} {
		for _, o := range []compact.Options{joined, divided} {
			if in := message(lines...); rewrite(t, in, o) != in {
				t.Errorf("%q became %q", in, rewrite(t, in, o))
			}
		}
	}
}

// Lists whose commas cannot be trusted stay as received, and nothing moves
// across them.
func TestUnsoundLists(t *testing.T) {
	for _, bad := range []string{
		"", "\r\n ", ",", "<sip:a>,", ",<sip:a>", "<sip:a>, ,<sip:b>", "<sip:a>,\r\n ,<sip:b>",
		`"a <sip:b>, c`, "<sip:b, c", `"a\`, `"a\", b`, "<sip:a>(c), b", "a(b, c", "<sip:a\x01b>, <sip:c>",
		"<sip:a>, <sip:b>\x02", "\"a\x7f\" <sip:b>", "*",
		"\"\\\x00\" <sip:a>", "<sip:a>\x01, b", "a\x1f",
	} {
		in := message("Contact: <sip:1>", "Contact: <sip:2>", "Contact: "+bad, "Contact: <sip:3>", "m: <sip:4>")
		want := message("Contact: <sip:1>, <sip:2>", "Contact: "+bad, "Contact: <sip:3>, <sip:4>")
		if got := rewrite(t, in, joined); got != want {
			t.Errorf("%q:\n have %q\n want %q", bad, got, want)
		}
		if got := rewrite(t, in, divided); got != in {
			t.Errorf("%q: split into %q", bad, got)
		}
		in = message("Contact: "+bad, "Contact: <sip:1>")
		if got := rewrite(t, in, joined); got != in {
			t.Errorf("%q: joined into %q", bad, got)
		}
	}
	// Commas that separate nothing do no harm.
	for _, good := range []string{`"a, b" <sip:c,d@e;f=",">;g="h,\",i"`, "\"a\r\n b\" <sip:c>", "sip:a", `"\\" <sip:(,)@b>`} {
		in := message("Contact: "+good, "Contact: <sip:1>,"+good)
		if got, want := rewrite(t, in, joined), message("Contact: "+good+", <sip:1>,"+good); got != want {
			t.Errorf("%q:\n have %q\n want %q", good, got, want)
		}
		if got, want := rewrite(t, in, divided), message("Contact: "+good, "Contact: <sip:1>", "Contact: "+good); got != want {
			t.Errorf("%q:\n have %q\n want %q", good, got, want)
		}
	}
	// In a list of Call-IDs nothing hides a comma.
	in := message(`In-Reply-To: a"b,c"d`, "In-Reply-To: e")
	if got, want := rewrite(t, in, divided), in; got != want {
		t.Errorf("have %q, want %q", got, want)
	}
}

func TestNotParsed(t *testing.T) {
	bad := new(codec.Message)
	if bad.Parse([]byte(message("To\x00: x"))) == nil {
		t.Fatal("it parsed")
	}
	gone := parse(t, message("Via: a"))
	gone.Reset()
	for _, c := range []struct {
		m    *codec.Message
		want error
	}{{bad, sipwire.ErrHeaderName}, {gone, sipwire.ErrNotParsed}, {new(codec.Message), sipwire.ErrNotParsed}} {
		for _, o := range []compact.Options{{}, short, joined} {
			if b, err := compact.Append([]byte("x"), c.m, o); !errors.Is(err, c.want) || string(b) != "x" {
				t.Errorf("%q, %v; want %v", b, err, c.want)
			}
		}
		if b, r, err := compact.Fit([]byte("x"), c.m, 1300); !errors.Is(err, c.want) || string(b) != "x" || r != (compact.Report{}) {
			t.Errorf("%q, %+v, %v; want %v", b, r, err, c.want)
		}
	}
}

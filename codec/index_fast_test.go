package codec

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/fieldname"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/scan"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// parseSlow is p.Parse by parseLines and classify alone: the fast path
// does not begin when there is no room for chains, and classify makes room.
func parseSlow(p *Parser, m *Message, b []byte) error {
	m.Reset()
	m.next = nil
	return p.Parse(m, b)
}

// sameIndex says in what the indexes of two messages differ, "" for nothing.
func sameIndex(got, want *Message) string {
	switch {
	case got.fault != want.fault:
		return fmt.Sprintf("error %v, not %v", got.Err(), want.Err())
	case got.startLine != want.startLine:
		return fmt.Sprintf("start line %v, not %v", got.startLine, want.startLine)
	case !slices.Equal(got.fields, want.fields):
		return fmt.Sprintf("fields %v, not %v", got.fields, want.fields)
	case !slices.Equal(got.next[:len(got.fields)], want.next[:len(want.fields)]):
		return fmt.Sprintf("chains %v, not %v", got.next[:len(got.fields)], want.next[:len(want.fields)])
	case got.first != want.first:
		return fmt.Sprintf("first fields %v, not %v", got.first, want.first)
	case got.body != want.body || got.end != want.end || got.length != want.length:
		return fmt.Sprintf("body %d to %d, length %d, not %d to %d, %d", got.body, got.end, got.length, want.body, want.end, want.length)
	case got.parsed != want.parsed:
		return fmt.Sprintf("parsed is %v, not %v", got.parsed, want.parsed)
	}
	return ""
}

// fastParsers have each limit where some of the messages of the tests
// break it and some do not.
var fastParsers = []Parser{
	{}, {Strictness: Strict}, {Stream: true},
	{MaxHeaders: 7}, {MaxHeaders: 8}, {MaxField: 30}, {MaxField: 31, Strictness: Strict}, {MaxStartLine: 25},
	{MaxMessage: 200}, {MaxMessage: 1 << 20, MaxField: 1 << 20}, {MaxHeaders: 300},
}

// A fastTester parses by both ways into Messages that it goes on using,
// so that what one message leaves behind is there for the next one.
type fastTester struct {
	tb         testing.TB
	fast, slow Message
}

func (s *fastTester) try(b []byte) {
	for i := range fastParsers {
		s.with(&fastParsers[i], b)
	}
}

func (s *fastTester) with(p *Parser, b []byte) {
	before := string(b)
	_ = parseSlow(p, &s.slow, b)
	_ = p.Parse(&s.fast, b)
	if diff := sameIndex(&s.fast, &s.slow); diff != "" {
		s.tb.Fatalf("%+v: %q: %s", *p, b, diff)
	}
	if string(b) != before {
		s.tb.Fatalf("%q was changed to %q", before, b)
	}
	s.fast.Reset()
	if s.fast.first != [len(s.fast.first)]uint16{} {
		s.tb.Fatalf("%+v: %q: first fields are left after a reset", *p, b)
	}
}

// goesFast reports whether the fast path takes the message b.
func goesFast(p *Parser, b []byte) bool {
	m := new(Message)
	m.Reset()
	m.buf = b
	n, body, clean := scan.Lines(b, 0, m.lines[:])
	return n > 0 && body > 0 && m.indexFast(p, n, clean)
}

// TestIndexFastIsTaken holds the tests below to their purpose: what they
// compare are two ways.
func TestIndexFastIsTaken(t *testing.T) {
	for _, c := range []struct {
		in   string
		want bool
	}{
		{msg(reqLine, "Via: a", "To: x", "i: 1", "X-Other: y"), true},
		{msg(reqLine), true},
		{msg(reqLine, "To:x", "Proxy-Authorization: z", "From : x", "i:", "k:  \t", strings.Repeat("n", 300)+": x"), true},
		{reqLine + "\nTo: x\n\nb", true},
		{reqLine + "\nTo: x\n\n", false}, // see minBehind
		{msg(reqLine, "To: x", " y"), true},
		{msg(reqLine, "To: x", " y", "\t", " z", "Via: a", "From:", " y"), true},
		{msg(reqLine, " y", "To: x"), false},
		{msg(reqLine, "To"), false},
		{msg(reqLine, ": x"), false},
		{msg("A b:c SIP/2.0", "To: x"), true},
		{msg("SIP/2.0 200 OK", "To: x"), true},
		{"A b:c SIP/2.0\nTo: x\r\n\r\n", false},
	} {
		if got := goesFast(&Parser{}, []byte(c.in)); got != c.want {
			t.Errorf("%q: %v", c.in, got)
		}
		m := new(Message)
		_ = parseSlow(&Parser{}, m, []byte(c.in))
		if m.Len() > 0 && &m.next[0] == &m.inlineNext[0] {
			t.Errorf("%q: the fast path was taken", c.in)
		}
	}
	for _, m := range shuffled(t, 100) {
		if !goesFast(&Parser{}, m.Bytes()) {
			t.Errorf("%q: not taken", m.Bytes())
		}
	}
}

// fastSections are messages for each edge of the fast path.
func fastSections() (all []string) {
	add := func(lines ...string) { all = append(all, msg(lines...)) }
	names := []string{"x", "Via", "t", "Content-Length", "P-Charging-Function-Addresses"}
	for n := 1; n <= fieldname.MaxLen+2; n++ {
		names = append(names, strings.Repeat("n", n), "P-Charging-Function-Addressesxx"[:n], "xxContent-Transfer-Encoding12345"[:n])
	}
	for _, start := range []string{
		"INVITE a: SIP/2.0", "INVITE ab: SIP/2.0", "A b: SIP/2.0", "A b:c SIP/2.0", "AB b:c SIP/2.0", "ABC b:c SIP/2.0", reqLine, "SIP/2.0 200 OK",
		"SIP/2.0 200", "SIP/2.0 999 OK", "OPTIONS <sip:a> SIP/2.0", "OPTIONS sip:a@b SIP/3.0", "\r\n\r\n" + reqLine, "\n" + reqLine,
	} {
		for _, name := range names {
			for _, rest := range []string{": v", ":", ": ", ":v", ":  v", ": v ", ":\tv", ": \xff", ": \x00v", ": v\x01", "\t : v", " :v", "", " ", " v", "\x00: v", ": vw", ": v\r"} {
				add(start, name+rest)
			}
			add(start, name+": v", name+": w", strings.ToUpper(name)+": x")
		}
		add(start)
	}
	for n := range 12 { // MaxHeaders, lines that are short and of the length of MaxField
		lines := []string{reqLine}
		for i := range n {
			lines = append(lines, fmt.Sprint("X", i, ": y"), "To: "+strings.Repeat("z", 16+n))
		}
		add(lines...)
	}
	for n := range 10 { // an odd line at every place, and chains over all others
		for at := range n {
			for _, odd := range []string{"P-Charging-Function-Addresses: x", "To:x", "To", "Via: x\r\n y"} {
				lines := []string{reqLine}
				for i := range n {
					lines = append(lines, []string{"Via: a", "To: b", "v: c", "X: d"}[i%4])
				}
				lines[1+at] = odd
				add(lines...)
			}
		}
	}
	for _, n := range []int{59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 126, 127, 128, 129, 130, 131, 132, 133, 134, 255, 256, 257, 299, 300, 301} {
		many := strings.Repeat("Via: a\r\n", n-1)
		for _, line := range []string{"To: x", "To", "To: x\r\n y", ": x", "To: x\r\n\t"} {
			add(reqLine, many+line)
			add(reqLine, line+"\r\n"+strings.TrimSuffix(many, "\r\n"))
		}
	}
	for _, n := range []int{DefaultMaxField - 8, DefaultMaxField - 7, DefaultMaxField - 6, DefaultMaxField - 5, 1<<16 - 1, 1 << 16} { // MaxField and nameLen
		add(reqLine, "To: "+strings.Repeat("x", n))
		add(reqLine, "i: 1", strings.Repeat("n", n)+": x")
	}
	all = append(all, reqLine+"\r\nTo: a\r\n w\nt: b\r\n\r\n", reqLine+"\r\nTo: a\r\n w\n\r\n")
	for _, end := range []string{"x\x00\x0e", "x\xff\x0c", "x!\x0e", "x\r", " \r", "!\r"} { // what is and is not CR LF behind a value
		all = append(all, reqLine+"\r\nTo: "+end+"\nFrom: y\r\n\r\n", reqLine+"\r\nTo: y"+end+"\n\r\n")
	}
	add(reqLine, "l: 1", "l: 2")
	add(reqLine, "To: a", "t: b", "Call-ID: c")
	for _, rest := range []string{": v", ":", ": ", " : v ", "", " ", ": \r", ": v\r", "\x00: v"} {
		for _, fold := range []string{"\r\n w", "\n w", "\r\n ", "\r\n\t\r\n", "\r\n \r\n\tw \t\r\n x ", "\r\n w\n x", "\r\n \r", "\r\n\t\r\r\n w", "\r\n : w", "\r\n     w", "\r\n      w"} { // the last two: 7 and 8 bytes of folding
			add(reqLine, "Via: a", "To"+rest+fold) // a load of 8 bytes must not reach beyond the message
			add(reqLine, "Via: a", "To"+rest+fold, "t: b")
			add(reqLine, "Via: a", strings.Repeat("n", 30)+rest+fold+fold)
			add(reqLine, "X: "+strings.Repeat("x", 20)+rest+fold, "From"+fold) // MaxField
			add(reqLine, "Via: a", "To"+rest+fold, "Fr om"+rest)               // an error before or behind
			add(reqLine, "Fr om"+rest, "Via: a", "To"+rest+fold)
			add(reqLine+fold, "Via: a", "To"+rest+fold)
		}
	}
	all = append(all, "", "\r\n", "x\n\n", reqLine, reqLine+"\r\n", reqLine+"\n\n", reqLine+"\r\nTo: x\r\n", reqLine+"\nTo: x\n\n",
		reqLine+"\r\nTo: x\n\r\n", reqLine+"\r\nTo: \n\r\n", reqLine+"\r\nTo:\n\n", reqLine+"\r\nTo: x\r\n\n", reqLine+"\r\nt: \r\r\n\r\nbody")
	return all
}

// TestIndexFastSections compares the two ways over what may be in a header
// section, alone and one behind the other in one Message.
func TestIndexFastSections(t *testing.T) {
	s := fastTester{tb: t}
	all := fastSections()
	for _, in := range all {
		s.try([]byte(in))
		fresh := fastTester{tb: t} // one that has not grown
		fresh.with(&fastParsers[len(fastParsers)-1], []byte(in))
	}
	t.Logf("%d sections with %d parsers", len(all), len(fastParsers))
}

// TestIndexFastMutations changes, doubles, drops and cuts pieces of ordinary
// messages.
func TestIndexFastMutations(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	s := fastTester{tb: t}
	seeds := shuffled(t, 64)
	rounds := 20000
	if testing.Short() {
		rounds = 2000
	}
	for range rounds {
		b := bytes.Clone(seeds[r.IntN(len(seeds))].Bytes())
		for range 1 + r.IntN(4) {
			b = mutate(r, b)
		}
		s.with(&fastParsers[r.IntN(len(fastParsers))], b)
	}
}

// mutate makes one change where the header section is most sensitive to it:
// at line ends, colons and the bytes beside them.
func mutate(r *rand.Rand, b []byte) []byte {
	if len(b) == 0 {
		return b
	}
	i := r.IntN(len(b))
	if at := bytes.IndexAny(b[i:], "\n:"); at >= 0 && r.IntN(4) > 0 {
		i = max(0, min(i+at+r.IntN(5)-2, len(b)-1))
	}
	switch r.IntN(5) {
	case 0:
		b[i] = "\r\n\t :,;\x00\x01\x7f\xc3aT"[r.IntN(13)]
	case 1:
		b = slices.Insert(b, i, "\r\n\t :,;\x00\x01\x7f\xc3aT"[r.IntN(13)])
	case 2:
		b = slices.Delete(b, i, min(i+1+r.IntN(3), len(b)))
	case 3: // a line again, somewhere else
		hi := i + bytes.IndexByte(b[i:], '\n') + 1
		lo := bytes.LastIndexByte(b[:i], '\n') + 1
		to := bytes.IndexByte(b, '\n') + 1
		if hi > lo {
			b = slices.Insert(b, to, bytes.Clone(b[lo:hi])...)
		}
	case 4:
		if r.IntN(8) == 0 {
			b = b[:i]
		}
	}
	return b
}

// TestIndexFastCorpus compares the two ways over every message of the corpus
// and of testdata, whole and cut short.
func TestIndexFastCorpus(t *testing.T) {
	s := fastTester{tb: t}
	all := testfiles.Messages(t)
	for _, b := range all {
		s.try(b)
		if end := scan.HeaderEnd(b, 0); end > 0 {
			s.try(b[:end:end])
			s.try(b[: end-1 : end-1])
		}
	}
	t.Logf("%d messages", len(all))
}

// TestIndexFastNames has every name of the table, and names one byte beside
// them, at every distance from the front of the message that a start line
// leaves.
func TestIndexFastNames(t *testing.T) {
	s := fastTester{tb: t}
	for id := header.ID(1); id < grammar.NumIDs; id++ {
		for _, name := range []string{id.String(), string(id.Compact()), id.String() + "x", "x" + id.String(), id.String()[1:], strings.ToUpper(id.String())} {
			for pad := range 20 {
				if name == "" || name == "\x00" {
					continue
				}
				b := []byte(msg("X "+strings.Repeat("s", pad)+":x SIP/2.0", name+": v", "To: x", name+": w"))
				s.with(&fastParsers[0], b)
				want := header.Lookup([]byte(name))
				_ = s.fast.Parse(b)
				if s.fast.fields[0].id != want || s.fast.Count(want) < 2 {
					t.Fatalf("%q: %v, %d times; want %v", b, s.fast.fields[0].id, s.fast.Count(want), want)
				}
			}
		}
	}
}

// FuzzIndexFast compares the two ways over any bytes.
func FuzzIndexFast(f *testing.F) {
	for i, in := range fastSections() {
		if i%29 == 0 && len(in) < 2000 {
			f.Add([]byte(in), uint8(i))
		}
	}
	for _, m := range shuffled(f, 20) {
		f.Add(m.Bytes(), uint8(0))
	}
	f.Fuzz(func(t *testing.T, b []byte, parser uint8) {
		s := fastTester{tb: t}
		p := &fastParsers[int(parser)%len(fastParsers)]
		s.with(p, b)
		s.with(p, b)
	})
}

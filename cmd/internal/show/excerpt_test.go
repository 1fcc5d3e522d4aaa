package show

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/lint"
)

func TestExcerpt(t *testing.T) {
	b := []byte("first\r\nsécond x\r\n\r\nlast")
	x := NewExcerpter(b)
	for offset := -3; offset <= len(b)+3; offset++ {
		e := x.At(offset)
		if again := NewExcerpter(b).At(offset); again != e {
			t.Errorf("offset %d: %+v after others, %+v alone", offset, e, again)
		}
		at := min(max(offset, 0), len(b))
		if want := 1 + strings.Count(string(b[:at]), "\n"); e.Line != want {
			t.Errorf("offset %d: line %d, not %d", offset, e.Line, want)
		}
		if e.Text != strings.Split(string(b), "\r\n")[e.Line-1] && utf8.Valid(b[:at]) {
			t.Errorf("offset %d: %q", offset, e.Text)
		}
		if r := []rune(e.Text); at < len(b) && b[at] > ' ' && b[at] < utf8.RuneSelf && r[e.Caret] != rune(b[at]) {
			t.Errorf("offset %d: caret under %q, not %q", offset, r[e.Caret], b[at])
		}
	}
}

// A line of any length gives an excerpt of bounded width with the right byte
// in it.
func TestExcerptLong(t *testing.T) {
	line := []byte("x\n" + strings.Repeat("a\x01b", 4000))
	x := NewExcerpter(line)
	for offset := 2; offset < len(line); offset += 97 {
		e := x.At(offset)
		if n := columns(e.Text); n > 2*excerptWidth || e.Caret >= n {
			t.Fatalf("offset %d: %d columns, caret at %d", offset, n, e.Caret)
		}
		if got := []rune(e.Text)[e.Caret]; got != []rune(Printable(line[offset : offset+1]))[0] {
			t.Fatalf("offset %d: caret under %q", offset, got)
		}
	}
}

// TestExcerptBack asks for an earlier byte after a later one.
func TestExcerptBack(t *testing.T) {
	x := NewExcerpter([]byte("a\nb\nc"))
	for _, c := range []struct{ offset, line int }{{4, 3}, {0, 1}, {2, 2}, {1, 1}, {5, 3}} {
		if e := x.At(c.offset); e.Line != c.line {
			t.Errorf("offset %d is in line %d", c.offset, e.Line)
		}
	}
}

// TestExcerptCut holds the excerpts of long lines of odd bytes against a plain
// one that looks at the whole line.
func TestExcerptCut(t *testing.T) {
	for _, unit := range []string{"a", "é", "◕", "\U0001f4de", "\x80", "\xf0\x9f", "\x01", "\r"} {
		b := []byte("x\n" + strings.Repeat(unit, 300) + "\r")
		for offset := 2; offset <= len(b); offset++ {
			if !utf8.RuneStart(b[min(offset, len(b)-1)]) && len(unit) > 2 {
				continue // inside a character each part of it is invalid
			}
			e := NewExcerpter(b).At(offset)
			line := bytes.TrimSuffix(b[2:], []byte("\r"))
			at := min(offset-2, len(line))
			before := []rune(Printable(line[:at]))
			if len(before) > excerptWidth {
				before = append([]rune("…"), before[len(before)-excerptWidth+1:]...)
			}
			if want := string(before) + cut(Printable(line[at:]), excerptWidth); e.Text != want || e.Caret != len(before) {
				t.Fatalf("%q, offset %d:\n have %q\n want %q", unit, offset, e.Text, want)
			}
		}
	}
}

// TestFindingsLinear prints many findings on one line, then twice as many:
// what is allocated for it must not grow faster. The same with each finding on
// a line of its own.
func TestFindingsLinear(t *testing.T) {
	for _, sep := range []string{", ", "\r\nContact: "} {
		cost := func(n int) uint64 {
			var m codec.Message
			_ = (&codec.Parser{MaxMessage: 1 << 24, MaxField: 1 << 24, MaxHeaders: 1 << 14}).Parse(&m,
				[]byte("OPTIONS sip:b SIP/2.0\r\nContact: "+strings.Repeat("<sip:a>;q=7"+sep, n)+"<sip:a>\r\n\r\n"))
			found := lint.Check(&m)
			if len(found) < n {
				t.Fatalf("%d findings", len(found))
			}
			p := New(io.Discard, false, 0)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			p.Findings("-", &m, found)
			runtime.ReadMemStats(&after)
			return after.TotalAlloc - before.TotalAlloc
		}
		if one, two := cost(1000), cost(2000); two > one*5/2 {
			t.Errorf("%q: 1000 findings allocate %d bytes, 2000 of them %d", sep, one, two)
		}
	}
}

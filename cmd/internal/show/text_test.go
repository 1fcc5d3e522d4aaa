package show

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestCut(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"äöü", 2, "ä…"}, {"abc", 1, "…"}, {"abc", 0, ""}, {"abc", -4, ""}, {"", 0, ""}} {
		if got := cut(c.in, c.n); got != c.want {
			t.Errorf("cut(%q, %d) = %q", c.in, c.n, got)
		}
	}
}

func TestExcerpt(t *testing.T) {
	b := []byte("first\r\nsécond x\r\n\r\nlast")
	for offset := -3; offset <= len(b)+3; offset++ {
		e := ExcerptAt(b, offset)
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
	for offset := 2; offset < len(line); offset += 97 {
		e := ExcerptAt(line, offset)
		if n := columns(e.Text); n > 2*excerptWidth || e.Caret >= n {
			t.Fatalf("offset %d: %d columns, caret at %d", offset, n, e.Caret)
		}
		if got := []rune(e.Text)[e.Caret]; got != []rune(Printable(line[offset : offset+1]))[0] {
			t.Fatalf("offset %d: caret under %q", offset, got)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add([]byte("\x1b[0m\xff\u202e\u009b"), 3)
	f.Fuzz(func(t *testing.T, b []byte, offset int) {
		for _, s := range []string{Printable(b), ExcerptAt(b, offset).Text} {
			for _, r := range s {
				if !unicode.IsPrint(r) {
					t.Fatalf("%q: %q is in %q", b, r, s)
				}
			}
			if !utf8.ValidString(s) {
				t.Fatalf("%q: %q", b, s)
			}
		}
	})
}

package show

import (
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

func FuzzPrintable(f *testing.F) {
	f.Add([]byte("\x1b[0m\xff\u202e\u009b"), 3)
	f.Fuzz(func(t *testing.T, b []byte, offset int) {
		for _, s := range []string{Printable(b), NewExcerpter(b).At(offset).Text} {
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

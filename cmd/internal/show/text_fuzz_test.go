package show

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

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

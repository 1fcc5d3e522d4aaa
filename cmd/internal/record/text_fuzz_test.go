package record

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

func FuzzText(f *testing.F) {
	f.Add([]byte("a\x00\xff\"\\é"))
	f.Fuzz(func(t *testing.T, in []byte) {
		b, err := Text(in).MarshalJSON()
		if in == nil {
			return
		}
		var back string
		if err != nil || json.Unmarshal(b, &back) != nil {
			t.Fatalf("%q: %s, %v", in, b, err)
		}
		if utf8.Valid(in) && back != string(in) {
			t.Fatalf("%q came back as %q", in, back)
		}
		for _, c := range b {
			if c < ' ' || c == 0x7f {
				t.Fatalf("%q: control byte in %q", in, b)
			}
		}
		if !utf8.Valid(b) {
			t.Fatalf("%q: %q is not UTF-8", in, b)
		}
	})
}

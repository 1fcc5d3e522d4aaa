package record

import (
	"encoding/json"
	"testing"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"":                   `""`,
		`a"b\c/<&>`:          `"a\"b\\c/<&>"`,
		"\x00\r\n\t\x1f\x7f": `"\u0000\r\n\t\u001f\u007f"`,
		"é◕\U0001f4de":       `"é◕` + "\U0001f4de" + `"`,
		"a\x82b\xff":         `"a\udc82b\udcff"`,
		"\xe2\x82x":          `"\udce2\udc82x"`,      // cut short
		"\xed\xa0\x80":       `"\udced\udca0\udc80"`, // a surrogate in UTF-8
		"\xc0\xaf":           `"\udcc0\udcaf"`,       // overlong
		"\ufffd":             "\"\ufffd\"",           // was there, stays
		"\u009b\u202e":       `"\u009b\u202e"`,       // would recolour, would turn the direction
		"\U000e0001":         `"\udb40\udc01"`,
	} {
		b, err := Text(in).MarshalJSON()
		if err != nil || string(b) != want {
			t.Errorf("%q: %s, %v; not %s", in, b, err, want)
		}
	}
	if b, _ := json.Marshal(struct{ T Text }{}); string(b) != `{"T":null}` {
		t.Errorf("nil: %s", b)
	}
}

package uri

import (
	"bytes"
	"fmt"
	"testing"
)

func TestEscape(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for part, in := range map[Part]string{
		PartUser: "sip:%s@h", PartPassword: "sip:u:%s@h", PartParam: "sip:h;%[1]s=%[1]s", PartHeader: "sip:h?%[1]s=%[1]s",
	} {
		text := AppendEscaped(nil, all, part)
		u, err := Parse(fmt.Appendf(nil, in, text))
		if err != nil {
			t.Errorf("part %d: %v: %s", part, err, text)
			continue
		}
		raw := u.User()
		switch part {
		case PartPassword:
			raw, _ = u.Password()
		case PartParam:
			for name, value := range u.Params() {
				if raw = name; !bytes.Equal(name, value) {
					t.Errorf("name %q, value %q", name, value)
				}
			}
		case PartHeader:
			for name, value := range u.Headers() {
				if raw = name; !bytes.Equal(name, value) {
					t.Errorf("name %q, value %q", name, value)
				}
			}
		}
		if got := AppendUnescaped(nil, raw); !bytes.Equal(got, all) {
			t.Errorf("part %d: came back as %q", part, got)
		}
	}
	for in, want := range map[string]string{
		"j@s0n": "j%40s0n", "a b%": "a%20b%25", "a\r\nb": "a%0D%0Ab", "a;b?c/d": "a;b?c/d", "\u00e9": "%C3%A9",
	} {
		if got := string(AppendEscaped(nil, in, PartUser)); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
	if got := string(AppendEscaped(nil, "aZ0", Part(9))); got != "%61%5A%30" {
		t.Errorf("unknown part: %s", got)
	}
	for in, want := range map[string]string{
		"%25%34%31": "%41", "%4": "%4", "%": "%", "%zz%41": "%zzA", "": "", "%00": "\x00", "a%2": "a%2",
	} {
		if got := string(AppendUnescaped(nil, []byte(in))); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

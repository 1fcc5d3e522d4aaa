package scan

import (
	"bytes"
	"testing"
)

func TestOdd(t *testing.T) {
	for _, c := range []struct {
		src  string
		want int
	}{
		{"", -1},
		{"\r", 0},
		{"\r\n", -1},
		{"\n\r", 1},
		{"\r\r\n", 0},
		{"\r\x00", 0},
		{"a\tb\n", -1},
		{"X-A: y\rP-Asserted-Identity: <sip:ceo@victim>\r\n", 6},
		{"12345678\r\n1234567\x7f", 17},
		{"1234567\r\n\x80\x9f\xff~", -1},
	} {
		if got := Odd([]byte(c.src)); got != c.want {
			t.Errorf("%q: %d, want %d", c.src, got, c.want)
		}
	}
	src := bytes.Repeat([]byte("abc\xff~: \r\n"), 8)
	for at := range src {
		old := src[at]
		for b := range 256 {
			src[at] = byte(b)
			for size := range len(src) + 1 {
				if got, want := Odd(src[:size]), slowOdd(src[:size]); got != want {
					t.Fatalf("%q: %d, want %d", src[:size], got, want)
				}
			}
		}
		src[at] = old
	}
}

// oddities are laid over a header section; some of them are none.
var oddities = []string{
	"\r", "\r\r", "\r\x00", "\r\r\n", "\r\n\r", "\x00", "\x01\n", "\x1d\r\n", "\x7f", "\x0b", "\x0c", "\x1f",
	"\t", "\r\n", "\n", "\x80", "\x8d\n", "\x8d", "\xff~", "\x19", "\x1a", "\x10", "\x0f", "\x1f\r",
}

// What is odd is seen at every place of a header section, and what comes
// behind the section is not: wherever both are in the blocks.
func TestClean(t *testing.T) {
	for name, end := range map[string]string{"CRLF": "\r\n", "LF": "\n"} {
		line := "Abc: d\xe2\x82\xacf" + end
		t.Run(name, func(t *testing.T) {
			eachTier(t, func(t *testing.T) {
				c := newChecker(200)
				for lines := range 16 {
					section := bytes.Repeat([]byte(line), lines)
					section = append(section, end...)
					for body := range 70 {
						for _, fill := range []byte{'v', '\r', 0, 0x7f, '\n', 0xff} {
							src := append(section[:len(section):len(section)], bytes.Repeat([]byte{fill}, body)...)
							c.check(t, src, 0, 200)
							if _, _, clean := Lines(src, 0, c.got[:200]); !clean {
								t.Fatalf("%q is not clean", src)
							}
						}
					}
				}
				src := append(bytes.Repeat([]byte(line), 30), end...)
				for _, odd := range oddities {
					for at := 0; at+len(odd) <= 150; at++ {
						kept := bytes.Clone(src)
						copy(kept[at:], odd)
						c.check(t, kept, 0, 200)
						c.check(t, kept, min(at+1, 150)/10*10, 200)
						c.check(t, kept[:160+at%20], 0, 200)
						c.check(t, kept, 0, 14)
					}
				}
			})
		})
	}
}

// The header line, at every place of the message.
func TestCleanInjection(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		var lines [32]Line
		for lead := range 200 {
			src := append([]byte("A sip:a@b SIP/2.0\r\nX: "), bytes.Repeat([]byte{'x'}, lead)...)
			src = append(src, "\r\nX-A: y\rP-Asserted-Identity: <sip:ceo@victim>\r\n\r\nbody"...)
			if n, body, clean := Lines(src, 0, lines[:]); n != 3 || body != len(src)-4 || clean {
				t.Fatalf("%q: %d lines, body %d, clean %v", src, n, body, clean)
			}
		}
	})
}

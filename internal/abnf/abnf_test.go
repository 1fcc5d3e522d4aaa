package abnf

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
)

const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	digits  = "0123456789"
	mark    = "-_.!~*'()"
)

// TestClasses spells every class as RFC 3261, 25.1 does and asks about every
// byte.
func TestClasses(t *testing.T) {
	unreserved := letters + digits + mark
	for _, tt := range []struct {
		name string
		c    Class
		set  string
	}{
		{"token", Token, letters + digits + "-.!%*_+`'~"},
		{"word", Word, letters + digits + "-.!%*_+`'~()<>:\\\"/[]?{}"},
		{"digit", Digit, digits},
		{"alpha", Alpha, letters},
		{"hex", Hex, digits + "abcdefABCDEF"},
		{"user", User, unreserved + "&=+$,;?/"},
		{"password", Password, unreserved + "&=+$,"},
		{"uri parameter", URIParam, unreserved + "[]/:&+$"},
		{"uri header", URIHeader, unreserved + "[]/?:+$"},
		{"host", Host, letters + digits + "-."},
		{"wsp", WSP, " \t"},
		{"reserved", Reserved, unreserved + ";/?:@&=+$,"},
		{"scheme", Scheme, letters + digits + "+-."},
		{"ipv6", IPv6, digits + "abcdefABCDEF:."},
		{"visual", Visual, "-.()"},
	} {
		for c := range 256 {
			if got, want := Is(byte(c), tt.c), strings.IndexByte(tt.set, byte(c)) >= 0; got != want {
				t.Errorf("%s: %q is %t, want %t", tt.name, rune(c), got, want)
			}
		}
		if !All([]byte(tt.set), tt.c) || All(nil, tt.c) || All([]byte(tt.set+"\x00"), tt.c) {
			t.Errorf("%s: All is wrong", tt.name)
		}
	}
	for c := range 256 {
		if got, want := Is(byte(c), Control), c < ' ' && c != '\t' || c == 0x7f; got != want {
			t.Errorf("control: %q is %t", rune(c), got)
		}
	}
}

// TestFold compares every pair of bytes: only letters fold.
func TestFold(t *testing.T) {
	for a := range 256 {
		for b := range 256 {
			x, y := string([]byte{byte(a)}), string([]byte{byte(b)})
			want := a == b || a < 0x80 && b < 0x80 && strings.EqualFold(x, y)
			if got := EqualFold(x, []byte(y)); got != want {
				t.Fatalf("%q and %q: %t", x, y, got)
			}
		}
	}
	if EqualFold("a", "ab") || !EqualFold("", []byte{}) {
		t.Error("lengths are not compared")
	}
	if Hash(HashSeed, []byte("a")) == Hash(HashSeed, []byte("A")) {
		t.Error("Hash folds")
	}
}

func TestSkipLWS(t *testing.T) {
	for in, want := range map[string]int{
		"": 0, "x": 0, " x": 1, " \t x": 3, "\r\n x": 3, "\n\tx": 2, " \r\n \r\n\t x": 8,
		"\r\n": 0, "\r\nx": 0, "\rx": 0, "\r x": 0, "\n": 0, "\nx": 0, " \r\n": 1, "\r\n\r\n x": 0,
	} {
		if got := SkipLWS([]byte(in), 0); got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
	}
	for in, want := range map[string]string{"": "", " a ": "a", "\r\n a b\r\n": "a b", "  ": "", "a\r\n ": "a"} {
		if lo, hi := TrimLWS([]byte(in), 0, len(in)); in[lo:hi] != want {
			t.Errorf("%q trims to %q", in, in[lo:hi])
		}
	}
}

func TestConsumeQuoted(t *testing.T) {
	for _, tt := range []struct {
		in   string
		n    int
		code sipwire.Code
	}{
		{`""`, 2, 0}, {`"a"b`, 3, 0}, {`"a\"b"`, 6, 0}, {`"\\"`, 4, 0}, {"\"\\\x00\"", 4, 0}, {`"a,<>;"`, 7, 0},
		{"\"a\r\n b\"", 7, 0}, {"\"a\n\tb\"", 6, 0}, {"\"\xff\xc3\"", 4, 0}, {"\"\t\"", 3, 0},
		{``, 0, sipwire.ErrQuote}, {`a`, 0, sipwire.ErrQuote}, {`"`, 0, sipwire.ErrQuote}, {`"a`, 0, sipwire.ErrQuote}, {`"a\`, 0, sipwire.ErrQuote}, {`"a\"`, 0, sipwire.ErrQuote},
		{"\"a\x00\"", 2, sipwire.ErrControl}, {"\"a\r\nb\"", 2, sipwire.ErrControl}, {"\"a\rb\"", 2, sipwire.ErrControl}, {"\"\x7f\"", 1, sipwire.ErrControl},
		{"\"\\\r\n \"", 2, sipwire.ErrControl}, {"\"\\\n \"", 2, sipwire.ErrControl},
	} {
		if n, code := ConsumeQuoted([]byte(tt.in), 0); n != tt.n || code != tt.code {
			t.Errorf("%q: %d %v, want %d %v", tt.in, n, code, tt.n, tt.code)
		}
		// A comment is read alike, but for its brackets, which nest.
		in := strings.ReplaceAll(tt.in, `"`, ")")
		if !strings.HasPrefix(in, ")") || strings.Contains(tt.in, `\"`) {
			continue
		}
		want := tt.code
		if want == sipwire.ErrQuote {
			want = sipwire.ErrComment
		}
		if n, code := ConsumeComment([]byte("("+in[1:]), 0); n != tt.n || code != want {
			t.Errorf("comment of %q: %d %v, want %d %v", tt.in, n, code, tt.n, want)
		}
	}
	for in, want := range map[string]int{"()": 2, "(a(b)c)d": 7, "((()))": 6, `(\))`: 4, `(\()`: 4} {
		if n, code := ConsumeComment([]byte(in), 0); n != want || code != 0 {
			t.Errorf("%q: %d %v", in, n, code)
		}
	}
	for _, in := range []string{"", "x", "(", "((a)", `(\)`} {
		if n, code := ConsumeComment([]byte(in), 0); n != 0 || code != sipwire.ErrComment {
			t.Errorf("%q: %d %v", in, n, code)
		}
	}
}

func TestConsumeEscapes(t *testing.T) {
	for _, tt := range []struct {
		in   string
		n    int
		code sipwire.Code
	}{
		{"", 0, 0}, {"abc", 3, 0}, {"a%41b@", 5, 0}, {"%00%fF", 6, 0}, {"a@", 1, 0},
		{"%", 0, sipwire.ErrEscape}, {"a%4", 1, sipwire.ErrEscape}, {"%4g", 0, sipwire.ErrEscape}, {"%g4", 0, sipwire.ErrEscape}, {"%%41", 0, sipwire.ErrEscape},
	} {
		if n, code := ConsumeEscapes([]byte(tt.in), 0, User); n != tt.n || code != tt.code {
			t.Errorf("%q: %d %v, want %d %v", tt.in, n, code, tt.n, tt.code)
		}
	}
	for c := range 256 {
		if v, err := strconv.ParseUint(string([]byte{byte(c)}), 16, 8); err == nil && Unhex(byte(c)) != byte(v) {
			t.Errorf("Unhex(%q) = %d", rune(c), Unhex(byte(c)))
		}
	}
}

// TestConsumeUint holds the numbers against package strconv, at the edges of
// every maximum.
func TestConsumeUint(t *testing.T) {
	for _, most := range []uint64{0, 1, 5, 9, 10, 69, 255, 1<<31 - 1, math.MaxUint32, math.MaxUint64} {
		inputs := []string{"", "x", "-1", "+1", "0", "00", "9", "10", "000000000000000000000000000001", "18446744073709551616", "184467440737095516150", strings.Repeat("9", 60)}
		for _, d := range []uint64{most, most - 1, most + 1, most / 10, most/10 + 1} {
			inputs = append(inputs, strconv.FormatUint(d, 10), "0"+strconv.FormatUint(d, 10)+"x", strconv.FormatUint(d, 10)+"0")
		}
		for _, in := range inputs {
			v, n, code := ConsumeUint([]byte(in), 0, most)
			end := len(in) - len(strings.TrimLeft(in, digits))
			want, err := strconv.ParseUint(in[:end], 10, 64)
			switch {
			case end == 0:
				if code != sipwire.ErrNumber || n != 0 || v != 0 {
					t.Errorf("%q: %d %d %v", in, v, n, code)
				}
			case err != nil || want > most:
				if code != sipwire.ErrRange || n != end || v != most {
					t.Errorf("%q, at most %d: %d %d %v", in, most, v, n, code)
				}
			case code != 0 || n != end || v != want:
				t.Errorf("%q, at most %d: %d %d %v", in, most, v, n, code)
			}
		}
	}
	for _, v := range []uint64{0, 1, 9, 10, 99, 1e9, math.MaxUint64} {
		if got := string(AppendUint([]byte("x"), v)); got != "x"+strconv.FormatUint(v, 10) {
			t.Errorf("%d is written %q", v, got)
		}
	}
}

func TestAppend(t *testing.T) {
	for in, want := range map[string]string{
		`""`: "", `"a"`: "a", `"a\"b\\c"`: `a"b\c`, "\"a\r\n b\"": "a b", `abc`: "abc", `"`: `"`, `"a`: `"a`, "\"\\\x00\"": "\x00",
		`a\"b\\c`: `a"b\c`, "a\r\n\tb": "a b", `"\"`: "", `a\`: "a", "\r": " ", `\"\"`: `""`,
	} {
		if got := string(AppendUnquoted([]byte("x"), []byte(in))); got != "x"+want {
			t.Errorf("%q unquotes to %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"": "", "a b": "a b", "a\r\n b": "a b", "a  \r\n\t\r\n  b": "a b", "\r\n a": " a", "a\rb": "a\rb", "a\r\n": "a\r\n",
	} {
		if got := string(AppendUnfolded([]byte(" "), []byte(in))); got != " "+want {
			t.Errorf("%q unfolds to %q, want %q", in, got, " "+want)
		}
	}
}

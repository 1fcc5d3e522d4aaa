package codec

import (
	"errors"
	"fmt"
	"testing"

	"github.com/sipwire/sipwire"
)

// TestHardened asks what each level says of messages that others may read
// differently, and where.
func TestHardened(t *testing.T) {
	const body = "Content-Length: 2\r\n\r\nhi"
	head := reqLine + "\r\nX-A: b\r\n"
	for _, c := range []struct {
		name, in         string
		strict, hardened sipwire.Code
		offset           int
	}{
		{"plain", head + body, 0, 0, 0},
		{"quoted UTF-8", reqLine + "\r\nFrom: \"J\xc3\xbcrgen\" <sip:a>\r\n" + body, 0, 0, 0},
		{"fold", reqLine + "\r\nX-A: b\r\n c\r\n" + body, 0, sipwire.ErrFolded, len(reqLine) + 2},
		{"blank fold", reqLine + "\r\nX-A: b\r\n \r\n" + body, 0, sipwire.ErrFolded, len(reqLine) + 2},
		{"space", reqLine + "\r\nX-A : b\r\n" + body, 0, sipwire.ErrColonSpace, len(reqLine) + 5},
		{"tab", reqLine + "\r\nX-A\t: b\r\n" + body, 0, sipwire.ErrColonSpace, len(reqLine) + 5},
		{"Latin-1", reqLine + "\r\nX-A: J\xfcrgen\r\n" + body, 0, sipwire.ErrUTF8, len(reqLine) + 8},
		{"half a character", reqLine + "\r\nX-A: \xc3\r\n" + body, 0, sipwire.ErrUTF8, len(reqLine) + 7},
		{"no length", head + "\r\nhi", 0, sipwire.ErrContentLengthNone, len(head) + 2},
		{"no length, no body", head + "\r\n", 0, 0, 0},
		{"trailing", head + body + "!", 0, sipwire.ErrTrailing, len(head) + len(body)},
		{"LF", reqLine + "\nX-A: b\r\n" + body, sipwire.ErrBareLF, sipwire.ErrBareLF, len(reqLine)},
		{"twice", head + "Call-ID: a\r\ni: b\r\n" + body, sipwire.ErrHeaderTwice, sipwire.ErrHeaderTwice, len(head) + 12},
		{"control", head + "X: \x01\r\n" + body, sipwire.ErrControl, sipwire.ErrControl, len(head) + 3},
	} {
		m := new(Message)
		if err := m.Parse([]byte(c.in)); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		for level, want := range map[Strictness]sipwire.Code{Strict: c.strict, Hardened: c.hardened} {
			p := Parser{Strictness: level}
			err := p.Parse(m, []byte(c.in))
			if want == 0 && err != nil || want != 0 && (!errors.Is(err, want) || m.Fault().Offset != c.offset) {
				t.Errorf("%s, level %d: %v, want %v at %d", c.name, level, m.Fault(), want.Text(), c.offset)
			}
			if n := testing.AllocsPerRun(10, func() { _ = p.Parse(m, []byte(c.in)) }); n > 1 { // the copy of the string
				t.Errorf("%s, level %d: %v allocations", c.name, level, n)
			}
		}
	}
}

// TestHardenedStream asks for the same of a stream.
func TestHardenedStream(t *testing.T) {
	for in, want := range map[string]sipwire.Code{
		"X-A: b\r\n":       0,
		"X-A: b\r\n c\r\n": sipwire.ErrFolded,
		"X-A : b\r\n":      sipwire.ErrColonSpace,
		"X-A: \xff\r\n":    sipwire.ErrUTF8,
	} {
		b := []byte(fmt.Sprintf("%s\r\n%sContent-Length: 2\r\n\r\nhi", reqLine, in))
		for _, piece := range []int{1, 7, len(b)} {
			s := Stream{Parser: Parser{Strictness: Hardened}}
			m := new(Message)
			var event StreamEvent
			var err error
			for rest := b; len(rest) > 0; {
				k := min(piece, len(rest))
				_, _ = s.Write(rest[:k])
				rest = rest[k:]
				event, err = s.Next(m)
			}
			if event != GotMessage || s.Lost() != nil || want == 0 && err != nil || want != 0 && !errors.Is(err, want) {
				t.Errorf("%q in pieces of %d: %v, %v, want %v", in, piece, event, err, want.Text())
			}
		}
	}
}

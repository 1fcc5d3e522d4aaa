package codec

import (
	"bytes"
	"strings"
	"testing"
)

// TestStreamSearchedOnce feeds long messages byte by byte and holds that nothing
// is searched twice. The bytes that have been searched are line ends while Next
// runs, so that a second look at one of them ends the line or the header
// section. With that, the work of a piece does not depend on how much is there
// already, whatever the limits are. TestCost does not see this: a search is one
// step for its counters, however long it is.
//
// Some bytes may be looked at again: the first two, which may be a line end, the
// last three, with which an empty line may begin, and all of them when the start
// line, the header section or the message comes to its end, each once.
func TestStreamSearchedOnce(t *testing.T) {
	long := strings.Repeat("x", 20000)
	const end = "l: 3\r\n\r\n"
	for name, in := range map[string]string{
		"start line":   "OPTIONS sip:" + long + " SIP/2.0\r\n" + end + "abc",
		"header field": "OPTIONS sip:a SIP/2.0\r\nX: " + long + "\r\n" + end + "abc",
		"many lines":   "OPTIONS sip:a SIP/2.0\r\n" + strings.Repeat("X: y\r\n", 3000) + end + "abc",
		"body":         "OPTIONS sip:a SIP/2.0\r\nl: 20000\r\n\r\n" + long,
	} {
		s, m := new(Stream), Acquire()
		s.MaxHead = 1 << 20
		s.Parser = Parser{MaxStartLine: 1 << 20, MaxField: 1 << 20, MaxHeaders: 4000}
		ends := map[int]bool{strings.Index(in, "\n") + 1: true, strings.Index(in, "\r\n\r\n") + 4: true, len(in): true}
		poison := bytes.Repeat([]byte("\n"), len(in))
		searched := 2 // poison from the third byte to here
		for n := 1; n <= len(in); n++ {
			if _, err := s.Write([]byte(in[n-1 : n])); err != nil {
				t.Fatal(err)
			}
			b := s.bytes()
			if !ends[n] {
				copy(b[min(2, n):], poison[:searched-2])
			}
			if e, err := s.Next(m); err != nil || e == NeedMore && n == len(in) || e != NeedMore && n < len(in) {
				t.Fatalf("%s: event %d, %v after %d bytes: some were looked at again", name, e, err, n)
			}
			if n == len(in) {
				break
			}
			copy(b, in[:n])
			switch {
			case s.total > 0:
				searched = n // nothing is searched for in a body
			case n > 1 && s.searched != n:
				t.Fatalf("%s: %d of %d bytes are searched", name, s.searched, n)
			default:
				searched = max(2, n-3)
			}
		}
		if string(m.Bytes()) != in {
			t.Errorf("%s: not the message that came", name)
		}
		s.Close()
	}
}

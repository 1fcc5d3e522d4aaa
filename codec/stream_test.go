package codec

import (
	"fmt"
	mrand "math/rand/v2"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// A step is one outcome of Next, in words.
func step(s *Stream, m *Message, e StreamEvent, err error) string {
	text := fmt.Sprintf("event %d", e)
	if e == GotMessage {
		text += fmt.Sprintf(" %q body %q of %d", m.StartLine(), m.Body(), m.Len())
	}
	if code, ok := err.(sipwire.Code); ok {
		f := s.Fault()
		if f.Code != code || s.Lost() == nil && f != m.Fault() {
			return fmt.Sprintf("error %v with the fault %v", err, f)
		}
		text += fmt.Sprintf(" error %s %v %d, lost %t at %d",
			f.Code.Name(), f.Header, f.Offset, s.Lost() != nil, s.Offset())
	}
	return text
}

// streamLimits are the settings of a Stream.
type streamLimits struct {
	Parser           Parser
	MaxHead, MaxBody int
}

// feed gives the pieces to a fresh stream one by one and returns all that
// comes out of it, the end included.
func feed(cfg streamLimits, pieces ...[]byte) (steps []string) {
	s := &Stream{Parser: cfg.Parser, MaxHead: cfg.MaxHead, MaxBody: cfg.MaxBody}
	defer s.Close()
	m := Acquire()
	defer Release(m)
	for _, p := range pieces {
		if _, err := s.Write(p); err != nil {
			break
		}
		for {
			e, err := s.Next(m)
			if e == NeedMore && err == nil {
				break
			}
			steps = append(steps, step(s, m, e, err))
			if s.Lost() != nil {
				return steps
			}
		}
	}
	if err := s.End(); err != nil {
		steps = append(steps, step(s, m, NeedMore, err))
	}
	return steps
}

// bytewise cuts b into single bytes.
func bytewise(b []byte) (pieces [][]byte) {
	for i := range b {
		pieces = append(pieces, b[i:i+1])
	}
	return pieces
}

// cuts cuts b at random places.
func cuts(r *mrand.Rand, b []byte) (pieces [][]byte) {
	most := 1 + r.IntN(1+len(b)/(1+r.IntN(20)))
	for len(b) > 0 {
		n := min(len(b), 1+r.IntN(most))
		pieces = append(pieces, b[:n])
		b = b[n:]
	}
	return pieces
}

func sameSteps(t *testing.T, name string, got, want []string) {
	t.Helper()
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Fatalf("%s:\ngot\n%s\nwant\n%s", name, g, w)
	}
}

const (
	one = "OPTIONS sip:a@b SIP/2.0\r\nCall-ID: 1\r\nContent-Length: 2\r\n\r\nhi"
	two = "BYE sip:a@b SIP/2.0\r\nCall-ID: 2\r\nl: 0\r\n\r\n"
)

func msgStep(line, body string, fields int) string {
	return fmt.Sprintf("event %d %q body %q of %d", GotMessage, line, body, fields)
}

func TestStream(t *testing.T) {
	gotOne := msgStep("OPTIONS sip:a@b SIP/2.0", "hi", 2)
	gotTwo := msgStep("BYE sip:a@b SIP/2.0", "", 2)
	lineEnd, ping := fmt.Sprintf("event %d", LineEnd), fmt.Sprintf("event %d", Ping)
	lost := func(code sipwire.Code, id header.ID, offset, base int) string {
		return fmt.Sprintf("event %d error %s %v %d, lost true at %d", NeedMore, code.Name(), id, offset, base)
	}
	kept := func(line, body string, fields int, code sipwire.Code, id header.ID, offset, base int) string {
		return msgStep(line, body, fields) +
			fmt.Sprintf(" error %s %v %d, lost false at %d", code.Name(), id, offset, base)
	}
	head := "OPTIONS sip:a@b SIP/2.0\r\n"
	lengthAt := len(head) + len("Content-Length: ")
	small := streamLimits{MaxHead: 100, MaxBody: 10}
	for _, tt := range []struct {
		name string
		cfg  streamLimits
		in   string
		want []string
	}{
		{"nothing", streamLimits{}, "", nil},
		{"one", streamLimits{}, one, []string{gotOne}},
		{"two", streamLimits{}, one + two, []string{gotOne, gotTwo}},
		{"ping between", streamLimits{}, one + "\r\n\r\n" + two, []string{gotOne, lineEnd, ping, gotTwo}},
		{"pong", streamLimits{}, "\r\n" + one, []string{lineEnd, gotOne}},
		{"two pings", streamLimits{}, "\r\n\r\n\r\n\r\n", []string{lineEnd, ping, lineEnd, ping}},
		{"three line ends", streamLimits{}, "\r\n\r\n\r\n" + two, []string{lineEnd, ping, lineEnd, gotTwo}},
		{"line ends apart", streamLimits{}, "\r\n" + two + "\r\n", []string{lineEnd, gotTwo, lineEnd}},
		{"ends in head", streamLimits{}, one + "BYE sip:", []string{gotOne, lost(sipwire.ErrIncomplete, 0, 8, len(one))}},
		{"ends in body", streamLimits{}, one[:len(one)-1], []string{lost(sipwire.ErrIncomplete, 0, len(one)-1, 0)}},
		{"ends in CRLF", streamLimits{}, "\r", []string{lost(sipwire.ErrIncomplete, 0, 1, 0)}},
		{"lone CR", streamLimits{}, "\rx\r\n\r\n", []string{lost(sipwire.ErrBareCR, 0, 0, 0)}},
		{"garbage", streamLimits{}, "\x16\x03\x01\n", []string{lost(sipwire.ErrStartLine, 0, 0, 0)}},
		{"garbage behind", streamLimits{}, one + "hello world\r\n", []string{gotOne, lost(sipwire.ErrStartLine, 0, 11, len(one))}},
		{"no length", streamLimits{}, head + "\r\n", []string{lost(sipwire.ErrContentLengthNone, header.IDContentLength, len(head)+2, 0)}},
		{"bad header, known end", streamLimits{}, head + "Call ID: x\r\nl: 1\r\n\r\nx" + two,
			[]string{kept("OPTIONS sip:a@b SIP/2.0", "x", 2, sipwire.ErrHeaderName, 0, len(head)+5, 46), gotTwo}},
		{"version, known end", streamLimits{}, "A sip:a SIP/4.0\r\nl: 0\r\n\r\n" + two,
			[]string{kept("A sip:a SIP/4.0", "", 1, sipwire.ErrVersion, 0, 8, 25), gotTwo}},
		{"URI, known end", streamLimits{}, "A <sip:a> SIP/2.0\r\nl: 0\r\n\r\n" + two,
			[]string{kept("A <sip:a> SIP/2.0", "", 1, sipwire.ErrRequestURI, 0, 2, 27), gotTwo}},
		{"head too long", small, head + "X: " + strings.Repeat("x", 100), []string{lost(sipwire.ErrHeadersTooLong, 0, 100, 0)}},
		{"whole head too long", small, head + "X: " + strings.Repeat("x", 100) + "\r\nl: 0\r\n\r\n", []string{lost(sipwire.ErrHeadersTooLong, 0, 100, 0)}},
		{"start line too long", small, "A sip:" + strings.Repeat("x", 100) + " SIP/2.0\r\nl: 0\r\n\r\n", []string{lost(sipwire.ErrStartLineTooLong, 0, 100, 0)}},
		{"body too long", small, head + "Content-Length: 11\r\n\r\n", []string{lost(sipwire.ErrBodyTooLong, header.IDContentLength, lengthAt, 0)}},
		{"four gigabytes announced", streamLimits{}, head + "Content-Length: 4294967295\r\n\r\n", []string{lost(sipwire.ErrContentLength, header.IDContentLength, lengthAt+10, 0)}},
		{"two gigabytes announced", streamLimits{}, head + "Content-Length: 2147483647\r\n\r\n", []string{lost(sipwire.ErrBodyTooLong, header.IDContentLength, lengthAt, 0)}},
	} {
		want := tt.want
		sameSteps(t, tt.name, feed(tt.cfg, []byte(tt.in)), want)
		sameSteps(t, tt.name+", bytewise", feed(tt.cfg, bytewise([]byte(tt.in))...), want)
	}
}

// TestSmuggling tries what makes two elements disagree about where a message
// ends (RFC 9112, 11.2, for HTTP): none may be framed at all.
func TestSmuggling(t *testing.T) {
	for _, lengths := range []string{
		"Content-Length: 5\r\nContent-Length: 0", "Content-Length: 5\r\nl: 6", "l: 0\r\ncontent-length: 7",
		"Content-Length: +5", "Content-Length: -5", "Content-Length: 0x5", "Content-Length: 5, 5",
		"Content-Length: 5 5", "Content-Length: 1\r\n 0", "Content-Length: 5;", "Content-Length:",
		"Content-Length: 99999999999999999999", "Content-Length: 5\x00", "Content-Length: \"5\"",
		"Content-Length: 5\r\n\t5", "Content-Length: \x0b5", "Content-Length\x00: 5", "Content-Length\u00a0: 5",
	} {
		in := []byte("OPTIONS sip:a@b SIP/2.0\r\n" + lengths + "\r\n\r\nhello")
		steps := feed(streamLimits{}, in)
		if len(steps) != 1 || !strings.Contains(steps[0], "lost true") {
			t.Errorf("%q: %q", lengths, steps)
		}
		sameSteps(t, lengths, feed(streamLimits{}, bytewise(in)...), steps)
	}
	for _, lengths := range []string{
		"Content-Length: 5\r\nl: 5", "Content-Length :\t5 ", "Content-Length:\r\n 5", "Content-Length: 05", "l:5\r\n ",
	} {
		steps := feed(streamLimits{}, []byte("OPTIONS sip:a@b SIP/2.0\r\n"+lengths+"\r\n\r\nhello"))
		if len(steps) != 1 || !strings.Contains(steps[0], `body "hello"`) || strings.Contains(steps[0], "error") {
			t.Errorf("%q: %q", lengths, steps)
		}
	}
}

func FuzzStream(f *testing.F) {
	f.Add([]byte(one+"\r\n\r\n"+two), uint64(1), false)
	f.Add([]byte("\r\n"+two+"\r\n\r\n"+one[:40]), uint64(2), true)
	f.Add([]byte("A <sip:a> SIP/2.0\r\nl: 0\r\n\r\nB sip:b SIP/2.0\nl:1\n\nx"), uint64(3), false)
	f.Fuzz(func(t *testing.T, b []byte, seed uint64, strict bool) {
		cfg := streamLimits{Parser: Parser{Strictness: strictness(strict), MaxMessage: 400, MaxField: 60, MaxHeaders: 9, MaxStartLine: 70}, MaxHead: 200, MaxBody: 150}
		want := feed(cfg, b)
		sameSteps(t, "bytewise", feed(cfg, bytewise(b)...), want)
		r := mrand.New(mrand.NewPCG(seed, 0))
		for range 5 {
			sameSteps(t, "cut", feed(cfg, cuts(r, b)...), want)
		}
	})
}

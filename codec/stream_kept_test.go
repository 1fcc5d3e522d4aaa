package codec

import (
	"fmt"
	"slices"
	"testing"

	"github.com/sipwire/sipwire/internal/cpufeat"
)

// TestStreamKept cuts messages in two pieces and in more. What is known of those before
// when the next one comes must not depend on what the Message was used for between
// them, and must not be taken for more than it is.
func TestStreamKept(t *testing.T) {
	other := []byte(msg("SIP/2.0 200 OK", "Subject: of another message", " that is folded", "A: b"))
	busy := new(Stream)
	defer busy.Close()
	between := map[string]func(m *Message) *Message{
		"nothing":         func(m *Message) *Message { return m },
		"reset":           func(m *Message) *Message { m.Reset(); return m },
		"another Message": func(*Message) *Message { return new(Message) },
		"a parse":         func(m *Message) *Message { _ = m.Parse(other); return m },
		"another stream": func(m *Message) *Message {
			_, _ = busy.Write(other[:len(other)-2])
			_, _ = busy.Next(m)
			busy.Close()
			return m
		},
	}
	messages := []string{
		msg(reqLine, "Via: a", "X-Name-Of-Many-Letters: b", "l: 4") + "body",
		msg(reqLine, "To: a", " folded", "\t", "X: y", " z", "l: 4") + "body",
		msg(reqLine, "To: a\x01b", "X: y", "l: 3") + "abc",
		msg(reqLine, "Call ID: a", "X: y", "l: 3") + "abc",
		msg("A sip:a SIP/4.0", "X: y", "l: 3") + "abc",
		msg(reqLine, "X: y", "To: a\x00b", "l: 1") + "x",
		msg("SIP/2.0 200 O\x02K", "X: y", "l: 0"),
		msg("SIP/2.0 200 OK", "X: y", "l: 2") + "\x01\r",
	}
	for _, tier := range cpufeat.Tiers() {
		defer cpufeat.Force(tier)()
		for _, in := range messages {
			want := streamed(t, "whole", in, len(in), 1, between["nothing"])
			for name, use := range between {
				for cut := 1; cut < len(in); cut++ {
					for share := 1; share <= 2; share++ {
						if got := streamed(t, name, in, cut, share, use); got != want {
							t.Fatalf("%v, %q in front of the last %d bytes of %q, 1/%d at a time:\ngot  %s\nwant %s",
								tier, name, len(in)-cut, in, share, got, want)
						}
					}
				}
			}
		}
	}
}

// streamed gives a stream the first bytes of in, up to cut, and then the rest, one share
// of what is left at a time, and returns all that can be read of the message.
func streamed(t *testing.T, name, in string, cut, share int, between func(*Message) *Message) string {
	t.Helper()
	s, m := new(Stream), new(Message)
	defer s.Close()
	_, _ = s.Write([]byte(in[:cut]))
	e, err := s.Next(m)
	for e == NeedMore && err == nil && cut < len(in) {
		if m.Len() != 0 || len(m.Bytes()) != 0 {
			t.Fatalf("%s: %q shows something in front of byte %d", name, in, cut)
		}
		m = between(m)
		n := (len(in) - cut + share - 1) / share
		_, _ = s.Write([]byte(in[cut : cut+n]))
		cut += n
		e, err = s.Next(m)
	}
	if s.Lost() != nil { // of a message that is lost, less may be read when it is noticed early
		return fmt.Sprint(e, err, s.Fault())
	}
	out := fmt.Sprint(e, err, s.Fault(), string(m.StartLine()), string(m.Body()), slices.Collect(m.Controls()))
	for i, f := range m.Fields() {
		out += fmt.Sprintf(" %d %v %q %q %v %d", i, f.ID, f.Name, f.Value, f.Folded, m.Next(i))
	}
	return out
}

// TestStreamKeepsNoMessage: a stream that waits with nothing pending keeps no Message
// from the garbage collector.
func TestStreamKeepsNoMessage(t *testing.T) {
	s, m := new(Stream), new(Message)
	defer s.Close()
	in := msg(reqLine, "X: y", "l: 0")
	for _, piece := range []string{in[:len(in)-2], in[len(in)-2:]} {
		_, _ = s.Write([]byte(piece))
		for event, _ := s.Next(m); event != NeedMore; {
			event, _ = s.Next(m)
		}
	}
	if s.found.in != nil {
		t.Error("it keeps one")
	}
}

package codec

import (
	"errors"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// TestStaleEdit asks that an Edit whose message has changed writes nothing.
func TestStaleEdit(t *testing.T) {
	first, second := []byte(msg(reqLine, "X-A: b", "X-B: c")), []byte(msg(reqLine, "X-A: longer than that"))
	for name, spoil := range map[string]func(m *Message){
		"parsed":         func(m *Message) { _ = m.Parse(second) },
		"parsed again":   func(m *Message) { _ = m.Parse(first) },
		"parsed in vain": func(m *Message) { _ = m.Parse([]byte("x")) },
		"reset":          func(m *Message) { m.Reset() },
		"released":       Release,
	} {
		for when, change := range map[string]func(e *Edit) error{
			"nothing": func(*Edit) error { return nil },
			"an edit": func(e *Edit) error { return e.Set(header.IDSubject, []byte("x")) },
		} {
			m := Acquire()
			if err := m.Parse(first); err != nil {
				t.Fatal(err)
			}
			var e Edit
			if err := e.Begin(m); err != nil {
				t.Fatal(err)
			}
			if err := change(&e); err != nil {
				t.Fatal(err)
			}
			spoil(m)
			if err := e.RemoveAt(1); !errors.Is(err, sipwire.ErrStale) {
				t.Errorf("%s after %s: RemoveAt: %v", name, when, err)
			}
			if out, err := e.AppendTo(nil); !errors.Is(err, sipwire.ErrStale) || out != nil || e.Size() != 0 {
				t.Errorf("%s after %s: AppendTo: %q, %v, size %d", name, when, out, err, e.Size())
			}
			if out, err := e.AppendSegments(nil); !errors.Is(err, sipwire.ErrStale) || out != nil {
				t.Errorf("%s after %s: AppendSegments: %q, %v", name, when, out, err)
			}
		}
	}
}

// TestStaleStream asks the same when the stream has taken the bytes back.
func TestStaleStream(t *testing.T) {
	in := []byte(msg(reqLine, "X-A: b", "Content-Length: 0"))
	for name, use := range map[string]func(s *Stream){
		"Write": func(s *Stream) { _, _ = s.Write(in) },
		"Close": func(s *Stream) { s.Close() },
	} {
		var s Stream
		_, _ = s.Write(in)
		m := new(Message)
		if event, err := s.Next(m); event != GotMessage || err != nil {
			t.Fatal(event, err)
		}
		var e Edit
		if err := e.Begin(m); err != nil {
			t.Fatal(err)
		}
		if out, err := e.AppendTo(nil); err != nil || string(out) != string(in) {
			t.Errorf("before %s: %q, %v", name, out, err)
		}
		use(&s)
		if out, err := e.AppendTo(nil); !errors.Is(err, sipwire.ErrStale) || out != nil {
			t.Errorf("after %s: %q, %v", name, out, err)
		}
	}
}

// TestReleaseTwice asks that a message cannot get into two hands.
func TestReleaseTwice(t *testing.T) {
	m := new(Message)
	Release(m)
	defer func() {
		if recover() == nil {
			t.Error("the second Release did not panic")
		}
	}()
	Release(m)
}

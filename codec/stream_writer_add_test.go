package codec

import (
	"bytes"
	"errors"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// TestStreamWriterTrailing asks that what is around a datagram's message does
// not become part of a stream, whether or not the message is changed.
func TestStreamWriterTrailing(t *testing.T) {
	message := reqLine + "\r\nX-A: b\r\nContent-Length: 2\r\n\r\nhi"
	m := new(Message)
	if err := m.Parse([]byte("\r\n\r\n" + message + "INVITE sip:smuggled SIP/2.0\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	for name, add := range map[string]func(w *StreamWriter) error{
		"message": func(w *StreamWriter) error { return w.AddMessage(m) },
		"edit without changes": func(w *StreamWriter) error {
			var e Edit
			_ = e.Begin(m)
			return w.AddEdit(&e)
		},
		"edit": func(w *StreamWriter) error {
			var e Edit
			_ = e.Begin(m)
			_ = e.SetAt(0, []byte("b"))
			return w.AddEdit(&e)
		},
	} {
		var out bytes.Buffer
		w := StreamWriter{W: &out}
		if err := add(&w); err != nil || w.Size() != len(message) {
			t.Fatalf("%s: %v, size %d", name, err, w.Size())
		}
		if _, err := w.Flush(); err != nil || out.String() != message {
			t.Errorf("%s: %q, %v", name, out.String(), err)
		}
	}
}

// TestStreamWriterLength asks that no message without an end gets on a stream.
func TestStreamWriterLength(t *testing.T) {
	var w StreamWriter
	m := new(Message)
	if err := w.AddMessage(m); !errors.Is(err, sipwire.ErrNotParsed) {
		t.Errorf("no message: %v", err)
	}
	if err := m.Parse([]byte(reqLine + "\r\nX-A: b\r\n\r\nhi")); err != nil {
		t.Fatal(err)
	}
	if err := w.AddMessage(m); !errors.Is(err, sipwire.ErrContentLengthNone) {
		t.Errorf("no Content-Length: %v", err)
	}
	var e Edit
	_ = e.Begin(m)
	if err := w.AddEdit(&e); !errors.Is(err, sipwire.ErrContentLengthNone) {
		t.Errorf("no Content-Length in an edit: %v", err)
	}
	if err := e.SetContentLength(); err != nil {
		t.Fatal(err)
	}
	if err := w.AddEdit(&e); err != nil || w.Size() == 0 {
		t.Errorf("with a Content-Length: %v", err)
	}
	_ = e.Set(header.IDContentLength, nil) // an error, which stays
	if err := w.AddEdit(&e); !errors.Is(err, sipwire.ErrState) {
		t.Errorf("after an error: %v", err)
	}
}

package codec

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// bodyOf is a BodyWriter that says it is n bytes long.
type bodyOf struct {
	n           int
	text        string
	lenErr, err error
	elsewhere   bool
}

func (b *bodyOf) Len() (int, error) { return b.n, b.lenErr }

func (b *bodyOf) AppendTo(dst []byte) ([]byte, error) {
	if b.elsewhere {
		return []byte(b.text), nil
	}
	return append(dst, b.text...), b.err
}

func TestSetBodyFrom(t *testing.T) {
	m, e := new(Message), new(Edit)
	const msg = "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nContent-Type: a/b\r\nContent-Length: 3\r\n\r\nold trailing"
	if err := m.Parse([]byte(msg)); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("0123456789", 200)
	for _, c := range []struct {
		name string
		b    *bodyOf
		typ  string
		want error
	}{
		{"same type", &bodyOf{n: 2, text: "v="}, "", nil},
		{"other type", &bodyOf{n: 2, text: "v="}, "application/sdp", nil},
		{"long", &bodyOf{n: len(long), text: long}, "", nil},
		{"empty", &bodyOf{}, "", nil},
		{"no length", &bodyOf{lenErr: sipwire.ErrConflict}, "", sipwire.ErrConflict},
		{"foreign error", &bodyOf{lenErr: errors.New("x")}, "", sipwire.ErrState},
		{"fails", &bodyOf{n: 2, text: "v=", err: sipwire.ErrBoundary}, "", sipwire.ErrBoundary},
		{"too short", &bodyOf{n: 3, text: "v="}, "", sipwire.ErrState},
		{"too long", &bodyOf{n: 1, text: "v="}, "", sipwire.ErrState},
		{"another buffer", &bodyOf{n: 2, text: "v=", elsewhere: true}, "", sipwire.ErrState},
	} {
		var typ []byte
		if c.typ != "" {
			typ = []byte(c.typ)
		}
		for range 2 { // nothing is left of the one before
			if err := e.Begin(m); err != nil {
				t.Fatal(err)
			}
			_ = e.SetBodyFrom(typ, c.b)
			size := e.Size()
			out, err := e.AppendTo([]byte("x"))
			segments, serr := e.AppendSegments(nil)
			var sent bytes.Buffer
			w := StreamWriter{W: &sent}
			werr := w.AddEdit(e)
			if _, err := w.Flush(); err != nil || werr != c.want || sent.String() != string(out[1:]) && c.want == nil || c.want != nil && sent.Len() != 0 {
				t.Errorf("%s: StreamWriter: %v, %v, %q", c.name, werr, err, sent.String())
			}
			if err != c.want || serr != c.want || c.want != nil && (e.Fault().Code != c.want || len(out) != 1 || len(segments) != 0) {
				t.Errorf("%s: %v, %v; want %v, %d bytes", c.name, err, serr, c.want, len(out))
			}
			if c.want != nil {
				continue
			}
			_ = e.Begin(m)
			_ = e.SetBody(typ, []byte(c.b.text))
			want, _ := e.AppendTo(nil)
			if string(out) != "x"+string(want) || string(slices.Concat(segments...)) != string(want) || size != len(want) {
				t.Errorf("%s:\n%q\nwant\n%q, size %d", c.name, out, want, size)
			}
		}
	}
	_ = e.Begin(m)
	_ = e.SetBodyFrom(nil, &bodyOf{n: 1, text: "a"})
	if err := e.SetBody(nil, []byte("b")); err != sipwire.ErrConflict || e.Fault().Header != header.IDContentType {
		t.Errorf("two bodies: %v, %+v", err, e.Fault())
	}
}

// TestSetBodyFromAllocs asks that a buffer on the stack stays there.
func TestSetBodyFromAllocs(t *testing.T) {
	m, e := new(Message), new(Edit)
	if err := m.Parse([]byte(editMsg)); err != nil {
		t.Fatal(err)
	}
	b := &bodyOf{n: 2, text: "v="}
	if n := testing.AllocsPerRun(100, func() {
		var buf [4096]byte
		_ = e.Begin(m)
		_ = e.SetBodyFrom(nil, b)
		out, err := e.AppendTo(buf[:0])
		if err != nil || len(out) == 0 {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

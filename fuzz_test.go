package sipwire_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/reference"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// seeds adds every message of testdata to a fuzz target.
func seeds(f *testing.F, add func([]byte)) {
	f.Helper()
	for _, b := range testfiles.Own(f) {
		add(b)
	}
}

// FuzzParse holds the index against the reference parser: the same verdict
// and the same spans, with any policy.
func FuzzParse(f *testing.F) {
	seeds(f, func(b []byte) {
		f.Add(b, false, false)
		f.Add(b, true, false)
		f.Add(b, false, true)
	})
	m := codec.Acquire()
	f.Fuzz(func(t *testing.T, b []byte, strict, stream bool) {
		p := codec.Parser{Stream: stream, MaxField: 600, MaxHeaders: 70, MaxStartLine: 300}
		if strict {
			p.Strictness = codec.Strict
		}
		before := bytes.Clone(b)
		err := p.Parse(m, b)
		if !bytes.Equal(b, before) {
			t.Fatal("the input was changed")
		}
		ref := reference.Parse(b, reference.Options{
			Strict: strict, Stream: stream, MaxField: 600, MaxHeaders: 70, MaxStartLine: 300,
		})
		if diff := compare(m, err, b, ref); diff != "" {
			t.Fatalf("%s\nindex: %v\nreference: %+v\ninput: %q", diff, err, ref, b)
		}
	})
}

// compareVerdict returns what differs between the verdicts.
func compareVerdict(fault codec.Fault, ref reference.Result) string {
	got := ""
	if fault.Code != 0 {
		got = fault.Code.Name()
	}
	switch {
	case ref.Control == "" && got != ref.Problem,
		ref.Control != "" && got != ref.Control && got != ref.Problem:
		return "verdict " + got + ", want " + ref.Problem + " or " + ref.Control
	case got == ref.Control && got != "" && fault.Offset != ref.ControlAt:
		return "control byte found elsewhere"
	case ref.Control != "" && got != ref.Control && fault.Offset > ref.ControlAt:
		return "control byte passed over"
	}
	return ""
}

// compare returns what differs between the index and the reference.
func compare(m *codec.Message, err error, b []byte, ref reference.Result) string {
	if code, ok := err.(sipwire.Code); ok {
		if e := m.ParseFault(); e.Code != code || e.Offset < 0 || e.Offset > len(b) {
			return "error offset outside the input"
		}
	}
	if diff := compareVerdict(m.ParseFault(), ref); diff != "" {
		return diff
	}
	if m.IsRequest() != (ref.Read && !ref.Response) || m.IsResponse() != (ref.Read && ref.Response) {
		return "kind"
	}
	same := func(got []byte, want reference.Span) bool {
		return string(got) == string(b[want.Lo:want.Hi]) && inside(b, got, want.Lo)
	}
	switch {
	case !same(m.MethodBytes(), ref.Method):
		return "method"
	case !same(m.RequestURIBytes(), ref.URI):
		return "Request-URI"
	case ref.Read && !same(m.Version(), ref.Version):
		return "version"
	case m.Status() != ref.Status && ref.Read:
		return "status"
	case ref.Read && !same(m.Reason(), ref.Reason):
		return "reason"
	case m.Len() != len(ref.Fields):
		return "number of fields"
	case !same(m.Body(), ref.Body):
		return "body"
	}
	for i, f := range m.Fields() {
		want := ref.Fields[i]
		if f.ID != want.ID || f.Folded != want.Folded || !same(f.Name, want.Name) || !same(f.Value, want.Value) {
			return "field " + string(f.Name)
		}
		if lo, hi := m.ExtentAt(i); lo != f.ValueOffset || hi != lo+len(f.Value) {
			return "extent of field " + string(f.Name)
		}
	}
	return ""
}

// inside reports whether view starts at offset lo of b and has no capacity
// beyond its length; an empty view may be anywhere.
func inside(b, view []byte, lo int) bool {
	if len(view) == 0 {
		return true
	}
	return cap(view) == len(view) && &view[0] == &b[lo]
}

// FuzzAccess calls every accessor of the index on any input: no panic, and
// nothing outside the slice, which ends where its memory does.
func FuzzAccess(f *testing.F) {
	seeds(f, func(b []byte) { f.Add(b) })
	m := codec.Acquire()
	f.Fuzz(func(t *testing.T, in []byte) {
		b := bytes.Clone(in)
		b = b[:len(b):len(b)]
		_ = m.Parse(b)
		if !bytes.Equal(b, in) {
			t.Fatal("the input was changed")
		}
		checkAccess(t, m, b)
		c := m.Clone()
		clear(b)
		checkAccess(t, c, c.Bytes())
		if !bytes.Equal(c.Bytes(), in) {
			t.Fatal("the clone changed with the original")
		}
		if got, want := c.Err() != nil, m.Err() != nil; got != want {
			t.Fatalf("clone has error %v, original %v", got, want)
		}
	})
}

func checkAccess(t *testing.T, m *codec.Message, b []byte) {
	view := func(name string, v []byte) {
		if len(v) == 0 {
			return
		}
		if cap(v) != len(v) {
			t.Fatalf("%s has capacity beyond its end", name)
		}
		for i := range b {
			if &b[i] == &v[0] {
				if i+len(v) > len(b) {
					t.Fatalf("%s leaves the slice", name)
				}
				return
			}
		}
		t.Fatalf("%s is outside the slice", name)
	}
	view("StartLine", m.StartLine())
	view("MethodBytes", m.MethodBytes())
	view("RequestURIBytes", m.RequestURIBytes())
	view("Version", m.Version())
	view("Reason", m.Reason())
	view("Body", m.Body())
	view("Trailing", m.Trailing())
	if n, ok := m.ContentLength(); ok && m.Err() == nil && n != len(m.Body()) {
		t.Fatalf("Content-Length %d, body of %d", n, len(m.Body()))
	}
	_ = m.Method().String()
	_ = m.Status()
	if i := m.Duplicate(); i >= 0 && !m.At(i).ID.IsSingle() {
		t.Fatal("duplicate of a header that may be repeated")
	}
	lines := 0
	for id := header.ID(0); id < grammar.NumIDs; id++ {
		n := 0
		last := -1
		for f := range m.All(id) {
			if f.ID != id || f.Offset <= last {
				t.Fatalf("%v: field %v at %d after %d", id, f.ID, f.Offset, last)
			}
			last = f.Offset
			n++
		}
		if n != m.Count(id) || (n > 0) != m.Has(id) {
			t.Fatalf("%v: %d fields, Count %d", id, n, m.Count(id))
		}
		lines += n
		values := 0
		for v := range m.Values(id) {
			view("value", v)
			values++
		}
		if values != m.CountValues(id) {
			t.Fatalf("%v: %d values, CountValues %d", id, values, m.CountValues(id))
		}
	}
	if lines != m.Len() {
		t.Fatalf("chains hold %d fields, message %d", lines, m.Len())
	}
	for i, f := range m.Fields() {
		view("name", f.Name)
		view("field value", f.Value)
		if len(f.Name) == 0 {
			continue
		}
		j := m.IndexByName(string(f.Name))
		if j < 0 || j > i || m.At(j).ID != f.ID {
			t.Fatalf("Lookup(%q) = %d, field %d", f.Name, j, i)
		}
		if v := m.Value(f.ID); v == nil {
			t.Fatalf("no value for %q", f.Name)
		}
	}
}

// FuzzSplit splits any value as any header and joins it again: nothing may be
// lost, added or reordered.
func FuzzSplit(f *testing.F) {
	seeds(f, func(b []byte) {
		m := codec.Acquire()
		defer codec.Release(m)
		if m.Parse(b) == nil {
			for _, field := range m.Fields() {
				f.Add(uint8(field.ID), field.Value)
			}
		}
	})
	f.Fuzz(func(t *testing.T, id uint8, field []byte) {
		var parts [][]byte
		for v := range header.ID(id).Values(field) {
			if lo, hi := abnf.TrimLWS(v, 0, len(v)); lo != 0 || hi != len(v) {
				t.Fatalf("value %q is not trimmed", v)
			}
			parts = append(parts, v)
		}
		joined := bytes.Join(parts, []byte(","))
		if got, want := squeeze(joined), squeeze(field); got != want {
			t.Fatalf("%v: %q joins to %q", header.ID(id), field, joined)
		}
		n := 0
		for range header.ID(id).Values(joined) {
			n++
		}
		if n != len(parts) {
			t.Fatalf("%q splits into %d values, then into %d", field, len(parts), n)
		}
	})
}

// squeeze leaves out the bytes that splitting may take away.
func squeeze(b []byte) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
			return -1
		}
		return r
	}, string(bytes.ToValidUTF8(b, []byte("?"))))
}

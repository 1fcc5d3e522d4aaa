package codec

import (
	"iter"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// The accessors of the index. Slices point into the bytes given to Parse and
// are valid until the message is parsed into again, reset or released, or
// the caller changes those bytes. Their capacity ends where they do, so that
// appending to one copies.

// view returns buf[lo:hi].
func (m *Message) view(lo, hi uint32) []byte { return m.buf[lo:hi:hi] }

// Bytes returns all that was given to Parse.
func (m *Message) Bytes() []byte {
	m.alive()
	return m.buf[:len(m.buf):len(m.buf)]
}

// IsRequest reports whether the message is a request.
func (m *Message) IsRequest() bool {
	m.alive()
	return m.parsed && m.status == 0
}

// IsAnswerable reports whether the message is a request that may be answered:
// any but an ACK (RFC 3261, 17), also one whose request line is malformed, which
// is no request for [Message.IsRequest] but gets a 400 (21.4.1), if it has the
// header fields that a response takes over.
func (m *Message) IsAnswerable() bool {
	m.alive()
	return (m.parsed && m.status == 0 || m.malformed) && m.method != header.MethodACK
}

// IsResponse reports whether the message is a response.
func (m *Message) IsResponse() bool {
	m.alive()
	return m.status != 0
}

// StartLine returns the first line without its line end (RFC 3261, 7.1, 7.2).
func (m *Message) StartLine() []byte { return m.view(m.startLine.start, m.lineEnd) }

// Method returns the method of a request, MethodOther for one outside the
// table and for a response.
func (m *Message) Method() header.Method {
	m.alive()
	return m.method
}

// MethodBytes returns the method of a request as received; methods are
// compared with case (RFC 3261, 7.1). It is empty for a response.
func (m *Message) MethodBytes() []byte {
	if m.methodEnd == 0 {
		return nil
	}
	return m.view(m.startLine.start, m.methodEnd)
}

// RequestURIBytes returns the Request-URI as received, nothing for a response.
func (m *Message) RequestURIBytes() []byte {
	if m.uriHi == 0 {
		return nil
	}
	return m.view(m.uriLo, m.uriHi)
}

// Version returns the SIP-Version as received.
func (m *Message) Version() []byte { return m.view(m.versionLo, m.versionHi) }

// Status returns the status code of a response, 0 for a request.
func (m *Message) Status() int { return int(m.status) }

// Reason returns the reason phrase of a response; it may be empty.
func (m *Message) Reason() []byte {
	if m.status == 0 {
		return nil
	}
	return m.view(m.reason, m.lineEnd)
}

// A Field is one header field of a message.
type Field struct {
	ID    header.ID // IDOther for a name outside the table
	Name  []byte    // as received, long or compact; empty for a line that is no header field
	Value []byte    // without the whitespace around it; folds inside are kept

	Offset      int  // of the name, in the bytes given to Parse
	ValueOffset int  // of the value
	Folded      bool // a continuation line follows (RFC 3261, 7.3.1)
}

// IsCompact reports whether the name is in its compact form (RFC 3261,
// 7.3.3).
func (f Field) IsCompact() bool { return len(f.Name) == 1 && f.ID != header.IDOther }

// AppendValue appends the value with every fold replaced by one space
// (RFC 3261, 7.3.1).
func (f Field) AppendValue(dst []byte) []byte {
	if !f.Folded {
		return append(dst, f.Value...)
	}
	return abnf.AppendUnfolded(dst, f.Value)
}

// Len returns the number of header fields, that is, of header lines without
// continuation lines.
func (m *Message) Len() int {
	m.alive()
	return len(m.fields)
}

// At returns the i-th header field, 0 <= i < Len.
func (m *Message) At(i int) Field {
	f := &m.fields[i]
	return Field{
		ID:          f.id,
		Name:        m.view(f.name, f.name+uint32(f.nameLen)),
		Value:       m.view(f.value, f.end),
		Offset:      int(f.name),
		ValueOffset: int(f.value),
		Folded:      f.flags&fieldFolded != 0,
	}
}

// ValueAt returns the value of the i-th header field, 0 <= i < Len. It is the
// Value of At.
func (m *Message) ValueAt(i int) []byte {
	f := &m.fields[i]
	return m.view(f.value, f.end)
}

// ExtentAt returns where in [Message.Bytes] the value of the i-th header field,
// 0 <= i < Len, is: ValueAt is Bytes()[lo:hi].
func (m *Message) ExtentAt(i int) (lo, hi int) {
	f := &m.fields[i]
	return int(f.value), int(f.end)
}

// FoldedAt reports whether the i-th header field, 0 <= i < Len, has a
// continuation line. It is the Folded of At.
func (m *Message) FoldedAt(i int) bool { return m.fields[i].flags&fieldFolded != 0 }

// Fields returns the header fields in their order, with their index.
func (m *Message) Fields() iter.Seq2[int, Field] {
	return func(yield func(int, Field) bool) { m.eachField(yield) }
}

func (m *Message) eachField(yield func(int, Field) bool) {
	for i := range m.fields {
		if !yield(i, m.At(i)) {
			return
		}
	}
}

// Index returns the index of the first header field with the given ID, -1
// for none. It does not search.
func (m *Message) Index(id header.ID) int {
	m.alive()
	return int(m.first[id]) - 1
}

// Next returns the index of the header field after the i-th that has the
// same ID, -1 for none. With Index it walks a repeated header.
func (m *Message) Next(i int) int { return int(m.next[i]) - 1 }

// Has reports whether a header field with the given ID is there.
func (m *Message) Has(id header.ID) bool { return m.Index(id) >= 0 }

// Value returns the value of the first header field with the given ID, nil
// when there is none. A header that is there but empty gives an empty,
// non-nil slice.
func (m *Message) Value(id header.ID) []byte {
	i := m.Index(id)
	if i < 0 {
		return nil
	}
	return m.view(m.fields[i].value, m.fields[i].end)
}

// IndexByName returns the index of the first header field with the given name,
// -1 for none. Case does not matter (RFC 3261, 7.3.1), and for a header of the
// table the long and the compact name are the same (7.3.3). Only a name outside
// the table is searched for.
func (m *Message) IndexByName(name string) int {
	if id := header.Lookup(abnf.Bytes(name)); id != header.IDOther {
		return m.Index(id)
	}
	return m.named(m.Index(header.IDOther), name)
}

// named returns i or the index of the first field behind it, in the chain of
// those outside the table, that has the name, -1 for none.
func (m *Message) named(i int, name string) int {
	for ; i >= 0; i = m.Next(i) {
		f := &m.fields[i]
		if f.nameLen > 0 && abnf.EqualFold(m.view(f.name, f.name+uint32(f.nameLen)), name) {
			return i
		}
	}
	return -1
}

// ValueByName returns the value of the first header field with the given name,
// nil when there is none. Names are compared as by [Message.IndexByName].
func (m *Message) ValueByName(name string) []byte {
	i := m.IndexByName(name)
	if i < 0 {
		return nil
	}
	return m.ValueAt(i)
}

// FieldsByName ranges over the header fields with the given name in their
// order. Names are compared as by [Message.IndexByName].
func (m *Message) FieldsByName(name string) iter.Seq[Field] {
	return func(yield func(Field) bool) { m.eachNamed(name, yield) }
}

func (m *Message) eachNamed(name string, yield func(Field) bool) {
	id := header.Lookup(abnf.Bytes(name))
	if id != header.IDOther {
		m.eachOf(id, yield)
		return
	}
	for i := m.named(m.Index(id), name); i >= 0; i = m.named(m.Next(i), name) {
		if !yield(m.At(i)) {
			return
		}
	}
}

// Count returns the number of header fields with the given ID. It counts
// lines; [Message.CountValues] counts what is on them.
func (m *Message) Count(id header.ID) int {
	n := 0
	for i := m.Index(id); i >= 0; i = m.Next(i) {
		n++
	}
	return n
}

// All returns the header fields with the given ID in their order.
func (m *Message) All(id header.ID) iter.Seq[Field] {
	return func(yield func(Field) bool) { m.eachOf(id, yield) }
}

func (m *Message) eachOf(id header.ID, yield func(Field) bool) {
	for i := m.Index(id); i >= 0; i = m.Next(i) {
		if !yield(m.At(i)) {
			return
		}
	}
}

// Values returns the values of every header field with the given ID, in
// order: the fields of a header that may be a list are split at its commas
// (see [header.ID.Values]), every other field is one value.
func (m *Message) Values(id header.ID) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) { m.eachValue(id, yield) }
}

func (m *Message) eachValue(id header.ID, yield func([]byte) bool) {
	for i := m.Index(id); i >= 0; i = m.Next(i) {
		for v := range id.Values(m.view(m.fields[i].value, m.fields[i].end)) {
			if !yield(v) {
				return
			}
		}
	}
}

// CountValues returns the number of values that Values yields.
func (m *Message) CountValues(id header.ID) int {
	n := 0
	for range m.Values(id) {
		n++
	}
	return n
}

// Duplicate returns the index of the first header field that repeats one
// that may be given only once, -1 when there is none. The accessors take the
// first; a strict [Parser] refuses the message. Every header field is looked at.
func (m *Message) Duplicate() int {
	for i := range m.fields {
		// The rare condition comes first.
		if id := m.fields[i].id; m.first[id] != uint16(i+1) && id.IsSingle() {
			return i
		}
	}
	return -1
}

// ContentLength returns the declared Content-Length in bytes; ok is false
// when there is none, or no valid one.
func (m *Message) ContentLength() (n int, ok bool) {
	if !m.parsed || m.length < 0 {
		return 0, false
	}
	return m.length, true
}

// Body returns the body, as Content-Length cuts it.
func (m *Message) Body() []byte {
	m.alive()
	return m.buf[m.body:m.end:m.end]
}

// Trailing returns the bytes behind the body: those of a datagram that
// Content-Length leaves over, which are to be discarded (RFC 3261, 18.3).
func (m *Message) Trailing() []byte { return m.buf[m.end:] }

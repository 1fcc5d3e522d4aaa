package compact

import (
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/internal/abnf"
)

// rules say how a message is written. The zero rules keep every byte of it.
type rules struct {
	form   Form
	lists  Lists
	trim   bool // whitespace around names and values is left out
	unfold bool // folds inside values become a space
	tight  bool // nothing but a comma stands between the values of a list
}

// A writer writes one message by its rules, or counts what it would write:
// one code does both, so that they can not disagree.
type writer struct {
	rules
	dst   []byte
	count bool // nothing is written
	n     int  // bytes counted
}

// size returns the length of m written by r.
func size(m *codec.Message, r rules) int {
	w := writer{rules: r, count: true}
	w.message(m)
	return w.n
}

func (w *writer) bytes(b []byte) {
	if w.count {
		w.n += len(b)
		return
	}
	w.dst = append(w.dst, b...)
}

func (w *writer) text(s string) {
	if w.count {
		w.n += len(s)
		return
	}
	w.dst = append(w.dst, s...)
}

// message writes m, which has parsed: every byte from its start line to the
// end of its body belongs to the start line, to one field, to the empty line
// or to the body.
func (w *writer) message(m *codec.Message) {
	b := m.Bytes()
	end := len(b) - len(m.Trailing())
	head := emptyLine(b, end-len(m.Body()))
	// taken[id] is 1 + the index of the last field whose values stand in a
	// field before it.
	var taken [256]uint16
	var f codec.Field
	next := head
	if m.Len() > 0 {
		f = m.At(0)
		next = f.Offset
	}
	w.bytes(b[lineEnds(b):next])
	for i := range m.Len() {
		var after codec.Field
		next = head
		if i+1 < m.Len() {
			after = m.At(i + 1)
			next = after.Offset
		}
		if i >= int(taken[f.ID]) {
			taken[f.ID] = uint16(w.field(m, i, &f, b[:next]))
		}
		f = after
	}
	w.bytes(b[head:end])
}

// lineEnds returns the number of bytes before the start line, which are line
// ends (RFC 3261, 7.5); the start line begins with another byte.
func lineEnds(b []byte) int {
	i := 0
	for i < len(b) && (b[i] == '\r' || b[i] == '\n') {
		i++
	}
	return i
}

// emptyLine returns the offset of the empty line that ends at body.
func emptyLine(b []byte, body int) int {
	if body >= 2 && b[body-2] == '\r' {
		return body - 2
	}
	return body - 1
}

// field writes field i of m, which is f and ends where b does, together with
// the fields behind it whose values it takes in. It returns 1 + the index of
// the last of those, 0 for none.
func (w *writer) field(m *codec.Message, i int, f *codec.Field, b []byte) (taken int) {
	lineEnd := b[len(b)-1:]
	if b[len(b)-2] == '\r' {
		lineEnd = b[len(b)-2:]
	}
	w.name(f)
	if w.trim {
		w.text(":")
	} else {
		w.bytes(b[f.Offset+len(f.Name) : f.ValueOffset])
	}
	switch {
	case w.lists == Join && f.ID.IsSplit() && sound(f):
		taken = w.join(m, i, f)
	case w.lists == Split && f.ID.IsSplit() && sound(f):
		w.split(f, lineEnd)
	default:
		w.value(f.Value)
	}
	end := f.ValueOffset + len(f.Value)
	// A CR that ends the value must not become part of a line end.
	if w.trim && b[end-1] != '\r' {
		w.bytes(lineEnd)
	} else {
		w.bytes(b[end:])
	}
	return taken
}

// name writes the name of f.
func (w *writer) name(f *codec.Field) {
	switch {
	case w.form == Long && f.IsCompact():
		w.text(f.ID.String())
	case w.form == Compact && f.ID.Compact() != 0 && !f.IsCompact():
		letter := [1]byte{f.ID.Compact()}
		w.bytes(letter[:])
	default:
		w.bytes(f.Name)
	}
}

// value writes a value, or a whole field of them, behind its colon.
func (w *writer) value(v []byte) {
	if !w.unfold {
		w.bytes(v)
		return
	}
	start := 0
	for i := 0; i < len(v); i++ {
		if v[i] != '\r' && v[i] != '\n' {
			continue
		}
		fold := abnf.SkipLWS(v, i)
		if fold == i {
			continue // a CR of its own
		}
		end := i
		for end > start && abnf.Is(v[end-1], abnf.WSP) {
			end--
		}
		// Behind a backslash the fold stays: it would take the space that
		// the fold becomes, or the one before, into a quoted pair.
		if end > start && v[end-1] != '\\' {
			w.bytes(v[start:end])
			w.text(" ")
			start = fold
		}
		i = fold - 1
	}
	w.bytes(v[start:])
}

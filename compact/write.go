package compact

import (
	"bytes"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/internal/abnf"
)

// rules say how a message is written. The zero rules keep every byte of it.
type rules struct {
	form   Form
	lists  Lists
	trim   bool // whitespace around names and values is left out
	unfold bool // folds inside values become a space
	tight  bool // nothing but a comma is between the values of a list
}

// A writer writes one message by its rules, or counts what it would write:
// one code does both, so that they cannot disagree. What follows each other
// in the message and in the result is copied in one run.
type writer struct {
	rules
	src, dst []byte
	lo, hi   int // src[lo:hi] comes next and is still to be copied
	count    bool
	n        int // bytes counted; nothing is written then
}

// size returns the length of m written by r.
func size(m *codec.Message, r rules) int {
	w := writer{rules: r, count: true}
	w.message(m)
	return w.n
}

// copy writes src[lo:hi].
func (w *writer) copy(lo, hi int) {
	if w.count {
		w.n += hi - lo
		return
	}
	if lo != w.hi {
		w.flush()
		w.lo = lo
	}
	w.hi = hi
}

// flush ends a run.
func (w *writer) flush() {
	w.dst = append(w.dst, w.src[w.lo:w.hi]...)
	w.lo = w.hi
}

// text writes what is not in the message, or not there.
func (w *writer) text(s string) {
	if w.count {
		w.n += len(s)
		return
	}
	w.flush()
	w.dst = append(w.dst, s...)
}

// message writes m, which has parsed: every byte from its start line to the
// end of its body belongs to the start line, to one field, to the empty line
// or to the body.
func (w *writer) message(m *codec.Message) {
	w.src = m.Bytes()
	at := m.Layout()
	// taken[id] is 1 + the index of the last field whose values are in a
	// field before it.
	var taken [256]uint16
	next := at.HeadEnd
	if m.Len() > 0 {
		next = m.At(0).Offset
	}
	w.copy(at.Start, next)
	for i := range m.Len() {
		f := m.At(i)
		next = m.FieldEnd(i)
		if i >= int(taken[f.ID]) {
			taken[f.ID] = uint16(w.field(m, i, &f, next))
		}
	}
	w.copy(at.HeadEnd, at.End)
	if !w.count {
		w.flush()
	}
}

// field writes field i of m, which is f and ends at end, together with the
// fields behind it whose values it takes in. It returns 1 + the index of the
// last of those, 0 for none.
func (w *writer) field(m *codec.Message, i int, f *codec.Field, end int) (taken int) {
	lineEnd := end - 1
	if w.src[lineEnd-1] == '\r' {
		lineEnd--
	}
	valueEnd := f.ValueOffset + len(f.Value)
	w.name(f)
	if w.trim {
		w.text(":")
	} else {
		w.copy(f.Offset+len(f.Name), f.ValueOffset)
	}
	switch {
	case w.lists == Join && w.several(m, i, f) && sound(f):
		taken = w.join(m, i, f)
	case w.lists == Split && w.several(m, i, f) && sound(f):
		w.split(f, lineEnd, end)
	default:
		w.value(f.ValueOffset, valueEnd)
	}
	// A CR that ends the value must not become part of a line end.
	if w.trim && w.src[valueEnd-1] != '\r' {
		w.copy(lineEnd, end)
	} else {
		w.copy(valueEnd, end)
	}
	return taken
}

// several reports whether f, field i of m, belongs to a list that may have
// more than one value: only then is there something to join or to split.
func (w *writer) several(m *codec.Message, i int, f *codec.Field) bool {
	return f.ID.IsSplit() && (w.lists == Join && m.Next(i) >= 0 || bytes.IndexByte(f.Value, ',') >= 0)
}

// name writes the name of f.
func (w *writer) name(f *codec.Field) {
	switch {
	case w.form == Long && f.IsCompact():
		w.text(f.ID.String())
	case w.form == Compact && len(f.Name) > 1 && f.ID.Compact() != 0:
		letter := f.ID.Compact() - 'a'
		w.text(letters[letter : letter+1])
	default:
		w.copy(f.Offset, f.Offset+len(f.Name))
	}
}

// letters are the compact names.
const letters = "abcdefghijklmnopqrstuvwxyz"

// value writes src[lo:hi], a value or a whole field of them.
func (w *writer) value(lo, hi int) {
	if !w.unfold || bytes.IndexByte(w.src[lo:hi], '\n') < 0 {
		w.copy(lo, hi)
		return
	}
	b := w.src[:hi]
	start := lo
	for i := lo; i < hi; i++ {
		if b[i] != '\r' && b[i] != '\n' {
			continue
		}
		fold := abnf.SkipLWS(b, i)
		if fold == i {
			continue // a CR of its own
		}
		end := i
		for end > start && abnf.Is(b[end-1], abnf.WSP) {
			end--
		}
		// Behind a backslash the fold stays: it would take the space that
		// the fold becomes, or the one before, into a quoted pair.
		if end > start && b[end-1] != '\\' {
			w.copy(start, end)
			w.text(" ")
			start = fold
		}
		i = fold - 1
	}
	w.copy(start, hi)
}

package compact

import (
	"bytes"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// join writes the values of f, field i of m, and of the fields of the same
// header behind it, up to one that must stay. It returns 1 + the index of the
// last field taken in, 0 for none.
func (w *writer) join(m *codec.Message, i int, f *codec.Field) (taken int) {
	w.values(f)
	for i = m.Next(i); i >= 0; i = m.Next(i) {
		g := m.At(i)
		if !sound(&g) {
			break
		}
		if w.tight {
			w.text(",")
		} else {
			w.text(", ")
		}
		w.values(&g)
		taken = i + 1
	}
	return taken
}

// values writes the values of one field of a list.
func (w *writer) values(f *codec.Field) {
	if !w.tight {
		w.value(f.ValueOffset, f.ValueOffset+len(f.Value))
		return
	}
	for next := 0; next <= len(f.Value); {
		if next > 0 {
			w.text(",")
		}
		var lo, hi int
		lo, hi, next = f.ID.NextValue(f.Value, next)
		w.value(f.ValueOffset+lo, f.ValueOffset+hi)
	}
}

// split writes the values of f, each in a field of its own; the name and
// colon of the first are written, and what ends the last is still to come. The
// line of f ends in src[lineEnd:end].
func (w *writer) split(f *codec.Field, lineEnd, end int) {
	for next := 0; next <= len(f.Value); {
		if next > 0 {
			w.copy(lineEnd, end)
			w.name(f)
			w.text(": ")
		}
		var lo, hi int
		lo, hi, next = f.ID.NextValue(f.Value, next)
		w.value(f.ValueOffset+lo, f.ValueOffset+hi)
	}
}

// sound reports whether the commas of a field of a list mean what they seem
// to: with other values before or behind it, and with its own ones apart, it
// still has the same values.
func sound(f *codec.Field) bool {
	if !plain(f.Value) {
		return false
	}
	for next := 0; next <= len(f.Value); {
		var lo, hi int
		lo, hi, next = f.ID.NextValue(f.Value, next)
		v := f.Value[lo:hi]
		// "*" is a whole Contact, and no value of a list of them (20.10).
		if lo == hi || !closed(v) || f.ID == header.IDContact && string(v) == "*" {
			return false
		}
	}
	return true
}

// plain reports whether every control byte of a field is part of a fold. One
// that is not may end the line for some reader, and as whitespace it would be
// lost next to a comma.
func plain(field []byte) bool {
	for i := 0; i < len(field); i++ {
		if !abnf.Is(field[i], abnf.Control) {
			continue
		}
		j := abnf.SkipLWS(field, i)
		if j == i {
			return false
		}
		i = j - 1
	}
	return true
}

// closed reports whether a comma behind the value v ends it, in a list of any
// grammar. Where grammars differ about what hides a comma, in parentheses, the
// answer is no.
func closed(v []byte) bool {
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case '"':
			j, code := abnf.ConsumeQuoted(v, i)
			if code != 0 {
				return false
			}
			i = j - 1
		case '<':
			n := bytes.IndexByte(v[i:], '>')
			if n < 0 {
				return false
			}
			i += n
		case '(':
			return false
		}
	}
	return true
}

package header

import (
	"iter"

	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/grammar"
)

// Values returns the values of a field of the header, given the bytes after its
// colon. Where [ID.IsSplit] is true, the field is split at commas outside quoted
// strings, "<>" and comments. Every other field is one value. The whitespace
// around each value is left out; folds inside it are kept.
//
// A field of whitespace alone has no values. An empty element between commas is
// a value of no bytes. What follows an unclosed quote, bracket or comment belongs
// to the value it is in. The slices point into field.
func (id ID) Values(field []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) { values(id, field, yield) }
}

func values(id ID, field []byte, yield func([]byte) bool) {
	for next := 0; next <= len(field); {
		var lo, hi int
		lo, hi, next = id.NextValue(field, next)
		if lo == hi && next > len(field) && isBlank(field) {
			return
		}
		if !yield(field[lo:hi:hi]) {
			return
		}
	}
}

// NextValue finds the value of the field that starts at offset i: 0 for the first
// value, then what the call before returned as next. The value is field[lo:hi].
// next is larger than len(field) when no value follows. [ID.Values] describes
// what separates values.
func (id ID) NextValue(field []byte, i int) (lo, hi, next int) {
	return grammar.NextValue(uint8(id), field, i)
}

func isBlank(b []byte) bool {
	lo, hi := abnf.TrimLWS(b, 0, len(b))
	return lo == hi
}

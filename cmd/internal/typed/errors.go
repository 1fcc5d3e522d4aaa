// Package typed reads the typed values of a whole message for the tool:
// which headers do not follow their grammar, and the values that everybody
// asks for first.
package typed

import (
	"errors"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// An Error is a header field whose value does not follow its grammar.
type Error struct {
	Field  codec.Field
	Code   sipwire.Code
	Offset int // of the byte that is wrong, in the message
}

// Errors returns every header field of the table that does not parse, in the
// order of the message, each with its first error.
func Errors(m *codec.Message) []Error {
	var all []Error
	for _, f := range m.Fields() {
		if f.ID == header.IDOther {
			continue
		}
		n, err := f.ID.Check(f.Value)
		if code, ok := errors.AsType[sipwire.Code](err); ok {
			all = append(all, Error{f, code, f.ValueOffset + n})
		}
	}
	return all
}

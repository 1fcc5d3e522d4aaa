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

// An Error is a header field whose value does not follow its grammar, or the
// Request-URI.
type Error struct {
	Name   string      // the registered name of the header, or RequestURI
	Field  codec.Field // the zero Field for the Request-URI
	Code   sipwire.Code
	Offset int // of the byte that is wrong, in the message
}

// RequestURI is the name of an Error of the Request-URI.
const RequestURI = "Request-URI"

// Errors returns the Request-URI and every header field of the table that does
// not parse, in the order of the message, each with its first error.
func Errors(m *codec.Message) []Error {
	var all []Error
	if m.IsRequest() {
		if _, err := m.RequestURI(); err != nil {
			f := m.Fault()
			all = append(all, Error{Name: RequestURI, Code: f.Code, Offset: f.Offset})
		}
	}
	for _, f := range m.Fields() {
		if f.ID == header.IDOther {
			continue
		}
		n, err := f.ID.Check(f.Value)
		if code, ok := errors.AsType[sipwire.Code](err); ok {
			all = append(all, Error{f.ID.String(), f, code, f.ValueOffset + n})
		}
	}
	return all
}

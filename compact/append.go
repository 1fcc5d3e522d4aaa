package compact

import (
	"slices"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
)

// A Form says how header names are written (RFC 3261, 7.3.3).
type Form uint8

// The forms. Names that are in the form asked for already stay as received,
// whatever their case, and so do names outside the table.
const (
	Keep    Form = iota // as received
	Long                // letters become names in their registered spelling
	Compact             // names that have a letter become that letter
)

// Lists says how the values of a list are spread over header fields (RFC
// 3261, 7.3.1).
type Lists uint8

// The ways of writing lists. The package comment tells which fields are
// touched.
const (
	KeepLists Lists = iota // as received
	Join                   // in the first field of the header, separated by ", "
	Split                  // each value in a field of its own, next to each other
)

// Options says what [Append] changes. The zero Options is nothing.
type Options struct {
	Form  Form
	Lists Lists
}

// Append appends m, rewritten, to dst. What o does not ask for stays byte for
// byte as received: whitespace, folds, line ends, the case of names.
//
// With the zero Options that is all that was given to Parse. With any other,
// line ends before the start line and bytes behind the body are left out:
// they are not part of the message (RFC 3261, 7.5 and 18.3).
//
// A message that did not parse is an error, its own or ErrNotParsed, and dst
// is returned as it was. [codec.Message.Fault] says where.
func Append(dst []byte, m *codec.Message, o Options) ([]byte, error) {
	if err := check(m); err != nil {
		return dst, err
	}
	b := m.Bytes()
	if o == (Options{}) {
		return append(dst, b...), nil
	}
	r := rules{form: o.Form, lists: o.Lists}
	if cap(dst)-len(dst) < len(b) {
		dst = slices.Grow(dst, size(m, r))
	}
	w := writer{rules: r, dst: dst}
	w.message(m)
	return w.dst, nil
}

// check returns why m cannot be rewritten, nil when it can. Behind an error
// the fields of the index need not be all there is.
func check(m *codec.Message) error {
	switch {
	case m.Err() != nil:
		return m.Err()
	case !m.IsRequest() && !m.IsResponse():
		return m.Fail(codec.Fault{Code: sipwire.ErrNotParsed})
	}
	return nil
}

package codec

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// A SyntaxError says what is wrong with a message, and where. It lives in
// the Message that returned it, or in the [Edit], [Builder] or [Stamp], and
// changes with the next call on that; copy the struct to keep one.
type SyntaxError struct {
	Code   sipwire.Code // what is wrong
	Header header.ID    // the header field concerned, IDOther for none or one outside the table
	Offset int          // byte offset in the bytes given to Parse; of a Builder in the value, of a Stamp in the template
}

// Error describes the error in one line. It allocates.
func (e *SyntaxError) Error() string {
	b := append([]byte("sip: "), e.Code.Text()...)
	if name := e.Header.String(); name != "" {
		b = append(append(b, " in "...), name...)
	}
	b = append(b, " at offset "...)
	return string(abnf.AppendUint(b, uint64(max(e.Offset, 0))))
}

// Unwrap returns the Code, so that errors.Is finds it.
func (e *SyntaxError) Unwrap() error { return e.Code.Err() }

package codec

import (
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Code says what is wrong. It is an error itself, for errors.Is.
type Code = abnf.Code

// The codes of the index: start line, header fields, framing and limits.
const (
	ErrEmpty             = abnf.ErrEmpty
	ErrIncomplete        = abnf.ErrIncomplete
	ErrStartLine         = abnf.ErrStartLine
	ErrMethod            = abnf.ErrMethod
	ErrRequestURI        = abnf.ErrRequestURI
	ErrVersion           = abnf.ErrVersion
	ErrStatus            = abnf.ErrStatus
	ErrHeaderName        = abnf.ErrHeaderName
	ErrColon             = abnf.ErrColon
	ErrFold              = abnf.ErrFold
	ErrBareLF            = abnf.ErrBareLF
	ErrContentLength     = abnf.ErrContentLength
	ErrContentLengthTwo  = abnf.ErrContentLengthTwo
	ErrContentLengthNone = abnf.ErrContentLengthNone
	ErrBodyShort         = abnf.ErrBodyShort
	ErrHeaderTwice       = abnf.ErrHeaderTwice
	ErrParamTwice        = abnf.ErrParamTwice
	ErrMessageTooLong    = abnf.ErrMessageTooLong
	ErrStartLineTooLong  = abnf.ErrStartLineTooLong
	ErrFieldTooLong      = abnf.ErrFieldTooLong
	ErrHeadersTooLong    = abnf.ErrHeadersTooLong
	ErrTooManyHeaders    = abnf.ErrTooManyHeaders
	ErrBodyTooLong       = abnf.ErrBodyTooLong
	ErrIdle              = abnf.ErrIdle
	ErrNotParsed         = abnf.ErrNotParsed
	ErrMissing           = abnf.ErrMissing
)

// The codes of what is put into a message. Single values have those of
// packages header and uri too.
const (
	ErrInjection = abnf.ErrInjection
	ErrConflict  = abnf.ErrConflict
	ErrState     = abnf.ErrState
)

// A SyntaxError says what is wrong with a message, and where. It lives in
// the Message that returned it, or in the [Edit], [Builder] or [Stamp], and
// changes with the next call on that; copy the struct to keep one.
type SyntaxError struct {
	Code   Code      // what is wrong
	Header header.ID // the header field concerned, IDOther for none or one outside the table
	Offset int       // byte offset in the bytes given to Parse; of a Builder in the value, of a Stamp in the template
}

// Error describes the error in one line. It allocates.
func (e *SyntaxError) Error() string {
	b := append([]byte("sip: "), e.Code.Error()...)
	if name := e.Header.String(); name != "" {
		b = append(append(b, " in "...), name...)
	}
	b = append(b, " at offset "...)
	return string(abnf.AppendUint(b, uint64(max(e.Offset, 0))))
}

// Unwrap returns the Code, so that errors.Is finds it.
func (e *SyntaxError) Unwrap() error { return e.Code.Err() }

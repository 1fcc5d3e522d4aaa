package multipart

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// maxBoundary is the most bytes of a boundary (RFC 2046, 5.1.1).
const maxBoundary = 70

// bchars are the characters of a boundary (RFC 2046, 5.1.1); a space may not
// be the last.
var bchars = func() (t [256]bool) {
	for c := range t {
		t[c] = abnf.Is(byte(c), abnf.Alpha|abnf.Digit)
	}
	for _, c := range []byte("'()+_,-./:=? ") {
		t[c] = true
	}
	return t
}()

// IsMultipart reports whether a value of Content-Type is of type multipart.
func IsMultipart(contentType []byte) bool {
	const prefix = "multipart/"
	b := trim(contentType)
	return len(b) > len(prefix) && abnf.EqualFold(b[:len(prefix)], prefix)
}

// Is reports whether a value of Content-Type is of a media type such as
// "application/sdp"; parameters and case do not count.
func Is(contentType []byte, media string) bool {
	b := trim(contentType)
	if i := bytes.IndexByte(b, ';'); i >= 0 {
		b = trim(b[:i])
	}
	return abnf.EqualFold(b, media)
}

// Boundary returns the boundary parameter of a value of Content-Type. A
// quoted one may have no quoted pair, which no character of a boundary needs.
// ErrBoundary when it is missing or not allowed.
func Boundary(contentType []byte) ([]byte, error) {
	b := contentType
	i := bytes.IndexByte(b, ';')
	for i >= 0 && i < len(b) && b[i] == ';' {
		i = abnf.SkipLWS(b, i+1)
		lo := i
		i = abnf.Span(b, i, abnf.Token)
		name := b[lo:i]
		if i = abnf.SkipLWS(b, i); i >= len(b) || b[i] != '=' {
			continue
		}
		lo = abnf.SkipLWS(b, i+1)
		var value []byte
		if lo < len(b) && b[lo] == '"' {
			hi, code := abnf.ConsumeQuoted(b, lo)
			if code != 0 {
				return nil, sipwire.ErrBoundary
			}
			value, i = b[lo+1:hi-1:hi-1], hi
		} else {
			// Some write one that should be quoted without quotes.
			for i = lo; i < len(b) && b[i] != ';' && b[i] > ' '; i++ {
			}
			value = b[lo:i:i]
		}
		if abnf.EqualFold(name, "boundary") {
			if !isBoundary(value) {
				return nil, sipwire.ErrBoundary
			}
			return value, nil
		}
		i = abnf.SkipLWS(b, i)
	}
	return nil, sipwire.ErrBoundary
}

func isBoundary(b []byte) bool {
	if len(b) == 0 || len(b) > maxBoundary || b[len(b)-1] == ' ' {
		return false
	}
	for _, c := range b {
		if !bchars[c] {
			return false
		}
	}
	return true
}

// trim takes the whitespace off both ends.
func trim(b []byte) []byte {
	lo, hi := abnf.TrimLWS(b, 0, len(b))
	return b[lo:hi:hi]
}

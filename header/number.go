package header

import "github.com/sipwire/sipwire/internal/value"

// ParseUint reads b, the whole of which must be 1*DIGIT of at most max: the value
// of Content-Length, Max-Forwards, RSeq and every other header of the grammar
// "int". Without an error n is len(b). With one, a sipwire.Code, n is the offset
// of the byte that is wrong, or of the number when it is too large, which is
// ErrRange with v = max.
func ParseUint(b []byte, max uint64) (v uint64, n int, err error) { return value.ParseUint(b, max) }

// ParseExpires reads the value of Expires or Min-Expires in seconds (RFC 3261,
// 20.19 and 20.23). A number above 2^32-1 is 2^32-1 without an error. With an
// error, as for [ParseUint], seconds is 3600, the value that RFC 3261, 10.2.1.1
// makes a registrar use for a malformed one.
func ParseExpires(b []byte) (seconds uint32, n int, err error) { return value.ParseExpires(b) }

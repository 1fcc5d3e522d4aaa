package header

import "github.com/sipwire/sipwire/internal/abnf"

// Code says what is wrong with a value. It is an error that allocates
// nothing.
type Code = abnf.Code

// The codes of the typed values. A value with an embedded URI may give a code
// of package uri as well.
const (
	ErrEmpty       = abnf.ErrEmpty       // something must stand here and nothing does
	ErrToken       = abnf.ErrToken       // a token must stand here
	ErrQuote       = abnf.ErrQuote       // a quoted-string is not closed
	ErrComment     = abnf.ErrComment     // a comment is not closed
	ErrControl     = abnf.ErrControl     // a control byte, or a line end that does not fold
	ErrNumber      = abnf.ErrNumber      // digits must stand here
	ErrRange       = abnf.ErrRange       // a number is larger than its field allows
	ErrTrailing    = abnf.ErrTrailing    // the value ends and bytes follow
	ErrParam       = abnf.ErrParam       // a parameter is malformed
	ErrParamTwice  = abnf.ErrParamTwice  // a parameter stands twice
	ErrScheme      = abnf.ErrScheme      // a URI has no scheme, or a malformed one
	ErrHost        = abnf.ErrHost        // a host is malformed or missing
	ErrPort        = abnf.ErrPort        // a port is malformed or out of range
	ErrURI         = abnf.ErrURI         // a URI holds a byte it may not hold
	ErrAngle       = abnf.ErrAngle       // "<" without ">"
	ErrNeedAngle   = abnf.ErrNeedAngle   // a URI must stand in "<>"
	ErrDisplayName = abnf.ErrDisplayName // a display name is neither tokens nor a quoted-string
	ErrProtocol    = abnf.ErrProtocol    // Via: sent-protocol is malformed
	ErrMethod      = abnf.ErrMethod      // a method is missing or not a token
	ErrDate        = abnf.ErrDate        // a date is not an RFC 1123 date in GMT
	ErrValue       = abnf.ErrValue       // the value does not follow its header's grammar
	ErrWildcard    = abnf.ErrWildcard    // Contact: "*" among other values
	ErrCallID      = abnf.ErrCallID      // a Call-ID is malformed
	ErrMissing     = abnf.ErrMissing     // the message has no such header
	ErrList        = abnf.ErrList        // a list has an empty element
)

package abnf

// Code says what is wrong with a piece of input. The zero Code means that
// nothing is. It is one byte, so turning it into an error allocates nothing;
// uri, header and codec export it under their own names.
type Code uint8

// The codes, in groups. Their names in [Code.Name] are part of the output of
// the tools and stay as they are once released.
const (
	_ Code = iota

	// Values and URIs.
	ErrEmpty       // something must stand here and nothing does
	ErrToken       // a token (RFC 3261, 25.1) must stand here
	ErrQuote       // a quoted-string is not closed
	ErrComment     // a comment is not closed
	ErrControl     // a control byte, or a CR or LF that does not fold
	ErrEscape      // "%" without two hexadecimal digits
	ErrNumber      // digits must stand here
	ErrRange       // a number is larger than its field allows
	ErrTrailing    // the value ends and bytes follow
	ErrParam       // a parameter is malformed
	ErrParamTwice  // a parameter stands twice
	ErrScheme      // a URI has no scheme, or a malformed one
	ErrUser        // the user part of a URI is malformed
	ErrHost        // a host is malformed or missing
	ErrPort        // a port is malformed or out of range
	ErrURI         // a URI holds a byte it may not hold
	ErrTel         // a telephone number is malformed (RFC 3966)
	ErrAngle       // "<" without ">"
	ErrNeedAngle   // a URI with "," "?" or ";" must stand in "<>" (RFC 3261, 20)
	ErrDisplayName // a display name is neither tokens nor a quoted-string
	ErrProtocol    // Via: sent-protocol is malformed
	ErrMethod      // a method is missing or not a token
	ErrDate        // a date is not an RFC 1123 date in GMT
	ErrValue       // the value does not follow its header's grammar
	ErrWildcard    // Contact: "*" among other values (RFC 3261, 10.3)
	ErrCallID      // a Call-ID is malformed
	ErrMissing     // the message has no such header
	ErrList        // a list has an empty element

	// Start line and framing.
	ErrIncomplete        // the message ends before its empty line
	ErrStartLine         // neither a Request-Line nor a Status-Line
	ErrVersion           // a SIP-Version other than 2.0 (505)
	ErrStatus            // a status code is not three digits from 100 to 699
	ErrRequestURI        // the Request-URI is missing or holds a byte it may not hold
	ErrHeaderName        // a header name is not a token
	ErrColon             // a header line without a colon
	ErrFold              // a continuation line with nothing to continue
	ErrBareLF            // a line ends in LF without CR (strict)
	ErrContentLength     // Content-Length is not a number or too large
	ErrContentLengthTwo  // two Content-Length values that differ
	ErrContentLengthNone // Content-Length is missing on a stream (RFC 3261, 18.3)
	ErrBodyShort         // Content-Length is more than the datagram holds
	ErrHeaderTwice       // a header that may stand once stands twice (strict)
	ErrMessageTooLong    // the message is over its limit (513)
	ErrStartLineTooLong  // the start line is over its limit (414)
	ErrFieldTooLong      // one header field is over its limit
	ErrHeadersTooLong    // the header section is over its limit
	ErrTooManyHeaders    // more header fields than the limit
	ErrBodyTooLong       // the body is over its limit (413)
	ErrIdle              // a message was not finished in time
	ErrNotParsed         // the Message holds no parsed message

	// Output.
	ErrInjection // what the caller put in holds CR, LF or NUL
	ErrConflict  // two edits of one value
	ErrNoRoom    // the message can not be made to fit
	ErrState     // the call does not fit the state or the kind of message

	numCodes
)

var codeText = [numCodes]struct{ name, text string }{
	0:                    {"ok", "no error"},
	ErrEmpty:             {"empty", "empty value"},
	ErrToken:             {"token", "token expected"},
	ErrQuote:             {"quote", "unterminated quoted string"},
	ErrComment:           {"comment", "unterminated comment"},
	ErrControl:           {"control", "control byte in value"},
	ErrEscape:            {"escape", "% without two hexadecimal digits"},
	ErrNumber:            {"number", "number expected"},
	ErrRange:             {"range", "number out of range"},
	ErrTrailing:          {"trailing", "unexpected bytes after the value"},
	ErrParam:             {"param", "malformed parameter"},
	ErrParamTwice:        {"param-twice", "parameter given twice"},
	ErrScheme:            {"scheme", "URI without a valid scheme"},
	ErrUser:              {"user", "malformed user part"},
	ErrHost:              {"host", "malformed host"},
	ErrPort:              {"port", "malformed port"},
	ErrURI:               {"uri", "byte not allowed in a URI"},
	ErrTel:               {"tel", "malformed telephone number"},
	ErrAngle:             {"angle", "< without >"},
	ErrNeedAngle:         {"need-angle", "URI must be enclosed in <>"},
	ErrDisplayName:       {"display-name", "malformed display name"},
	ErrProtocol:          {"protocol", "malformed sent-protocol"},
	ErrMethod:            {"method", "malformed method"},
	ErrDate:              {"date", "malformed date"},
	ErrValue:             {"value", "malformed value"},
	ErrWildcard:          {"wildcard", "* must be the only Contact"},
	ErrCallID:            {"call-id", "malformed Call-ID"},
	ErrMissing:           {"missing", "header missing"},
	ErrList:              {"list", "empty list element"},
	ErrIncomplete:        {"incomplete", "message ends before the empty line after its headers"},
	ErrStartLine:         {"start-line", "malformed start line"},
	ErrVersion:           {"version", "SIP version not supported"},
	ErrStatus:            {"status", "malformed status code"},
	ErrRequestURI:        {"request-uri", "malformed Request-URI"},
	ErrHeaderName:        {"header-name", "malformed header name"},
	ErrColon:             {"colon", "header line without a colon"},
	ErrFold:              {"fold", "continuation line with nothing to continue"},
	ErrBareLF:            {"bare-lf", "line ends in LF without CR"},
	ErrContentLength:     {"content-length", "malformed Content-Length"},
	ErrContentLengthTwo:  {"content-length-conflict", "conflicting Content-Length values"},
	ErrContentLengthNone: {"content-length-missing", "Content-Length missing on a stream"},
	ErrBodyShort:         {"body-short", "Content-Length larger than the datagram"},
	ErrHeaderTwice:       {"header-twice", "header given twice"},
	ErrMessageTooLong:    {"message-too-long", "message too long"},
	ErrStartLineTooLong:  {"start-line-too-long", "start line too long"},
	ErrFieldTooLong:      {"field-too-long", "header field too long"},
	ErrHeadersTooLong:    {"headers-too-long", "header section too long"},
	ErrTooManyHeaders:    {"too-many-headers", "too many header fields"},
	ErrBodyTooLong:       {"body-too-long", "body too long"},
	ErrIdle:              {"idle", "message not finished in time"},
	ErrNotParsed:         {"not-parsed", "no message has been parsed"},
	ErrInjection:         {"injection", "CR, LF or NUL in an inserted value"},
	ErrConflict:          {"conflict", "two edits of one value"},
	ErrNoRoom:            {"no-room", "message can not be made to fit"},
	ErrState:             {"state", "call does not fit the message"},
}

// Error returns a sentence for people, without a prefix.
func (c Code) Error() string {
	if c >= numCodes {
		return "unknown error"
	}
	return codeText[c].text
}

// Name returns the short lower-case name of the code, for logs and tools.
func (c Code) Name() string {
	if c >= numCodes {
		return "unknown"
	}
	return codeText[c].name
}

// Status returns the status code an RFC 3261 element answers a request with
// that has this defect: 505 for the version (21.5.7), 414 (21.4.12), 413
// (21.4.11) and 513 (21.5.8) for lengths, 416 (21.4.14) for the scheme, else
// 400 (21.4.1). The zero Code gives 200.
func (c Code) Status() int {
	switch c {
	case 0:
		return 200
	case ErrVersion:
		return 505
	case ErrStartLineTooLong:
		return 414
	case ErrBodyTooLong:
		return 413
	case ErrMessageTooLong, ErrHeadersTooLong, ErrTooManyHeaders:
		return 513
	case ErrScheme:
		return 416
	}
	return 400
}

// Err returns c as an error, nil for the zero Code. It allocates nothing.
func (c Code) Err() error {
	if c == 0 {
		return nil
	}
	return c
}

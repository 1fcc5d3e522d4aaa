package sipwire

// A Code says what is wrong: with a message, with one of its values, or with
// a call. It is an error of one byte. Turning one into an error allocates
// nothing, two are equal when they are the same defect, and one stays true for
// ever and in every goroutine, whatever became of the message. So
//
//	errors.Is(err, sipwire.ErrBodyShort)
//
// holds after the Message was released, reset or parsed into again. Where it
// happened is asked of what failed: codec.Message, codec.Edit, codec.Stream
// and their like have a method Fault, which gives the code, the header field
// and the byte offset of the last failure.
//
// The zero Code means that nothing is wrong. No call returns it as an error.
type Code uint8

// The codes. A value of one that is written to a file or a metric is its Name:
// the numbers may change from release to release.
const (
	_ Code = iota

	// Values and URIs.
	ErrEmpty       // a value is empty and must not be
	ErrToken       // a token is missing or has a byte it must not have (RFC 3261, 25.1)
	ErrQuote       // a quoted string has no closing quote
	ErrComment     // a comment has no closing parenthesis
	ErrControl     // a control byte, or a CR or LF that does not fold a line
	ErrEscape      // "%" is not followed by two hexadecimal digits
	ErrNumber      // a number is missing
	ErrRange       // a number is larger than its field allows
	ErrTrailing    // bytes follow the end of the value
	ErrParam       // a parameter is malformed
	ErrParamTwice  // a parameter is given twice
	ErrScheme      // a URI has no scheme, or a malformed one (416)
	ErrUser        // the user part of a URI is malformed
	ErrHost        // a host is missing or malformed
	ErrPort        // a port is missing, malformed or above 65535
	ErrURI         // a URI has a byte it must not have
	ErrTel         // a telephone number is malformed (RFC 3966)
	ErrAngle       // "<" has no ">"
	ErrNeedAngle   // a URI with "," "?" or ";" is not enclosed in "<>" (RFC 3261, 20)
	ErrDisplayName // a display name is neither tokens nor a quoted string
	ErrProtocol    // the sent-protocol of a Via is malformed
	ErrMethod      // a method is missing or not a token
	ErrDate        // a date is not an RFC 1123 date in GMT
	ErrValue       // a value does not follow the grammar of its header field
	ErrWildcard    // Contact: "*" is not the only value, or is asked for an address (RFC 3261, 10.3)
	ErrCallID      // a Call-ID is malformed
	ErrMissing     // the message has no such header field
	ErrList        // a list has an empty element
	ErrMaxForwards // Max-Forwards is 0, so a proxy does not forward the request (RFC 3261, 16.3)

	// Start line, header section and framing.
	ErrIncomplete        // the message ends before the empty line behind its header section
	ErrStartLine         // the first line is neither a Request-Line nor a Status-Line
	ErrVersion           // the SIP version is not 2.0 (505)
	ErrStatus            // a status code is not three digits from 100 to 699
	ErrRequestURI        // the Request-URI is missing or has a byte it must not have
	ErrHeaderName        // a header name is not a token
	ErrColon             // a header line has no colon
	ErrFold              // a continuation line has nothing to continue
	ErrColonSpace        // whitespace is in front of the colon of a header field (Hardened)
	ErrFolded            // a header field is continued on the next line (Hardened)
	ErrUTF8              // the header section has bytes that are not UTF-8 (Hardened)
	ErrBareCR            // a CR that is not right before an LF, anywhere in the header section
	ErrBareLF            // a line ends in LF without CR (Strict)
	ErrContentLength     // Content-Length is not a number, or too large
	ErrContentLengthTwo  // two Content-Length values differ
	ErrContentLengthNone // Content-Length is missing on a stream (RFC 3261, 18.3), or with a body (Hardened)
	ErrBodyShort         // Content-Length is more than the datagram has
	ErrHeaderTwice       // a header field that must be single is given twice (Strict)
	ErrMessageTooLong    // the message is over its limit (513)
	ErrStartLineTooLong  // the start line is over its limit (414)
	ErrFieldTooLong      // one header field is over its limit
	ErrHeadersTooLong    // the header section is over its limit (513)
	ErrTooManyHeaders    // there are more header fields than the limit (513)
	ErrBodyTooLong       // the body is over its limit (413)
	ErrIdle              // a message was not finished in time
	ErrNotParsed         // no message has been parsed

	// Bodies: session descriptions and multipart.
	ErrLine         // a line of a session description is not a letter, "=" and a value (RFC 8866, 5)
	ErrSDPVersion   // a session description does not begin with v=0 (RFC 8866, 5.1)
	ErrTooManyLines // a session description has more lines than the limit
	ErrBoundary     // the boundary of a multipart body is missing or malformed, or its last line is missing (RFC 2046, 5.1.1)
	ErrNesting      // multipart bodies are nested too deep

	// What is written.
	ErrInjection // an inserted value has CR, LF or NUL
	ErrConflict  // two edits change one value
	ErrNoRoom    // the message cannot be made to fit
	ErrState     // the call does not fit the message, or comes at the wrong time
	ErrStale     // what the call refers to is gone: a message that was parsed again, a transaction that has ended
	ErrLimit     // a limit on count or memory is reached (503)

	// The network.
	ErrUnresolved // DNS has no address for a host (503)
	ErrTransport  // a message could not be sent (503)
	ErrTimeout    // no final response came in time (408)

	numCodes
)

// prefix starts every error text.
const prefix = "sip: "

var codes = [numCodes]struct{ name, text string }{
	0:                    {"ok", prefix + "no error"},
	ErrEmpty:             {"empty", prefix + "empty value"},
	ErrToken:             {"token", prefix + "token expected"},
	ErrQuote:             {"quote", prefix + "unterminated quoted string"},
	ErrComment:           {"comment", prefix + "unterminated comment"},
	ErrControl:           {"control", prefix + "control byte in value"},
	ErrEscape:            {"escape", prefix + "% without two hexadecimal digits"},
	ErrNumber:            {"number", prefix + "number expected"},
	ErrRange:             {"range", prefix + "number out of range"},
	ErrTrailing:          {"trailing", prefix + "unexpected bytes after the value"},
	ErrParam:             {"param", prefix + "malformed parameter"},
	ErrParamTwice:        {"param-twice", prefix + "parameter given twice"},
	ErrScheme:            {"scheme", prefix + "URI without a valid scheme"},
	ErrUser:              {"user", prefix + "malformed user part"},
	ErrHost:              {"host", prefix + "malformed host"},
	ErrPort:              {"port", prefix + "malformed port"},
	ErrURI:               {"uri", prefix + "byte not allowed in a URI"},
	ErrTel:               {"tel", prefix + "malformed telephone number"},
	ErrAngle:             {"angle", prefix + "< without >"},
	ErrNeedAngle:         {"need-angle", prefix + "URI must be enclosed in <>"},
	ErrDisplayName:       {"display-name", prefix + "malformed display name"},
	ErrProtocol:          {"protocol", prefix + "malformed sent-protocol"},
	ErrMethod:            {"method", prefix + "malformed method"},
	ErrDate:              {"date", prefix + "malformed date"},
	ErrValue:             {"value", prefix + "malformed value"},
	ErrWildcard:          {"wildcard", prefix + "Contact: * is for REGISTER, as the only Contact"},
	ErrCallID:            {"call-id", prefix + "malformed Call-ID"},
	ErrMissing:           {"missing", prefix + "header missing"},
	ErrList:              {"list", prefix + "empty list element"},
	ErrMaxForwards:       {"max-forwards", prefix + "Max-Forwards is 0"},
	ErrIncomplete:        {"incomplete", prefix + "message ends before the empty line after its headers"},
	ErrStartLine:         {"start-line", prefix + "malformed start line"},
	ErrVersion:           {"version", prefix + "SIP version not supported"},
	ErrStatus:            {"status", prefix + "malformed status code"},
	ErrRequestURI:        {"request-uri", prefix + "malformed Request-URI"},
	ErrHeaderName:        {"header-name", prefix + "malformed header name"},
	ErrColon:             {"colon", prefix + "header line without a colon"},
	ErrFold:              {"fold", prefix + "continuation line with nothing to continue"},
	ErrColonSpace:        {"colon-space", prefix + "whitespace before the colon"},
	ErrFolded:            {"folded", prefix + "folded header field"},
	ErrUTF8:              {"utf-8", prefix + "bytes that are not UTF-8"},
	ErrBareCR:            {"bare-cr", prefix + "CR without LF"},
	ErrBareLF:            {"bare-lf", prefix + "line ends in LF without CR"},
	ErrContentLength:     {"content-length", prefix + "malformed Content-Length"},
	ErrContentLengthTwo:  {"content-length-conflict", prefix + "conflicting Content-Length values"},
	ErrContentLengthNone: {"content-length-missing", prefix + "Content-Length missing"},
	ErrBodyShort:         {"body-short", prefix + "Content-Length larger than the datagram"},
	ErrHeaderTwice:       {"header-twice", prefix + "header given twice"},
	ErrMessageTooLong:    {"message-too-long", prefix + "message too long"},
	ErrStartLineTooLong:  {"start-line-too-long", prefix + "start line too long"},
	ErrFieldTooLong:      {"field-too-long", prefix + "header field too long"},
	ErrHeadersTooLong:    {"headers-too-long", prefix + "header section too long"},
	ErrTooManyHeaders:    {"too-many-headers", prefix + "too many header fields"},
	ErrBodyTooLong:       {"body-too-long", prefix + "body too long"},
	ErrIdle:              {"idle", prefix + "message not finished in time"},
	ErrNotParsed:         {"not-parsed", prefix + "no message has been parsed"},
	ErrLine:              {"line", prefix + "not a letter, = and a value"},
	ErrSDPVersion:        {"sdp-version", prefix + "session description does not begin with v=0"},
	ErrTooManyLines:      {"too-many-lines", prefix + "too many lines"},
	ErrBoundary:          {"boundary", prefix + "multipart boundary missing or malformed"},
	ErrNesting:           {"nesting", prefix + "multipart bodies nested too deep"},
	ErrInjection:         {"injection", prefix + "CR, LF or NUL in an inserted value"},
	ErrConflict:          {"conflict", prefix + "two edits of one value"},
	ErrNoRoom:            {"no-room", prefix + "message cannot be made to fit"},
	ErrState:             {"state", prefix + "call does not fit the message"},
	ErrStale:             {"stale", prefix + "what the call refers to is gone"},
	ErrLimit:             {"limit", prefix + "limit reached"},
	ErrUnresolved:        {"unresolved", prefix + "host has no address"},
	ErrTransport:         {"transport", prefix + "message could not be sent"},
	ErrTimeout:           {"timeout", prefix + "no final response in time"},
}

// unknown is the text of a number that is no code.
var unknown = struct{ name, text string }{"unknown", prefix + "unknown error"}

// Error returns the error text: "sip: " and what is wrong.
func (c Code) Error() string {
	if c >= numCodes {
		return unknown.text
	}
	return codes[c].text
}

// Text is Error without its prefix, for use inside another text.
func (c Code) Text() string { return c.Error()[len(prefix):] }

// Name returns the short lower-case name of the code, for logs, metrics and
// tools. A name does not change once it is released.
func (c Code) Name() string {
	if c >= numCodes {
		return unknown.name
	}
	return codes[c].name
}

// Status returns the status code that an RFC 3261 element answers a request
// with that has this defect: 505 for the version (21.5.7), 414 (21.4.12), 413
// (21.4.11) and 513 (21.5.8) for lengths, 416 (21.4.14) for the scheme, 483
// (21.4.23) for too many hops, 503 (21.5.4) for a limit of this element, else 400
// (21.4.1). The zero Code gives 200.
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
	case ErrMaxForwards:
		return 483
	case ErrTimeout:
		return 408
	case ErrLimit, ErrUnresolved, ErrTransport:
		return 503
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

// All calls yield with every code.
func All(yield func(Code) bool) {
	for c := Code(1); c < numCodes; c++ {
		if !yield(c) {
			return
		}
	}
}

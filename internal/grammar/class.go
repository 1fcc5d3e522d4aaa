// Package grammar knows the grammar of each header field: its class, which
// decides what reads it, whether commas separate its values and where, and
// whether its URI needs angle brackets.
//
// A header field is given by its number, the value of its header.ID. The package
// is separate from header so that codec and its siblings can use the classes
// without making them part of the public API.
package grammar

// Class is the grammar class of a header's value. Headers of one class are read
// by the same view.
type Class uint8

// The grammar classes. A class whose name ends in List describes one element
// of a comma-separated list; [NextValue] splits the list.
const (
	Opaque           Class = iota // no grammar of our own: raw bytes
	Text                          // TEXT-UTF8-TRIM, may be empty
	Integer                       // 1*DIGIT
	IntParams                     // 1*DIGIT *(SEMI generic-param)
	IntCommentParams              // 1*DIGIT [comment] *(SEMI generic-param): Retry-After
	TokenValue                    // token
	TokenList                     // token, in a list
	SemiTokenList                 // token *(";" token): Privacy
	TokenParams                   // token *(SEMI generic-param)
	TokenParamsList               // the same, in a list
	TokQParamsList                // (token / quoted-string) *(SEMI generic-param), in a list
	StarParamsList                // "*" *(SEMI feature-param), in a list
	Params                        // generic-param *(SEMI generic-param)
	NameAddrValue                 // (name-addr / addr-spec) *(SEMI generic-param)
	NameAddrList                  // the same, in a list
	ContactList                   // the same, or "*"
	URIRef                        // "<" absoluteURI ">" *(SEMI generic-param)
	URIRefList                    // the same, in a list
	URIList                       // absoluteURI or "<" absoluteURI ">", in a list
	ViaList                       // via-parm
	CallIDValue                   // callid
	CallIDList                    // callid, in a list
	CallIDParams                  // callid *(SEMI generic-param)
	CSeqValue                     // 1*DIGIT LWS Method
	RAckValue                     // response-num LWS CSeq-num LWS Method
	DateValue                     // SIP-date
	TimestampValue                // 1*DIGIT ["." *DIGIT] [LWS delay]
	MediaType                     // m-type SLASH m-subtype *(SEMI m-parameter)
	MediaRangeList                // media-range *(SEMI accept-param)
	RPriorityList                 // namespace "." r-priority (RFC 4412)
	Product                       // server-val *(LWS server-val)
	WarningList                   // warn-code SP warn-agent SP warn-text
	Version                       // 1*DIGIT "." 1*DIGIT
	MsgID                         // "<" ... ">" (RFC 8262)
	Challenge                     // auth-scheme auth-param *(COMMA auth-param)
	Credentials                   // the same, in a request
	AuthInfo                      // ainfo *(COMMA ainfo)
	IdentityValue                 // signed-identity-digest *(SEMI ident-info-params) (RFC 8224)
)

// classNames are the names of the classes in data/headers.tsv.
var classNames = [...]string{
	Opaque:           "opaque",
	Text:             "text",
	Integer:          "int",
	IntParams:        "int-params",
	IntCommentParams: "int-comment-params",
	TokenValue:       "token",
	TokenList:        "token-list",
	SemiTokenList:    "semi-token-list",
	TokenParams:      "token-params",
	TokenParamsList:  "token-params-list",
	TokQParamsList:   "tokq-params-list",
	StarParamsList:   "star-params-list",
	Params:           "params",
	NameAddrValue:    "nameaddr",
	NameAddrList:     "nameaddr-list",
	ContactList:      "contact-list",
	URIRef:           "uriref",
	URIRefList:       "uriref-list",
	URIList:          "uri-list",
	ViaList:          "via-list",
	CallIDValue:      "callid",
	CallIDList:       "callid-list",
	CallIDParams:     "callid-params",
	CSeqValue:        "cseq",
	RAckValue:        "rack",
	DateValue:        "date",
	TimestampValue:   "timestamp",
	MediaType:        "media-type",
	MediaRangeList:   "media-range-list",
	RPriorityList:    "rpriority-list",
	Product:          "product",
	WarningList:      "warning-list",
	Version:          "version",
	MsgID:            "msgid",
	Challenge:        "auth-challenge",
	Credentials:      "auth-credentials",
	AuthInfo:         "auth-info",
	IdentityValue:    "identity",
}

// String returns the name of the class, as in data/headers.tsv.
func (c Class) String() string {
	if int(c) >= len(classNames) {
		return "unknown"
	}
	return classNames[c]
}

// Repetition says how a header field may be repeated (RFC 3261, 7.3.1).
type Repetition uint8

const (
	// Repeat headers may occur on several lines, but a comma on a line does
	// not separate two of them (the authentication headers: 7.3.1). So may
	// every header outside the table.
	Repeat Repetition = iota
	// Single headers occur once in a message.
	Single
	// List headers may occur on several lines and hold several values on
	// one, separated by commas; both forms mean the same.
	List
)

// row is the grammar of one header.
type row struct {
	class      Class
	repetition Repetition
	angle      bool // see NeedsAngle
}

// Of returns the class of a header.
func Of(id uint8) Class { return table[id].class }

// RepetitionOf returns how a header may be repeated.
func RepetitionOf(id uint8) Repetition { return table[id].repetition }

// IsSplit reports whether commas separate values of the header.
func IsSplit(id uint8) bool { return table[id].repetition == List }

// NeedsAngle reports whether the grammar of the header asks for a name-addr, so
// that its URI must be in "<>" even when it has neither ",", ";" nor "?".
func NeedsAngle(id uint8) bool { return table[id].angle }

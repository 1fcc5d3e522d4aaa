package lint

import (
	"iter"
	"slices"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/lenient"
)

// A Rule is the stable short name of a rule: "branch-cookie".
type Rule string

// The rules of this package. The rules of grammar are not among them: they
// have the names of [sipwire.Code]. Neither is what the parser tolerates, whose
// names [Rules] yields as well.
const (
	RuleAnswerDirection  Rule = "answer-direction"   // an answer sends or takes media that the offer does not leave open
	RuleAnswerFormat     Rule = "answer-format"      // an answer has no format of the offer
	RuleAnswerMedia      Rule = "answer-media"       // an answer has more or fewer m= lines than its offer
	RuleAnswerRejected   Rule = "answer-rejected"    // an answer accepts a stream that was offered as rejected
	RuleAnswerType       Rule = "answer-type"        // an answer has another media type or protocol than its offer
	RuleBranchCookie     Rule = "branch-cookie"      // a branch does not begin with z9hG4bK
	RuleCSeqMethod       Rule = "cseq-method"        // CSeq names another method than the request
	RuleDatagramSize     Rule = "datagram-size"      // a request is too large for UDP
	RuleDeprecated       Rule = "deprecated"         // a header or parameter was withdrawn
	RuleDialogTags       Rule = "dialog-tags"        // a reference to a dialog has not both tags
	RuleDigestMissing    Rule = "digest-missing"     // a Digest challenge or Digest credentials lack a parameter
	RuleDigestNC         Rule = "digest-nc"          // nc is not eight hexadecimal digits
	RuleDigestQOP        Rule = "digest-qop"         // qop, nc and cnonce do not belong together
	RuleDigestQuotes     Rule = "digest-quotes"      // the value of a Digest parameter has quotes and must not, or has none and must
	RuleDigestResponse   Rule = "digest-response"    // a response is not a digest of its algorithm
	RuleExpires          Rule = "expires"            // the expires parameter of a Contact is not a number
	RuleFolded           Rule = "folded"             // a header field is continued on the next line
	RuleIdentityInfo     Rule = "identity-info"      // an Identity does not say where its certificate is
	RuleKeepAlive        Rule = "keep-alive"         // line ends alone are no message
	RuleLineEnd          Rule = "line-end"           // a line ends in LF without CR
	RuleMaxForwards      Rule = "max-forwards"       // Max-Forwards is 0
	RuleMisplaced        Rule = "misplaced"          // a header is not allowed in such a message
	RuleNoBranch         Rule = "no-branch"          // a Via has no branch
	RuleNoContentLength  Rule = "no-content-length"  // Content-Length is missing
	RuleNoContentType    Rule = "no-content-type"    // a body has no Content-Type
	RuleNoReason         Rule = "no-reason"          // a response has no reason phrase
	RuleNoTag            Rule = "no-tag"             // From or To has no tag
	RuleOneContact       Rule = "one-contact"        // a message has not exactly one sip or sips Contact and must
	RulePhoneContext     Rule = "phone-context"      // a phone-context is neither a domain nor a number
	RulePortZero         Rule = "port-zero"          // a URI has port 0
	RuleQ                Rule = "q"                  // a q parameter is not a number from 0 to 1
	RuleReceived         Rule = "received"           // a received parameter is not an IP address
	RuleRegisterUser     Rule = "register-user"      // the Request-URI of a REGISTER has a user part
	RuleReliable         Rule = "reliable"           // Require: 100rel, RSeq and the method do not belong together
	RuleRPort            Rule = "rport"              // an rport parameter is not a port
	RuleRSeq             Rule = "rseq"               // RSeq is 0
	RuleSDPDirection     Rule = "sdp-direction"      // media have more than one direction
	RuleSDPFormat        Rule = "sdp-format"         // a format is missing, or is not explained
	RuleSDPHold          Rule = "sdp-hold"           // a stream is held by the address 0.0.0.0
	RuleSDPKeys          Rule = "sdp-keys"           // encrypted media have no keys
	RuleSDPMissing       Rule = "sdp-missing"        // a session description lacks a line that it must have
	RuleSDPOrder         Rule = "sdp-order"          // a line of a session description is out of order, or of an unknown type
	RuleSessionTimer     Rule = "session-timer"      // a session timer is too short, or its refresher unknown
	RuleSeveralValues    Rule = "several-values"     // a comma and more follow the value of a header that takes one
	RuleSIPSContact      Rule = "sips-contact"       // a request to a sips URI has a sip Contact
	RuleSIPSUDP          Rule = "sips-udp"           // a sips URI is used over UDP
	RuleSpaceBeforeColon Rule = "space-before-colon" // whitespace is between a header name and its colon
	RuleStrictRoute      Rule = "strict-route"       // a route URI has no lr parameter
	RuleTrailingBytes    Rule = "trailing-bytes"     // bytes follow the body
	RuleUnknownMethod    Rule = "unknown-method"     // a method is not registered
	RuleUnknownOption    Rule = "unknown-option"     // an option tag is not registered
	RuleUnknownScheme    Rule = "unknown-scheme"     // a Request-URI is not sip, sips or tel
	RuleUnknownStatus    Rule = "unknown-status"     // a status code is not registered
	RuleURIComponent     Rule = "uri-component"      // a URI has what its header must not have
	RuleURIHeaders       Rule = "uri-headers"        // a Request-URI has headers
	RuleURIMethod        Rule = "uri-method"         // a Request-URI has a method parameter
	RuleUTF8             Rule = "utf8"               // a value is not UTF-8
	RuleVersionCase      Rule = "version-case"       // the SIP version is in small letters
	RuleViaProtocol      Rule = "via-protocol"       // a Via is of another protocol than SIP/2.0
)

// rules says what breaks each rule.
var rules = [...]struct {
	rule  Rule
	about string
}{
	{RuleAnswerDirection, "an answer sends or takes media that the offer does not leave open"},
	{RuleAnswerFormat, "an answer has no format of the offer"},
	{RuleAnswerMedia, "an answer has more or fewer m= lines than its offer"},
	{RuleAnswerRejected, "an answer accepts a stream that was offered as rejected"},
	{RuleAnswerType, "an answer has another media type or protocol than its offer"},
	{RuleBranchCookie, "a branch does not begin with z9hG4bK"},
	{RuleCSeqMethod, "CSeq names another method than the request"},
	{RuleDatagramSize, "a request is too large for UDP"},
	{RuleDeprecated, "a header or parameter was withdrawn"},
	{RuleDialogTags, "a reference to a dialog has not both tags"},
	{RuleDigestMissing, "a Digest challenge or Digest credentials lack a parameter"},
	{RuleDigestNC, "nc is not eight hexadecimal digits"},
	{RuleDigestQOP, "qop, nc and cnonce do not belong together"},
	{RuleDigestQuotes, "the value of a Digest parameter has quotes and must not, or has none and must"},
	{RuleDigestResponse, "a response is not a digest of its algorithm"},
	{RuleExpires, "the expires parameter of a Contact is not a number"},
	{RuleFolded, "a header field is continued on the next line"},
	{RuleIdentityInfo, "an Identity does not say where its certificate is"},
	{RuleKeepAlive, "line ends alone are no message"},
	{RuleLineEnd, "a line ends in LF without CR"},
	{RuleMaxForwards, "Max-Forwards is 0"},
	{RuleMisplaced, "a header is not allowed in such a message"},
	{RuleNoBranch, "a Via has no branch"},
	{RuleNoContentLength, "Content-Length is missing"},
	{RuleNoContentType, "a body has no Content-Type"},
	{RuleNoReason, "a response has no reason phrase"},
	{RuleNoTag, "From or To has no tag"},
	{RuleOneContact, "a message has not exactly one sip or sips Contact and must"},
	{RulePhoneContext, "a phone-context is neither a domain nor a number"},
	{RulePortZero, "a URI has port 0"},
	{RuleQ, "a q parameter is not a number from 0 to 1"},
	{RuleReceived, "a received parameter is not an IP address"},
	{RuleRegisterUser, "the Request-URI of a REGISTER has a user part"},
	{RuleReliable, "Require: 100rel, RSeq and the method do not belong together"},
	{RuleRPort, "an rport parameter is not a port"},
	{RuleRSeq, "RSeq is 0"},
	{RuleSDPDirection, "media have more than one direction"},
	{RuleSDPFormat, "a format is missing, or is not explained"},
	{RuleSDPHold, "a stream is held by the address 0.0.0.0"},
	{RuleSDPKeys, "encrypted media have no keys"},
	{RuleSDPMissing, "a session description lacks a line that it must have"},
	{RuleSDPOrder, "a line of a session description is out of order, or of an unknown type"},
	{RuleSessionTimer, "a session timer is too short, or its refresher unknown"},
	{RuleSeveralValues, "a comma and more follow the value of a header that takes one"},
	{RuleSIPSContact, "a request to a sips URI has a sip Contact"},
	{RuleSIPSUDP, "a sips URI is used over UDP"},
	{RuleSpaceBeforeColon, "whitespace is between a header name and its colon"},
	{RuleStrictRoute, "a route URI has no lr parameter"},
	{RuleTrailingBytes, "bytes follow the body"},
	{RuleUnknownMethod, "a method is not registered"},
	{RuleUnknownOption, "an option tag is not registered"},
	{RuleUnknownScheme, "a Request-URI is not sip, sips or tel"},
	{RuleUnknownStatus, "a status code is not registered"},
	{RuleURIComponent, "a URI has what its header must not have"},
	{RuleURIHeaders, "a Request-URI has headers"},
	{RuleURIMethod, "a Request-URI has a method parameter"},
	{RuleUTF8, "a value is not UTF-8"},
	{RuleVersionCase, "the SIP version is in small letters"},
	{RuleViaProtocol, "a Via is of another protocol than SIP/2.0"},
}

// Rules yields the rules of this package in the order of their names: the
// constants, and one for each thing that the parser tolerates.
func Rules() iter.Seq[Rule] {
	var all []Rule
	for i := range rules {
		all = append(all, rules[i].rule)
	}
	for _, l := range lenient.All() {
		all = append(all, Rule(l.Name()))
	}
	slices.Sort(all)
	return slices.Values(all)
}

// About says in a few words what breaks the rule, "" for a name that is no
// rule.
func (r Rule) About() string {
	for i := range rules {
		if rules[i].rule == r {
			return rules[i].about
		}
	}
	for _, l := range lenient.All() {
		if l.Name() == string(r) {
			return l.Text()
		}
	}
	for c := range sipwire.All {
		if c.Name() == string(r) {
			return c.Text()
		}
	}
	return ""
}

// ruleOf returns the rule that a code is reported under.
func ruleOf(c sipwire.Code) Rule { return Rule(c.Name()) }

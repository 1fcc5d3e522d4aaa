package lint

import (
	"iter"

	"github.com/sipwire/sipwire"
)

// A Rule is the stable short name of a rule: "branch-cookie".
type Rule string

// The rules of this package. The rules of grammar are not among them: they
// have the names of [sipwire.Code].
const (
	RuleAnswerDirection  Rule = "answer-direction"   // an answer sends or takes media that the offer does not leave open
	RuleAnswerFormat     Rule = "answer-format"      // an answer has no format of the offer
	RuleAnswerMedia      Rule = "answer-media"       // an answer has more or fewer m= lines than its offer
	RuleAnswerRejected   Rule = "answer-rejected"    // an answer accepts a stream that was offered as rejected
	RuleAnswerType       Rule = "answer-type"        // an answer has another media type or protocol than its offer
	RuleBranchCookie     Rule = "branch-cookie"      // a branch does not begin with z9hG4bK
	RuleCancelVias       Rule = "cancel-vias"        // a CANCEL has more than one Via
	RuleCSeqMethod       Rule = "cseq-method"        // CSeq names another method than the request
	RuleDatagramSize     Rule = "datagram-size"      // a request is too large for UDP
	RuleDeprecated       Rule = "deprecated"         // a header or parameter was withdrawn
	RuleExpires          Rule = "expires"            // the expires parameter of a Contact is not a number
	RuleLineEnd          Rule = "line-end"           // a line ends in LF without CR
	RuleMaxForwards      Rule = "max-forwards"       // Max-Forwards is 0
	RuleMisplaced        Rule = "misplaced"          // a header is not allowed in such a message
	RuleNoBranch         Rule = "no-branch"          // a Via has no branch
	RuleNoContentLength  Rule = "no-content-length"  // Content-Length is missing
	RuleNoContentType    Rule = "no-content-type"    // a body has no Content-Type
	RuleNoReason         Rule = "no-reason"          // a response has no reason phrase
	RuleNoTag            Rule = "no-tag"             // From or To has no tag
	RuleQ                Rule = "q"                  // a q parameter is not a number from 0 to 1
	RuleReceived         Rule = "received"           // a received parameter is not an IP address
	RuleRPort            Rule = "rport"              // an rport parameter is not a port
	RuleSDPDirection     Rule = "sdp-direction"      // media have more than one direction
	RuleSDPFormat        Rule = "sdp-format"         // a format is missing, or is not explained
	RuleSDPHold          Rule = "sdp-hold"           // a stream is held by the address 0.0.0.0
	RuleSDPKeys          Rule = "sdp-keys"           // encrypted media have no keys
	RuleSDPMissing       Rule = "sdp-missing"        // a session description lacks a line that it must have
	RuleSDPOrder         Rule = "sdp-order"          // a line of a session description is out of order, or of an unknown type
	RuleSeveralValues    Rule = "several-values"     // a comma and more follow the value of a header that takes one
	RuleSIPSContact      Rule = "sips-contact"       // a request to a sips URI has a sip Contact
	RuleSpaceBeforeColon Rule = "space-before-colon" // whitespace is between a header name and its colon
	RuleStrictRoute      Rule = "strict-route"       // a route URI has no lr parameter
	RuleTrailingBytes    Rule = "trailing-bytes"     // bytes follow the body
	RuleUnknownMethod    Rule = "unknown-method"     // a method is not registered
	RuleUnknownOption    Rule = "unknown-option"     // an option tag is not registered
	RuleUnknownScheme    Rule = "unknown-scheme"     // a Request-URI is not sip, sips or tel
	RuleUnknownStatus    Rule = "unknown-status"     // a status code is not registered
	RuleURIHeaders       Rule = "uri-headers"        // a Request-URI has headers
	RuleURIMethod        Rule = "uri-method"         // a Request-URI has a method parameter
	RuleUTF8             Rule = "utf8"               // a value is not UTF-8
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
	{RuleCancelVias, "a CANCEL has more than one Via"},
	{RuleCSeqMethod, "CSeq names another method than the request"},
	{RuleDatagramSize, "a request is too large for UDP"},
	{RuleDeprecated, "a header or parameter was withdrawn"},
	{RuleExpires, "the expires parameter of a Contact is not a number"},
	{RuleLineEnd, "a line ends in LF without CR"},
	{RuleMaxForwards, "Max-Forwards is 0"},
	{RuleMisplaced, "a header is not allowed in such a message"},
	{RuleNoBranch, "a Via has no branch"},
	{RuleNoContentLength, "Content-Length is missing"},
	{RuleNoContentType, "a body has no Content-Type"},
	{RuleNoReason, "a response has no reason phrase"},
	{RuleNoTag, "From or To has no tag"},
	{RuleQ, "a q parameter is not a number from 0 to 1"},
	{RuleReceived, "a received parameter is not an IP address"},
	{RuleRPort, "an rport parameter is not a port"},
	{RuleSDPDirection, "media have more than one direction"},
	{RuleSDPFormat, "a format is missing, or is not explained"},
	{RuleSDPHold, "a stream is held by the address 0.0.0.0"},
	{RuleSDPKeys, "encrypted media have no keys"},
	{RuleSDPMissing, "a session description lacks a line that it must have"},
	{RuleSDPOrder, "a line of a session description is out of order, or of an unknown type"},
	{RuleSeveralValues, "a comma and more follow the value of a header that takes one"},
	{RuleSIPSContact, "a request to a sips URI has a sip Contact"},
	{RuleSpaceBeforeColon, "whitespace is between a header name and its colon"},
	{RuleStrictRoute, "a route URI has no lr parameter"},
	{RuleTrailingBytes, "bytes follow the body"},
	{RuleUnknownMethod, "a method is not registered"},
	{RuleUnknownOption, "an option tag is not registered"},
	{RuleUnknownScheme, "a Request-URI is not sip, sips or tel"},
	{RuleUnknownStatus, "a status code is not registered"},
	{RuleURIHeaders, "a Request-URI has headers"},
	{RuleURIMethod, "a Request-URI has a method parameter"},
	{RuleUTF8, "a value is not UTF-8"},
}

// Rules yields the rules of this package in the order of their names.
func Rules() iter.Seq[Rule] {
	return func(yield func(Rule) bool) {
		for i := range rules {
			if !yield(rules[i].rule) {
				return
			}
		}
	}
}

// About says in a few words what breaks the rule, "" for a name that is no
// rule.
func (r Rule) About() string {
	for i := range rules {
		if rules[i].rule == r {
			return rules[i].about
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

package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Check reads every value of a header field, given the bytes behind its colon,
// as the grammar of the header asks for, splitting lists, and returns the first
// defect: its offset in field and a [Code], which may be one of package uri.
// Without a defect offset is len(field).
//
// It judges no more than the grammar and the ranges of numbers: what a
// parameter of a later RFC may hold, and whether one stands twice, is left to
// the accessors and to [ParamList.Duplicate].
func Check(id ID, field []byte) (offset int, err error) {
	offset, code := check(id, field)
	if bad := badLine(field); bad < offset {
		return bad, sipwire.ErrControl
	}
	return offset, code.Err()
}

func check(id ID, field []byte) (offset int, code sipwire.Code) {
	for next := 0; next <= len(field); {
		var lo, hi, n int
		lo, hi, next = NextValue(id, field, next)
		value := field[lo:hi:hi]
		switch {
		case lo < hi:
			n, code = checkValue(id, value)
		case !isBlank(field):
			code = sipwire.ErrList
		case !id.MayBeEmpty():
			code = sipwire.ErrEmpty
		}
		if code == 0 && id == IDContact && string(value) == "*" && (!isBlank(field[:lo]) || next <= len(field)) {
			n, code = 0, sipwire.ErrWildcard // STAR / (contact-param *(COMMA contact-param))
		}
		if code != 0 {
			return lo + n, code
		}
	}
	return len(field), 0
}

// badLine returns the index of the first line end in field that does not fold,
// but for one at its very end, or len(field). [Values] would cut one in front
// of a comma.
func badLine(field []byte) int {
	_, hi := abnf.TrimLWS(field, 0, len(field))
	for i := 0; i < hi; i++ {
		if c := field[i]; c == '\r' || c == '\n' {
			j := abnf.SkipLWS(field, i)
			if j == i {
				return i
			}
			i = j - 1
		}
	}
	return len(field)
}

// MayBeEmpty reports whether a field without a value follows the grammar of
// the header.
func (id ID) MayBeEmpty() bool {
	switch id {
	case IDAccept, IDAcceptEncoding, IDAcceptLanguage, IDAllow, IDSupported, // RFC 3261, 25.1
		IDAcceptResourcePriority, // RFC 4412
		IDPEarlyMedia,            // RFC 5009
		IDPAssociatedURI,         // RFC 7315, 4.1
		IDRecvInfo:               // RFC 6086, 9.2
		return true
	}
	g := id.Grammar()
	return g == Opaque || g == Text
}

// checkValue reads one value, which is not empty.
func checkValue(id ID, b []byte) (n int, code sipwire.Code) {
	switch g := id.Grammar(); g {
	case Integer:
		return checkInteger(id, b)
	case Challenge:
		return checkChallenges(b)
	case NameAddrValue, NameAddrList:
		var v NameAddr
		n, err := v.Parse(b)
		if err == nil {
			n, err = v.Check(id)
		}
		return n, codeOf(err)
	case ContactList:
		var v Contact
		n, err := v.Parse(b)
		if err == nil {
			n, err = v.Check()
		}
		return n, codeOf(err)
	case StarParamsList:
		var v Item
		n, code := v.parse(b, false)
		if code == 0 && string(v.Value()) != "*" {
			n, code = int(v.value.lo), sipwire.ErrValue
		}
		return n, code
	case TokQParamsList:
		var v Item
		return v.parse(b, true)
	case URIList:
		var v Reference
		return v.parse(b, true)
	default:
		n, err := parseValue(id, g, b)
		return n, codeOf(err)
	}
}

// parseValue reads a value of the grammars that need no more than Parse.
func parseValue(id ID, g Grammar, b []byte) (n int, err error) {
	switch g {
	case IntParams:
		var v IntegerParams
		return v.Parse(b)
	case IntCommentParams:
		var v RetryAfter
		return v.Parse(b)
	case TokenList, TokenValue:
		return parseToken(id, b)
	case TokenParams, TokenParamsList:
		return parseItem(id, b)
	case SemiTokenList:
		var v Privacy
		return v.Parse(b)
	case Params:
		var v ParamList
		return v.Parse(b)
	case URIRef, URIRefList:
		var v Reference
		return v.Parse(b)
	case ViaList:
		var v Via
		return v.Parse(b)
	case CallIDValue, CallIDList:
		_, n, err = ParseCallID(b)
		return n, err
	case CallIDParams:
		var v dialogRef
		return v.parse(b)
	case CSeqValue:
		var v CSeq
		return v.Parse(b)
	case RAckValue:
		var v RAck
		return v.Parse(b)
	case DateValue:
		_, n, err = ParseDate(b)
		return n, err
	case TimestampValue:
		var v Timestamp
		return v.Parse(b)
	case MediaType:
		var v ContentType
		return v.Parse(b)
	case MediaRangeList:
		var v MediaRange
		return v.Parse(b)
	case RPriorityList:
		var v ResourcePriority
		return v.Parse(b)
	case Product:
		var v UserAgent
		return v.Parse(b)
	case WarningList:
		var v Warning
		return v.Parse(b)
	case Version:
		var v MIMEVersion
		return v.Parse(b)
	case MsgID:
		var v ContentID
		return v.Parse(b)
	case Credentials:
		var v AuthCredentials
		return v.Parse(b)
	case AuthInfo:
		var v AuthenticationInfo
		return v.Parse(b)
	case IdentityValue:
		var v Identity
		return v.Parse(b)
	}
	var v FreeText
	return v.Parse(b)
}

// checkInteger holds a number against the range of its header.
func checkInteger(id ID, b []byte) (n int, code sipwire.Code) {
	var err error
	switch id {
	case IDContentLength:
		_, n, err = ParseContentLength(b)
	case IDMaxForwards:
		_, n, err = ParseMaxForwards(b)
	case IDExpires, IDMinExpires:
		_, n, err = ParseExpires(b)
	default:
		_, n, err = ParseUint(b, 1<<32-1)
	}
	return n, codeOf(err)
}

// checkChallenges reads a challenge, and those behind it in the same field,
// which elements send although RFC 3261, 7.3.1 says not to; see
// [AuthChallenge.ParseFrom].
func checkChallenges(b []byte) (n int, code sipwire.Code) {
	for i := 0; i <= len(b); i = n + 1 {
		var v AuthChallenge
		if n, code = v.parseScheme(b, i); code != 0 {
			return n, code
		}
	}
	return len(b), 0
}

// parseToken reads one token, as strictly as its header asks for.
func parseToken(id ID, b []byte) (n int, err error) {
	switch id {
	case IDContentLanguage, IDAllowEvents:
		// A language tag (RFC 3261, 25.1) and an event type (RFC 6665,
		// 8.4) are more than a token, but may have no parameters.
		var t Token
		if n, err = t.Parse(b); err != nil {
			return n, err
		}
		return parseItem(id, b)
	}
	var v Token
	return v.Parse(b)
}

// parseItem reads a token with parameters, as strictly as its header asks for.
func parseItem(id ID, b []byte) (n int, err error) {
	switch id {
	case IDEvent, IDAllowEvents:
		var v Event
		return v.Parse(b)
	case IDAcceptLanguage, IDContentLanguage:
		var v Language
		return v.Parse(b)
	}
	var v Item
	return v.Parse(b)
}

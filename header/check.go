package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header/auth"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/value"
)

// Check reads every value of a field of the header, given the bytes after its
// colon, and splits lists. It returns the first defect: its offset in field and a
// sipwire.Code. Without a defect offset is len(field) and the error is nil.
//
// It checks the grammar and the ranges of numbers only. What a parameter of a
// later RFC may hold is left to the accessors, and whether one occurs twice to
// [ParamList.Duplicate].
func (id ID) Check(field []byte) (offset int, err error) {
	offset, code := check(id, field)
	if bad := badLine(field); bad < offset {
		return bad, sipwire.ErrControl
	}
	return offset, code.Err()
}

func check(id ID, field []byte) (offset int, code sipwire.Code) {
	for next := 0; next <= len(field); {
		var lo, hi, n int
		lo, hi, next = id.NextValue(field, next)
		v := field[lo:hi:hi]
		switch {
		case lo < hi:
			n, code = checkValue(id, v)
		case !isBlank(field):
			code = sipwire.ErrList
		case !id.MayBeEmpty():
			code = sipwire.ErrEmpty
		}
		if code == 0 && id == IDContact && string(v) == "*" && (!isBlank(field[:lo]) || next <= len(field)) {
			n, code = 0, sipwire.ErrWildcard // STAR / (contact-param *(COMMA contact-param))
		}
		if code != 0 {
			return lo + n, code
		}
	}
	return len(field), 0
}

// badLine returns the index of the first line end in field that does not fold, or
// len(field). One at the very end is allowed. [ID.Values] would drop one in front
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
	c := grammar.Of(uint8(id))
	return c == grammar.Opaque || c == grammar.Text
}

// checkValue reads one value, which is not empty.
func checkValue(id ID, b []byte) (n int, code sipwire.Code) {
	switch c := grammar.Of(uint8(id)); c {
	case grammar.Integer:
		return checkInteger(id, b)
	case grammar.Challenge:
		return checkChallenges(b)
	case grammar.NameAddrValue, grammar.NameAddrList:
		var v NameAddr
		n, err := v.Parse(b)
		if err == nil {
			n, err = v.Check(id)
		}
		return n, value.CodeOf(err)
	case grammar.ContactList:
		var v Contact
		n, err := v.Parse(b)
		if err == nil {
			n, err = v.Check()
		}
		return n, value.CodeOf(err)
	case grammar.StarParamsList:
		var v Item
		n, code := v.parse(b, false)
		if code == 0 && string(v.Value()) != "*" {
			n, code = int(v.value.Lo), sipwire.ErrValue
		}
		return n, code
	case grammar.TokQParamsList:
		var v Item
		return v.parse(b, true)
	case grammar.URIList:
		var v Reference
		return v.parse(b, true)
	default:
		n, err := parseValue(id, c, b)
		return n, value.CodeOf(err)
	}
}

// parseValue reads a value of the grammars that need no more than Parse.
func parseValue(id ID, c grammar.Class, b []byte) (n int, err error) {
	switch c {
	case grammar.IntParams:
		var v DeltaSeconds
		return v.Parse(b)
	case grammar.IntCommentParams:
		var v DeltaSeconds
		return v.ParseComment(b)
	case grammar.TokenList, grammar.TokenValue:
		return parseToken(id, b)
	case grammar.TokenParams, grammar.TokenParamsList:
		return parseItem(id, b)
	case grammar.SemiTokenList:
		_, _, n, code := value.ParseSemiTokens(b)
		return n, code.Err()
	case grammar.Params:
		var v ParamList
		return v.Parse(b)
	case grammar.URIRef, grammar.URIRefList:
		var v Reference
		return v.Parse(b)
	case grammar.ViaList:
		var v Via
		return v.Parse(b)
	case grammar.CallIDValue, grammar.CallIDList:
		_, n, err = ParseCallID(b)
		return n, err
	case grammar.CallIDParams:
		n, code := value.CheckDialogRef(b)
		return n, code.Err()
	case grammar.CSeqValue:
		var v CSeq
		return v.Parse(b)
	case grammar.RAckValue:
		var v RAck
		return v.Parse(b)
	case grammar.DateValue:
		_, n, err = ParseDate(b)
		return n, err
	case grammar.TimestampValue:
		var v Timestamp
		return v.Parse(b)
	case grammar.MediaType:
		var v ContentType
		return v.Parse(b)
	case grammar.MediaRangeList:
		var v ContentType
		return v.ParseRange(b)
	case grammar.RPriorityList:
		_, _, _, n, code := value.ParsePriority(b)
		return n, code.Err()
	case grammar.Product:
		var v UserAgent
		return v.Parse(b)
	case grammar.WarningList:
		var v Warning
		return v.Parse(b)
	case grammar.Version:
		var v MIMEVersion
		return v.Parse(b)
	case grammar.MsgID:
		_, _, n, code := value.ParseMsgID(b)
		return n, code.Err()
	case grammar.Credentials:
		var v auth.Credentials
		return v.Parse(b)
	case grammar.AuthInfo:
		var v auth.Info
		return v.Parse(b)
	case grammar.IdentityValue:
		var v value.Identity
		n, code := v.Parse(b)
		return n, code.Err()
	}
	var v FreeText
	return v.Parse(b)
}

// checkInteger checks a number against the range of its header.
func checkInteger(id ID, b []byte) (n int, code sipwire.Code) {
	var err error
	switch id {
	case IDContentLength:
		_, n, err = value.ParseContentLength(b)
	case IDMaxForwards:
		_, n, err = value.ParseMaxForwards(b)
	case IDExpires, IDMinExpires:
		_, n, err = ParseExpires(b)
	default:
		_, n, err = ParseUint(b, 1<<32-1)
	}
	return n, value.CodeOf(err)
}

// checkChallenges reads a challenge, and those after it in the same field, which
// elements send although RFC 3261, 7.3.1 forbids it; see
// [auth.Challenge.ParseFrom].
func checkChallenges(b []byte) (n int, code sipwire.Code) {
	for i := 0; i <= len(b); i = n + 1 {
		var v value.Auth
		if n, code = v.ParseScheme(b, i); code != 0 {
			return n, code
		}
	}
	return len(b), 0
}

// parseToken reads one token, as strictly as its header asks for.
func parseToken(id ID, b []byte) (n int, err error) {
	_, _, n, code := value.ParseToken(b)
	if code == 0 && (id == IDContentLanguage || id == IDAllowEvents) {
		// A language tag (RFC 3261, 25.1) and an event type (RFC 6665,
		// 8.4) are more than a token, but must have no parameters.
		return parseItem(id, b)
	}
	return n, code.Err()
}

// parseItem reads a token with parameters, as strictly as its header asks for.
func parseItem(id ID, b []byte) (n int, err error) {
	switch id {
	case IDEvent, IDAllowEvents:
		var v Item
		n, err = v.Parse(b)
		if i := value.BadEventType(v.Value()); err == nil && i >= 0 {
			return int(v.value.Lo) + i, sipwire.ErrValue
		}
		return n, err
	case IDAcceptLanguage, IDContentLanguage:
		var v Language
		return v.Parse(b)
	}
	var v Item
	return v.Parse(b)
}

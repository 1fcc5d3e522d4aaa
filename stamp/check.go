package stamp

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/check"
	"github.com/sipwire/sipwire/uri"
)

// check checks a value against every place of the variable. With probing, the
// whole value of a header field is not asked for its grammar.
func (v *templateVar) check(b []byte, probing bool) sipwire.Code {
	for i := range v.places {
		p := &v.places[i]
		if p.pos == posField && probing || p.pos == posLines || p.pos == posBody {
			continue
		}
		if code := check.Part(b); code != 0 {
			return code
		}
		if code := p.check(b); code != 0 {
			return code
		}
		if p.bare {
			for _, c := range b {
				if c == ',' || c == ';' || c == '?' {
					return sipwire.ErrNeedAngle
				}
			}
		}
	}
	return 0
}

// check checks a value against the place. It holds no CR, LF or NUL.
func (p *place) check(b []byte) sipwire.Code {
	switch p.pos {
	case posField:
		_, err := p.id.Check(b)
		code, _ := err.(sipwire.Code)
		return code
	case posToken:
		return check.Token(b)
	case posParam:
		if !check.IsUnquoted(b) {
			return sipwire.ErrParam
		}
	case posDigits:
		return checkAll(b, abnf.Digit, sipwire.ErrNumber)
	case posStatus:
		if len(b) != 3 || !abnf.All(b, abnf.Digit) || b[0] < '1' || b[0] > '6' {
			return sipwire.ErrStatus
		}
	case posReason:
		if check.ControlByte(b) >= 0 {
			return sipwire.ErrControl
		}
	case posWord:
		return checkAll(b, abnf.Word, sipwire.ErrCallID)
	case posCallID:
		return check.CallID(b)
	case posQuoted:
		return checkQuotedPart(b)
	case posDisplay:
		if abnf.Span(b, 0, abnf.Token|abnf.WSP) < len(b) {
			return sipwire.ErrDisplayName
		}
	case posURI:
		return checkEscaped(b, abnf.Reserved, sipwire.ErrURI)
	case posWholeURI:
		return check.URI(b)
	case posScheme:
		if len(b) == 0 || !abnf.Is(b[0], abnf.Alpha) {
			return sipwire.ErrScheme
		}
		return checkAll(b, abnf.Scheme, sipwire.ErrScheme)
	case posUser:
		return checkEscaped(b, abnf.User, sipwire.ErrUser)
	case posPassword:
		return checkEscaped(b, abnf.Password, sipwire.ErrUser)
	case posURIParam:
		return checkEscaped(b, abnf.URIParam, sipwire.ErrParam)
	case posParams:
		return checkParams(b, false)
	case posURIParams:
		return checkParams(b, true)
	case posURIHeader:
		return checkEscaped(b, abnf.URIHeader, sipwire.ErrURI)
	case posHostPart:
		// A host itself, and what is next to it cannot spoil the labels.
		n, code := abnf.ConsumeHost(b, 0)
		if code == 0 && (n < len(b) || uri.KindOfHost(b[:n]) == uri.HostIPv6 || b[n-1] == '.') {
			code = sipwire.ErrHost
		}
		return code
	case posPort:
		_, n, code := abnf.ConsumePort(b, 0)
		if code == 0 && n < len(b) {
			code = sipwire.ErrPort
		}
		return code
	case posIPv6:
		return checkAll(b, abnf.IPv6, sipwire.ErrHost)
	case posHost, posHostPort:
		n, code := abnf.ConsumeHost(b, 0)
		if bytes.IndexByte(b[:n], '%') >= 0 {
			return sipwire.ErrHost // a zone, which a reader tolerates
		}
		if code == 0 && p.pos == posHostPort && n < len(b) && b[n] == ':' {
			_, n, code = abnf.ConsumePort(b, n+1)
		}
		if code == 0 && n < len(b) {
			code = sipwire.ErrHost
		}
		return code
	}
	return 0
}

func checkAll(b []byte, set abnf.Class, code sipwire.Code) sipwire.Code {
	if abnf.All(b, set) {
		return 0
	}
	return code
}

// checkEscaped asks for one byte of the set, or escape, and more.
func checkEscaped(b []byte, set abnf.Class, code sipwire.Code) sipwire.Code {
	n, bad := abnf.ConsumeEscapes(b, 0, set)
	if bad != 0 {
		return bad
	}
	if n < len(b) || n == 0 {
		return code
	}
	return 0
}

// checkQuotedPart asks for what may be between the quotes of a quoted
// string: every quote, backslash and control byte in a quoted pair.
func checkQuotedPart(b []byte) sipwire.Code {
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return sipwire.ErrQuote
		case c == '\\':
			if i++; i == len(b) {
				return sipwire.ErrQuote
			}
		case abnf.Is(c, abnf.Control):
			return sipwire.ErrControl
		}
	}
	return 0
}

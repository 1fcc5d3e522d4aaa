package codec

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/uri"
)

// What callers put into a message is checked here, so that no value can end
// its header field and begin another one. The codes are those of the call.

// checkText refuses CR, LF and NUL: folding a value that is put in is never
// needed, and all three end a line for some reader.
func checkText(b []byte) sipwire.Code {
	if bytes.IndexByte(b, '\r') >= 0 || bytes.IndexByte(b, '\n') >= 0 || bytes.IndexByte(b, 0) >= 0 {
		return sipwire.ErrInjection
	}
	return 0
}

// copyBranch copies b, as far as it is looked at, to dst, which has room for
// all of it, and reports whether it is a branch as checkBranch asks for: eight
// bytes a step, and the last ones once more rather than in a loop of their own.
func copyBranch(dst, b []byte) bool {
	last := len(b) - 8
	if last < 0 || string(b[:len(magicCookie)]) != magicCookie {
		copy(dst, b)
		return checkBranch(b) == 0
	}
	dst = dst[:len(b)]
	all := abnf.Token
	for i := 0; ; i += 8 {
		if i > last {
			i = last
		}
		p, d := (*[8]byte)(b[i:]), (*[8]byte)(dst[i:])
		*d = *p
		all &= abnf.Table[p[0]] & abnf.Table[p[1]] & abnf.Table[p[2]] & abnf.Table[p[3]] &
			abnf.Table[p[4]] & abnf.Table[p[5]] & abnf.Table[p[6]] & abnf.Table[p[7]]
		if i == last {
			return all != 0
		}
	}
}

// checkToken asks for a token (RFC 3261, 25.1).
func checkToken(b []byte) sipwire.Code {
	if abnf.All(b, abnf.Token) {
		return 0
	}
	if code := checkText(b); code != 0 {
		return code
	}
	return sipwire.ErrToken
}

// checkHost asks for a host, which is in brackets when it is an IPv6 address.
func checkHost(b []byte) sipwire.Code {
	if n, code := uri.ConsumeHost(b, 0); code == 0 && n == len(b) {
		return 0
	}
	if code := checkText(b); code != 0 {
		return code
	}
	return sipwire.ErrHost
}

// checkCallID asks for a callid without whitespace around it.
func checkCallID(b []byte) sipwire.Code {
	id, _, err := header.ParseCallID(b)
	code, _ := err.(sipwire.Code)
	if code == 0 && len(id) < len(b) {
		code = sipwire.ErrCallID
	}
	return code
}

// checkURI asks for a URI that may stand in "<>" or in a request line.
func checkURI(b []byte) sipwire.Code {
	_, code := parseURI(b)
	return code
}

// parseURI is checkURI for who needs what was parsed.
func parseURI(b []byte) (u uri.URI, code sipwire.Code) {
	if code := checkText(b); code != 0 {
		return u, code
	}
	u, err := uri.Parse(b)
	code, _ = err.(sipwire.Code)
	return u, code
}

// A Via is a Via value to be written (RFC 3261, 20.42). Its slices are read
// during the call that it is given to, and not kept.
type Via struct {
	Transport header.Transport // not header.TransportOther
	Host      []byte           // of sent-by: a name, an IPv4 address or an IPv6 address in brackets
	Port      uint16           // of sent-by; 0 leaves it out
	Branch    []byte           // with the magic cookie; [AppendBranch] makes one
	RPort     bool             // asks for the response at the port this is sent from (RFC 3581, 3)
}

// magicCookie begins every branch (RFC 3261, 8.1.1.7).
const magicCookie = "z9hG4bK"

// check judges the parts of v by their grammar.
func (v *Via) check() sipwire.Code {
	if code := v.checkStart(); code != 0 {
		return code
	}
	return checkBranch(v.Branch)
}

// checkStart is check without the branch.
func (v *Via) checkStart() sipwire.Code {
	if v.Transport.String() == "" {
		return sipwire.ErrProtocol
	}
	return checkHost(v.Host)
}

// checkBranch asks for a token that begins with the magic cookie.
func checkBranch(b []byte) sipwire.Code {
	if code := checkToken(b); code != 0 {
		return code
	}
	if len(b) < len(magicCookie) || string(b[:len(magicCookie)]) != magicCookie {
		return sipwire.ErrParam
	}
	return 0
}

// appendTo appends v, which has passed check.
func (v *Via) appendTo(dst []byte) []byte {
	return append(v.appendStart(dst), v.Branch...)
}

// appendStart is appendTo without the branch.
func (v *Via) appendStart(dst []byte) []byte {
	dst = append(dst, "SIP/2.0/"...)
	dst = append(dst, v.Transport.String()...)
	dst = append(dst, ' ')
	dst = append(dst, v.Host...)
	if v.Port != 0 {
		dst = abnf.AppendUint(append(dst, ':'), uint64(v.Port))
	}
	if v.RPort {
		dst = append(dst, ";rport"...)
	}
	return append(dst, ";branch="...)
}

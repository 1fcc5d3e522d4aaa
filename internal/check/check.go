// Package check holds what callers put into a message against the grammar of
// its place, so that no value can end its header field and begin another one.
// All writers share it: edits, replies and requests, the builder and stamps.
package check

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/scan"
	"github.com/sipwire/sipwire/uri"
)

// MagicCookie begins every branch (RFC 3261, 8.1.1.7).
const MagicCookie = "z9hG4bK"

// MaxCSeq is the greatest sequence number (RFC 3261, 8.1.1.5).
const MaxCSeq = 1<<31 - 1

// Text refuses CR, LF and NUL: a value that is put in never has to be folded,
// and all three end a line for some reader. Other control bytes have no place
// in a value but in a quoted pair, HTAB excepted.
func Text(b []byte) sipwire.Code {
	if scan.Odd(b) < 0 && bytes.IndexByte(b, '\n') < 0 {
		return 0
	}
	return oddText(b)
}

// Part is Text for a part of a value: whether a quoted pair in it is one in the
// whole value it does not say, so it has none of a control byte.
func Part(b []byte) sipwire.Code {
	code := Text(b)
	if code == 0 && scan.Odd(b) >= 0 {
		return sipwire.ErrControl
	}
	return code
}

// oddText is Text for b with control bytes.
func oddText(b []byte) sipwire.Code {
	if bytes.IndexByte(b, '\r') >= 0 || bytes.IndexByte(b, '\n') >= 0 || bytes.IndexByte(b, 0) >= 0 {
		return sipwire.ErrInjection
	}
	if Control(b) >= 0 {
		return sipwire.ErrControl
	}
	return 0
}

// Control returns the offset of the first control byte of a value, which may
// be folded, that no quoted pair excuses, or -1.
func Control(b []byte) int {
	c := Controls{b: b, from: -1}
	return c.Next()
}

// Token asks for a token (RFC 3261, 25.1).
func Token(b []byte) sipwire.Code {
	if abnf.All(b, abnf.Token) {
		return 0
	}
	if code := Text(b); code != 0 {
		return code
	}
	return sipwire.ErrToken
}

// Host asks for a host, which is in brackets when it is an IPv6 address.
func Host(b []byte) sipwire.Code {
	if isHost(b) {
		return 0
	}
	if code := Text(b); code != 0 {
		return code
	}
	return sipwire.ErrHost
}

// isHost reports whether b is a host without the zone that a reader tolerates.
func isHost(b []byte) bool {
	n, code := abnf.ConsumeHost(b, 0)
	return code == 0 && n == len(b) && bytes.IndexByte(b, '%') < 0
}

// CallID asks for a callid without whitespace around it.
func CallID(b []byte) sipwire.Code {
	id, _, err := header.ParseCallID(b)
	code, _ := err.(sipwire.Code)
	if code == 0 && len(id) < len(b) {
		code = sipwire.ErrCallID
	}
	return code
}

// URI asks for a URI that may be between "<" and ">" or in a request line.
func URI(b []byte) sipwire.Code {
	_, code := ParseURI(b)
	return code
}

// ParseURI is URI for a caller who needs what was parsed.
func ParseURI(b []byte) (u uri.URI, code sipwire.Code) {
	if code := Text(b); code != 0 {
		return u, code
	}
	u, err := uri.Parse(b)
	if code, _ = err.(sipwire.Code); code == 0 {
		code = tolerated(b, &u)
	}
	return u, code
}

// tolerated refuses what a reader of a URI tolerates and a writer must not write.
func tolerated(b []byte, u *uri.URI) sipwire.Code {
	if b[len(b)-1] == ';' {
		return sipwire.ErrParam
	}
	if !u.IsSIP() {
		return 0
	}
	for _, c := range u.User() {
		if !abnf.Is(c, abnf.User) && c != '%' {
			return sipwire.ErrUser
		}
	}
	if h := u.Host(); h[0] == '[' && bytes.IndexByte(h, '%') >= 0 {
		return sipwire.ErrHost
	}
	return 0
}

// Branch asks for a token that begins with the magic cookie.
func Branch(b []byte) sipwire.Code {
	if code := Token(b); code != 0 {
		return code
	}
	if len(b) < len(MagicCookie) || string(b[:len(MagicCookie)]) != MagicCookie {
		return sipwire.ErrParam
	}
	return 0
}

// Reason asks for text without control bytes (RFC 3261, 7.2), and returns the
// index of the first one with the code.
func Reason(b []byte) (offset int, code sipwire.Code) {
	if code := Text(b); code != 0 {
		return 0, code
	}
	if bad := ControlByte(b); bad >= 0 {
		return bad, sipwire.ErrControl
	}
	return 0, 0
}

// ControlByte returns the index of the first control byte, which no reason
// phrase may have, or -1.
func ControlByte(b []byte) int {
	for i, c := range b {
		if abnf.Is(c, abnf.Control) {
			return i
		}
	}
	return -1
}

// IsUnquoted reports whether the value of a parameter needs no quotes: a
// token, which host names and IPv4 addresses are too, or an IPv6 address in
// brackets (RFC 3261, 25.1: gen-value).
func IsUnquoted(b []byte) bool {
	if abnf.All(b, abnf.Token) {
		return true
	}
	return isHost(b)
}

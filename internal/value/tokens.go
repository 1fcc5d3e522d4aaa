package value

import "github.com/sipwire/sipwire"

// ParseToken reads b, the whole of which must be one token, b[lo:hi].
func ParseToken(b []byte) (lo, hi, n int, code sipwire.Code) {
	lo = SkipLWS(b, 0)
	if lo == len(b) {
		return 0, 0, lo, sipwire.ErrEmpty
	}
	hi = Span(b, lo, Token)
	if hi == lo {
		return 0, 0, lo, sipwire.ErrToken
	}
	n, code = AtEnd(b, hi, 0)
	return lo, hi, n, code
}

// ParseSemiTokens reads b, the whole of which must be token *( ";" token ), the
// value of Privacy. It is b[lo:hi].
func ParseSemiTokens(b []byte) (lo, hi, n int, code sipwire.Code) {
	lo = SkipLWS(b, 0)
	if lo == len(b) {
		return 0, 0, lo, sipwire.ErrEmpty
	}
	for i := lo; ; {
		hi = Span(b, i, Token)
		if hi == i {
			return 0, 0, i, sipwire.ErrToken
		}
		if i = SkipLWS(b, hi); i == len(b) {
			return lo, hi, i, 0
		}
		if b[i] != ';' {
			return 0, 0, i, sipwire.ErrTrailing
		}
		if i = SkipLWS(b, i+1); i == len(b) {
			return lo, hi, i, 0 // a ";" at the end
		}
	}
}

// BadEventType returns the offset of what is wrong with a token as an event type
// (RFC 6665, 8.2.1: event-package *( "." event-template ), neither of which may be
// empty), or -1.
func BadEventType(t []byte) int {
	for i := range t {
		if t[i] == '.' && (i == 0 || i+1 == len(t) || t[i+1] == '.') {
			return i
		}
	}
	return -1
}

package value

import "github.com/sipwire/sipwire"

// ParsePriority reads b, the whole of which must be namespace "." r-priority
// (RFC 4412, 3). It is b[lo:hi] with its dot at b[dot]; neither part may hold
// another dot.
func ParsePriority(b []byte) (lo, dot, hi, n int, code sipwire.Code) {
	lo = SkipLWS(b, 0)
	if lo == len(b) {
		return 0, 0, 0, lo, sipwire.ErrEmpty
	}
	hi, dot = Span(b, lo, Token), -1
	for i := lo; i < hi; i++ {
		switch {
		case b[i] != '.':
		case dot >= 0 || i == lo:
			return 0, 0, 0, i, sipwire.ErrValue
		default:
			dot = i
		}
	}
	if hi == lo {
		return 0, 0, 0, lo, sipwire.ErrToken
	}
	if dot < 0 || dot+1 == hi {
		return 0, 0, 0, hi, sipwire.ErrValue
	}
	n, code = AtEnd(b, hi, 0)
	return lo, dot, hi, n, code
}

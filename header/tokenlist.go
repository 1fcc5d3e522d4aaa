package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// tokens calls yield with each element of a token list. It stops at the first
// element that is not a token and returns where and why.
func tokens(field []byte, yield func(token []byte)) (n int, code sipwire.Code) {
	lo, hi := abnf.TrimLWS(field, 0, len(field))
	if lo == hi {
		return len(field), 0
	}
	b := field[:hi]
	first := -1 // the first empty element
	for i := lo; ; i++ {
		if i = value.SkipLWS(b, i); i == hi || b[i] == ',' {
			if first < 0 {
				first = i
			}
			if i == hi {
				break
			}
			continue
		}
		j := value.Span(b, i, value.Token)
		if j == i {
			return i, sipwire.ErrToken
		}
		yield(b[i:j:j])
		if i = value.SkipLWS(b, j); i == hi {
			break
		}
		if b[i] != ',' {
			return i, sipwire.ErrTrailing
		}
	}
	if first >= 0 {
		return first, sipwire.ErrList
	}
	return len(field), 0
}

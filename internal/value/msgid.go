package value

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// ParseMsgID reads b, the whole of which must be one msg-id in "<>" (RFC 5322,
// 3.6.4). It is b[lo:hi].
func ParseMsgID(b []byte) (lo, hi, n int, code sipwire.Code) {
	lo = SkipLWS(b, 0)
	if lo == len(b) {
		return 0, 0, lo, sipwire.ErrEmpty
	}
	if b[lo] != '<' {
		return 0, 0, lo, sipwire.ErrAngle
	}
	i, code := consumeDotAtom(b, lo+1)
	if code != 0 {
		return 0, 0, i, code
	}
	if i == len(b) || b[i] != '@' {
		return 0, 0, i, sipwire.ErrValue
	}
	if i++; i < len(b) && b[i] == '[' {
		i, code = consumeLiteral(b, i)
	} else {
		i, code = consumeDotAtom(b, i)
	}
	if code != 0 {
		return 0, 0, i, code
	}
	if i == len(b) || b[i] != '>' {
		return 0, 0, i, sipwire.ErrAngle
	}
	hi = i + 1
	if i, code = AtEnd(b, hi, 0); code != 0 {
		return 0, 0, i, code
	}
	return lo, hi, i, 0
}

// consumeDotAtom reads dot-atom-text: 1*atext *( "." 1*atext ).
func consumeDotAtom(b []byte, i int) (int, sipwire.Code) {
	for {
		j := i
		for j < len(b) && atext[b[j]] {
			j++
		}
		if j == i {
			return i, sipwire.ErrValue
		}
		if j == len(b) || b[j] != '.' {
			return j, 0
		}
		i = j + 1
	}
}

// consumeLiteral reads no-fold-literal: "[" *dtext "]".
func consumeLiteral(b []byte, i int) (int, sipwire.Code) {
	for i++; i < len(b); i++ {
		switch c := b[i]; {
		case c == ']':
			return i + 1, 0
		case c <= ' ' || c >= 0x7f || c == '[' || c == '\\':
			return i, sipwire.ErrValue
		}
	}
	return i, sipwire.ErrValue
}

var atext = func() (t [256]bool) {
	for i := range t {
		t[i] = abnf.Is(byte(i), abnf.Alpha|abnf.Digit)
	}
	for _, c := range "!#$%&'*+-/=?^_`{|}~" {
		t[c] = true
	}
	return t
}()

package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/uri"
)

// Warning is a view of one value of Warning (RFC 3261, 20.43: warn-code SP
// warn-agent SP warn-text). The zero Warning is invalid. It may be copied
// freely; it and everything it returns are valid as long as the bytes it was
// parsed from are.
type Warning struct {
	b                []byte
	all, agent, text part
	code             uint16
}

// Parse reads b, the whole of which must be one value. Any linear whitespace
// may separate its parts, since "a recipient MAY replace any linear white
// space with a single SP" (RFC 3261, 25.1). Without an error n is len(b), with
// one the offset of the byte that is wrong; the error is a [Code] and v is
// invalid.
func (v *Warning) Parse(b []byte) (n int, err error) {
	n, code := v.parse(b)
	if code != 0 {
		*v = Warning{}
		return n, code
	}
	return n, nil
}

func (v *Warning) parse(b []byte) (n int, code sipwire.Code) {
	if tooLong(b) {
		return 0, sipwire.ErrRange
	}
	*v = Warning{b: b}
	lo := skipLWS(b, 0)
	if lo == len(b) {
		return lo, sipwire.ErrEmpty
	}
	num, i, _ := abnf.ConsumeUint(b, lo, 999)
	if i < lo+3 {
		return i, sipwire.ErrNumber
	}
	if i > lo+3 {
		return lo, sipwire.ErrRange
	}
	v.code = uint16(num)
	agent := skipLWS(b, i)
	if agent == i {
		return i, sipwire.ErrValue
	}
	hi, code := consumeAgent(b, agent)
	if code != 0 {
		return hi, code
	}
	v.agent = makePart(agent, hi)
	text := skipLWS(b, hi)
	if text == hi || text == len(b) {
		return text, sipwire.ErrValue
	}
	if hi, code = abnf.ConsumeQuoted(b, text); code != 0 {
		return hi, code
	}
	v.text = makePart(text, hi)
	v.all = makePart(lo, hi)
	return atEnd(b, hi, 0)
}

// consumeAgent reads warn-agent = hostport / pseudonym, where a pseudonym is a
// token, as are all hosts but an IPv6 address.
func consumeAgent(b []byte, i int) (int, sipwire.Code) {
	j := span(b, i, inToken)
	if j == i {
		if i == len(b) || b[i] != '[' {
			return i, sipwire.ErrHost
		}
		var code sipwire.Code
		if j, code = uri.ConsumeHost(b, i); code != 0 {
			return j, code
		}
	} else if j < len(b) && b[j] == ':' {
		k, code := uri.ConsumeHost(b, i)
		if code != 0 {
			return k, code
		}
		if k != j {
			return k, sipwire.ErrHost
		}
	}
	if j < len(b) && b[j] == ':' {
		_, k, code := uri.ConsumePort(b, j+1)
		if code != 0 {
			return k, code
		}
		j = k
	}
	return j, 0
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v *Warning) IsValid() bool { return v.all.hi != 0 }

// Bytes returns the whole value as it came.
func (v *Warning) Bytes() []byte { return v.all.of(v.b) }

// AppendTo appends the value as it came, folds included.
func (v *Warning) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// Code returns the three digits (RFC 3261, 27.2), 0 when v is invalid.
func (v *Warning) Code() int { return int(v.code) }

// Agent returns the host and port, or the pseudonym, of who warns.
func (v *Warning) Agent() []byte { return v.agent.of(v.b) }

// Text returns the text as it came, with its quotes ([AppendUnquoted] takes
// them off).
func (v *Warning) Text() []byte { return v.text.of(v.b) }

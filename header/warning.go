package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// Warning is a view of one value of Warning (RFC 3261, 20.43: warn-code SP
// warn-agent SP warn-text). The zero Warning is invalid. It may be copied
// freely. It and everything it returns are valid as long as the bytes it was
// parsed from are.
type Warning struct {
	b                []byte
	all, agent, text value.Part
	code             uint16
}

// Parse reads b, the whole of which must be one value. Any linear whitespace
// may separate its parts, since "a recipient MAY replace any linear white
// space with a single SP" (RFC 3261, 25.1). Without an error n is len(b).
// With one n is the offset of the byte that is wrong, the error is a sipwire.Code
// and v is invalid.
func (v *Warning) Parse(b []byte) (n int, err error) {
	n, code := v.parse(b)
	if code != 0 {
		*v = Warning{}
		return n, code
	}
	return n, nil
}

func (v *Warning) parse(b []byte) (n int, code sipwire.Code) {
	if value.TooLong(b) {
		return 0, sipwire.ErrRange
	}
	*v = Warning{b: b}
	lo := value.SkipLWS(b, 0)
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
	agent := value.SkipLWS(b, i)
	if agent == i {
		return i, sipwire.ErrValue
	}
	hi, code := consumeAgent(b, agent)
	if code != 0 {
		return hi, code
	}
	v.agent = value.MakePart(agent, hi)
	text := value.SkipLWS(b, hi)
	if text == hi || text == len(b) || b[text] != '"' {
		return text, sipwire.ErrValue
	}
	if hi, code = abnf.ConsumeQuoted(b, text); code != 0 {
		return hi, code
	}
	v.text = value.MakePart(text, hi)
	v.all = value.MakePart(lo, hi)
	return value.AtEnd(b, hi, 0)
}

// consumeAgent reads warn-agent = hostport / pseudonym, where a pseudonym is a
// token, as are all hosts but an IPv6 address.
func consumeAgent(b []byte, i int) (int, sipwire.Code) {
	j := value.Span(b, i, value.Token)
	if j == i {
		if i == len(b) || b[i] != '[' {
			return i, sipwire.ErrHost
		}
		var code sipwire.Code
		if j, code = abnf.ConsumeHost(b, i); code != 0 {
			return j, code
		}
	} else if j < len(b) && b[j] == ':' {
		k, code := abnf.ConsumeHost(b, i)
		if code != 0 {
			return k, code
		}
		if k != j {
			return k, sipwire.ErrHost
		}
	}
	if j < len(b) && b[j] == ':' {
		_, k, code := abnf.ConsumePort(b, j+1)
		if code != 0 {
			return k, code
		}
		j = k
	}
	return j, 0
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v Warning) IsValid() bool { return v.all.Hi != 0 }

// Bytes returns the whole value as received.
func (v Warning) Bytes() []byte { return v.all.Of(v.b) }

// AppendTo appends the value as received, folds included.
func (v Warning) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of an
// invalid value.
func (v Warning) AppendText(dst []byte) ([]byte, error) {
	if !v.IsValid() {
		return dst, sipwire.ErrEmpty
	}
	return v.AppendTo(dst), nil
}

// String returns a copy of the value. It allocates.
func (v Warning) String() string { return string(v.AppendTo(nil)) }

// Code returns the three digits (RFC 3261, 27.2), 0 when v is invalid.
func (v Warning) Code() int { return int(v.code) }

// Agent returns the host and port, or the pseudonym, of the sender of the warning.
func (v Warning) Agent() []byte { return v.agent.Of(v.b) }

// Text returns the text as received, with its quotes ([AppendUnquoted] removes
// them).
func (v Warning) Text() []byte { return v.text.Of(v.b) }

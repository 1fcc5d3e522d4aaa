package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Contact is a view of one Contact value: a [NameAddr] with the parameters of
// a binding, or "*" (RFC 3261, 10.2 and 20.10; RFC 5626; RFC 5627). The zero
// Contact is invalid. It may be copied freely; it and everything it returns
// are valid as long as the bytes it was parsed from are.
type Contact struct {
	NameAddr
	star bool
}

// Parse reads b, the whole of which must be one value. Without an error n is
// len(b), with one the offset of the byte that is wrong; the error is a [Code]
// and v is invalid. That "*" stands alone in its message is for the reader of
// the whole message to see.
func (v *Contact) Parse(b []byte) (n int, err error) {
	if n, code, ok := v.parseStar(b, 0); ok {
		return n, v.result(code)
	}
	n, code := v.parseWhole(b)
	return n, v.result(code)
}

// ParseFrom reads the value that begins at b[i] in a whole field and ends
// before the next comma that separates two values, as [NameAddr.ParseFrom]
// does. A "*" beside another value is ErrWildcard (RFC 3261, 25.1: STAR /
// list).
func (v *Contact) ParseFrom(b []byte, i int) (n int, err error) {
	if n, code, ok := v.parseStar(b, i); ok {
		if code == 0 && i > 0 {
			code = sipwire.ErrWildcard
		}
		return n, v.result(code)
	}
	n, code := v.parse(b, i)
	return n, v.result(code)
}

// result ends a parse; a failed one leaves no trace in v.
func (v *Contact) result(code sipwire.Code) error {
	if code != 0 {
		*v = Contact{}
		return code
	}
	return nil
}

// parseStar reads "*" at i. It is not ok when something else stands there,
// among it a display name of which "*" is the first token.
func (v *Contact) parseStar(b []byte, i int) (n int, code sipwire.Code, ok bool) {
	v.star = false
	i = skipLWS(b, i)
	if i >= len(b) || b[i] != '*' || tooLong(b) {
		return i, 0, false
	}
	n = skipLWS(b, i+1)
	if n < len(b) {
		if b[n] != ';' && b[n] != ',' {
			return n, 0, false
		}
		return n, sipwire.ErrWildcard, true
	}
	*v = Contact{star: true}
	v.b, v.all = b, makePart(i, i+1)
	return n, 0, true
}

// IsWildcard reports whether the value is "*", which stands for all bindings
// of an address-of-record (RFC 3261, 10.2.2). It has no URI.
func (v *Contact) IsWildcard() bool { return v.star }

// Check is [NameAddr.Check] for a Contact; "*" needs no URI.
func (v *Contact) Check() (n int, err error) {
	if v.star {
		return int(v.all.hi), nil
	}
	return v.NameAddr.Check(IDContact)
}

// Q returns the q parameter in thousandths, 0 to 1000 (RFC 3261, 25.1:
// qvalue). Without one, and with a malformed one, it is 1000 and not ok: what
// expresses no preference is not to be tried last.
func (v *Contact) Q() (thousandths int, ok bool) {
	value, _ := v.Params().Get("q")
	return parseQ(value)
}

// parseQ reads qvalue; see [Contact.Q].
func parseQ(b []byte) (thousandths int, ok bool) {
	if len(b) == 0 || len(b) > len("0.000") || b[0] != '0' && b[0] != '1' || len(b) > 1 && b[1] != '.' {
		return 1000, false
	}
	q := int(b[0]-'0') * 1000
	for i, scale := 2, 100; i < len(b); i, scale = i+1, scale/10 {
		d := int(b[i]) - '0'
		if d < 0 || d > 9 {
			return 1000, false
		}
		q += d * scale
	}
	if q > 1000 {
		return 1000, false
	}
	return q, true
}

// Expires returns the expires parameter in seconds. A malformed value is 3600
// and one above 2^32-1 is 2^32-1 (RFC 3261, 10.2 and 10.2.1.1). It is not ok
// when there is none, and the Expires header counts.
func (v *Contact) Expires() (seconds uint32, ok bool) {
	value, ok := v.Params().Get("expires")
	if !ok {
		return 0, false
	}
	seconds, n, code := consumeSeconds(value, 0)
	if code != 0 || n != len(value) {
		return malformedExpires, true
	}
	return seconds, true
}

// RegID returns the reg-id parameter. It is not ok when there is none or it
// is not a number from 1 to 2^31-1 (RFC 5626, 4.2 and 10).
func (v *Contact) RegID() (id uint32, ok bool) {
	value, _ := v.Params().Get("reg-id")
	n, j, code := abnf.ConsumeUint(value, 0, 1<<31-1)
	return uint32(n), code == 0 && j == len(value) && n > 0
}

// Instance returns the +sip.instance parameter without its quotes and "<>",
// such as urn:uuid:... (RFC 5626, 4.1). It is nil when there is none or it is
// not so written.
func (v *Contact) Instance() []byte {
	value := unquoted(v.Params(), "+sip.instance")
	if len(value) < 2 || value[0] != '<' || value[len(value)-1] != '>' {
		return nil
	}
	return value[1 : len(value)-1 : len(value)-1]
}

// PubGRUU returns the URI in the pub-gruu parameter, nil when there is none
// (RFC 5627, 5.2).
func (v *Contact) PubGRUU() []byte { return unquoted(v.Params(), "pub-gruu") }

// TempGRUU returns the URI in the temp-gruu parameter, nil when there is none
// (RFC 5627, 5.2).
func (v *Contact) TempGRUU() []byte { return unquoted(v.Params(), "temp-gruu") }

// unquoted returns what stands between the quotes of a parameter's value,
// escapes kept, for URIs, which need none. It is nil for a value without
// quotes.
func unquoted(p ParamList, name string) []byte {
	value, _ := p.Get(name)
	if len(value) < 2 || value[0] != '"' {
		return nil
	}
	return value[1 : len(value)-1 : len(value)-1]
}

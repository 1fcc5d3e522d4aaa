package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/scan"
	"github.com/sipwire/sipwire/internal/value"
)

// Contact is a view of one Contact value: a [NameAddr] with the parameters of a
// binding, or "*" (RFC 3261, 10.2 and 20.10; RFC 5626; RFC 5627). The zero Contact
// is invalid. It may be copied freely. It and everything it returns are valid as
// long as the bytes it was parsed from are.
type Contact struct {
	NameAddr
	star bool
}

// Parse reads b, the whole of which must be one value. Without an error n is
// len(b). With one n is the offset of the byte that is wrong, the error is a
// sipwire.Code and v is invalid. That no other Contact is beside "*" in the
// message is left to the reader of the whole message.
func (v *Contact) Parse(b []byte) (n int, err error) {
	if scan.ReadAddr(b, &v.at) || scan.ReadAddrGeneric(b, &v.at) {
		v.b, v.star = b, false
		return len(b), nil
	}
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
	if i == 0 && (scan.ReadAddr(b, &v.at) || scan.ReadAddrGeneric(b, &v.at)) {
		v.b, v.star = b, false
		return len(b), nil
	}
	if n, code, ok := v.parseStar(b, i); ok {
		if code == 0 && i > 0 {
			code = sipwire.ErrWildcard
		}
		return n, v.result(code)
	}
	n, code := v.parse(b, i)
	return n, v.result(code)
}

// result ends a parse. A failed one leaves v invalid.
func (v *Contact) result(code sipwire.Code) error {
	if code != 0 {
		*v = Contact{}
		return code
	}
	return nil
}

// parseStar reads "*" at i. It is not ok when something else is there, such as a
// display name of which "*" is the first token.
func (v *Contact) parseStar(b []byte, i int) (n int, code sipwire.Code, ok bool) {
	v.star = false
	i = value.SkipLWS(b, i)
	if i >= len(b) || b[i] != '*' || value.TooLong(b) {
		return i, 0, false
	}
	n = value.SkipLWS(b, i+1)
	if n < len(b) {
		if b[n] != ';' && b[n] != ',' {
			return n, 0, false
		}
		return n, sipwire.ErrWildcard, true
	}
	*v = Contact{star: true}
	v.b, v.at.All = b, value.MakePart(i, i+1)
	return n, 0, true
}

// IsWildcard reports whether the value is "*", which means all bindings of an
// address-of-record (RFC 3261, 10.2.2). It has no URI.
func (v *Contact) IsWildcard() bool { return v.star }

// Check is [NameAddr.Check] for a Contact; "*" needs no URI.
func (v *Contact) Check() (n int, err error) {
	if v.star {
		return int(v.at.All.Hi), nil
	}
	return v.NameAddr.Check(IDContact)
}

// Q returns the q parameter in thousandths, 0 to 1000 (RFC 3261, 25.1:
// qvalue). It is 1000 and not ok when it is missing or malformed: a contact that
// expresses no preference must not be tried last.
func (v *Contact) Q() (thousandths int, ok bool) {
	return preference(v.Params())
}

// Expires returns the expires parameter in seconds. A malformed value is 3600
// and one above 2^32-1 is 2^32-1 (RFC 3261, 10.2 and 10.2.1.1). It is not ok
// when it is missing; the Expires header applies then.
func (v *Contact) Expires() (seconds uint32, ok bool) {
	p, ok := v.Params().Get("expires")
	if !ok {
		return 0, false
	}
	seconds, n, code := value.ConsumeSeconds(p, 0)
	if code != 0 || n != len(p) {
		return value.MalformedExpires, true
	}
	return seconds, true
}

// RegID returns the reg-id parameter. It is not ok when it is missing or not
// a number from 1 to 2^31-1 (RFC 5626, 4.2 and 10).
func (v *Contact) RegID() (id uint32, ok bool) {
	p, _ := v.Params().Get("reg-id")
	n, j, code := abnf.ConsumeUint(p, 0, 1<<31-1)
	return uint32(n), code == 0 && j == len(p) && n > 0
}

// Instance returns the +sip.instance parameter without its quotes and "<>",
// such as urn:uuid:... (RFC 5626, 4.1). It is nil when it is missing or not
// of that form.
func (v *Contact) Instance() []byte {
	p := unquoted(v.Params(), "+sip.instance")
	if len(p) < 2 || p[0] != '<' || p[len(p)-1] != '>' {
		return nil
	}
	return p[1 : len(p)-1 : len(p)-1]
}

// PubGRUU returns the URI in the pub-gruu parameter, nil when it is missing
// (RFC 5627, 5.2).
func (v *Contact) PubGRUU() []byte { return unquoted(v.Params(), "pub-gruu") }

// TempGRUU returns the URI in the temp-gruu parameter, nil when it is missing
// (RFC 5627, 5.2).
func (v *Contact) TempGRUU() []byte { return unquoted(v.Params(), "temp-gruu") }

// unquoted returns what is between the quotes of a parameter's value, for URIs,
// which need no escapes. It is nil for a value without quotes.
func unquoted(p ParamList, name string) []byte {
	v, _ := p.Get(name)
	if len(v) < 2 || v[0] != '"' {
		return nil
	}
	return v[1 : len(v)-1 : len(v)-1]
}

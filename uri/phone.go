package uri

import (
	"iter"
	"math"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Phone is a view of a telephone-subscriber: a number and its parameters (RFC
// 3966, 3), as a tel URI or the user part of a sip URI holds it. The zero
// Phone is invalid. It is valid as long as the bytes it was parsed from are.
type Phone struct {
	b   []byte
	num uint32 // end of the number, where its parameters begin
}

// ParsePhone reads b, the whole of which must be a telephone-subscriber:
// behind "tel:", or the user part of a sip URI, where "#" and the like are
// escaped (RFC 3261, 19.1.2). n is as in [URI.Parse].
func ParsePhone(b []byte) (p Phone, n int, err error) {
	if uint64(len(b)) > math.MaxUint32 {
		return Phone{}, 0, sipwire.ErrRange
	}
	num, n, code := consumeSubscriber(b, 0, true)
	if code != 0 {
		return Phone{}, n, code
	}
	return Phone{b: b[:len(b):len(b)], num: uint32(num)}, n, nil
}

// Phone returns the telephone-subscriber of a tel URI, or of a sip or sips
// URI with user=phone. It is not ok when there is none or it is malformed.
// For user parts that are not declared a number there is [ParsePhone].
func (u *URI) Phone() (p Phone, ok bool) {
	switch {
	case u.scheme == Tel:
		return Phone{b: u.view(u.at.Colon+1, u.at.ParamHi), num: u.at.UserHi - u.at.Colon - 1}, true
	case u.HasUser() && u.IsPhone():
		p, _, err := ParsePhone(u.User())
		return p, err == nil
	}
	return Phone{}, false
}

// IsValid reports whether p holds a number.
func (p Phone) IsValid() bool { return p.num > 0 }

// IsGlobal reports whether the number is a global one (RFC 3966, 5.1.4).
func (p Phone) IsGlobal() bool { return p.num > 0 && p.b[0] == '+' }

// Number returns the number as received, a global one with its "+".
func (p Phone) Number() []byte { return p.b[:p.num:p.num] }

// AppendDigits appends the number without its visual separators and with its
// escapes undone, a global one with its "+".
func (p Phone) AppendDigits(dst []byte) []byte {
	b := p.Number()
	for i := 0; i < len(b); {
		var s uint16
		if s, i = symbol(b, i, 0); !isVisual(s) {
			dst = append(dst, byte(s))
		}
	}
	return dst
}

// Params ranges over the parameters in their order, as received.
func (p Phone) Params() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) { eachPair(p.b[p.num:], ';', yield) }
}

// Param returns the value of the first parameter with the name, as received.
func (p Phone) Param(name string) (value []byte, ok bool) {
	return findPair(p.b[p.num:], ';', name)
}

// Context returns the phone-context, without which a local number means
// nothing outside its place (RFC 3966, 5.1.5).
func (p Phone) Context() (value []byte, ok bool) { return p.Param("phone-context") }

// Ext returns the extension (RFC 3966, 5.3).
func (p Phone) Ext() (value []byte, ok bool) { return p.Param("ext") }

// Subaddress returns the ISDN subaddress, isub (RFC 3966, 5.2).
func (p Phone) Subaddress() (value []byte, ok bool) { return p.Param("isub") }

// parseTel reads the bytes behind "tel:".
func (u *URI) parseTel(i int) (int, sipwire.Code) {
	num, j, code := consumeSubscriber(u.b, i, false)
	if code != 0 {
		return j, code
	}
	u.at.UserHi = uint32(num)
	u.at.HostLo, u.at.HostHi, u.at.ParamLo = u.at.UserHi, u.at.UserHi, u.at.UserHi
	u.at.ParamHi = uint32(j)
	if j == len(u.b)-1 && u.b[j] == ';' {
		j++ // tolerated, and no parameter
	}
	u.at.Flags |= hasUser
	return j, 0
}

// consumeSubscriber reads a telephone-subscriber from i to the end of b (RFC
// 3966, 3). num is the end of the number. Escapes in the number belong only
// into the user part of a sip URI.
func consumeSubscriber(b []byte, i int, escapes bool) (num, j int, code sipwire.Code) {
	if i == len(b) {
		return 0, i, sipwire.ErrTel
	}
	global := b[i] == '+'
	if global {
		i++
	}
	digits := false
	for i < len(b) && b[i] != ';' {
		if b[i] == '%' && !escapes {
			return 0, i, sipwire.ErrTel
		}
		s, next := symbol(b, i, 0)
		switch {
		case isVisual(s):
		case s >= '0' && s <= '9':
			digits = true
		case !global && (s == '*' || s == '#' || s < 0x80 && abnf.Is(byte(s), abnf.Hex)):
			digits = true
		case s == '%':
			return 0, i, sipwire.ErrEscape
		default:
			return 0, i, sipwire.ErrTel
		}
		i = next
	}
	if !digits {
		return 0, i, sipwire.ErrTel
	}
	num = i
	for i < len(b) {
		if b[i] != ';' {
			return 0, i, sipwire.ErrParam
		}
		if !escapes && i == len(b)-1 {
			break // the end of a tel URI: the caller's to judge
		}
		lo := i + 1
		for i = lo; i < len(b) && (b[i] == '-' || abnf.Is(b[i], abnf.Alpha|abnf.Digit)); i++ {
		}
		if i == lo {
			return 0, i, sipwire.ErrParam
		}
		if i == len(b) || b[i] != '=' {
			continue
		}
		name := b[lo:i]
		for i++; ; i++ {
			if i, code = abnf.ConsumeEscapes(b, i, abnf.URIParam); code != 0 {
				return 0, i, code
			}
			// isub is *uric, of which ";" ends it.
			if i == len(b) || b[i] == ';' ||
				!abnf.Is(b[i], abnf.Reserved) || !abnf.EqualFold(name, "isub") {
				break
			}
		}
	}
	return num, i, 0
}

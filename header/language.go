package header

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Language is a view of one value of Accept-Language (RFC 3261, 20.3) and of
// Content-Language (20.13), which has no parameters: a language tag or "*".
// The zero Language is invalid. It and everything it returns are valid as long as
// the bytes it was parsed from are.
type Language struct{ Item }

// Parse reads b, the whole of which must be one language range with its
// parameters. Beyond RFC 3261 a subtag may hold digits, as "es-419" does (RFC
// 5646, 2.1). Without an error n is len(b). With one n is the offset of the
// byte that is wrong, the error is a sipwire.Code and v is invalid.
func (v *Language) Parse(b []byte) (n int, err error) {
	n, code := v.parse(b, false)
	if code == 0 {
		if i := badLanguage(v.Value()); i >= 0 {
			n, code = int(v.value.Lo)+i, sipwire.ErrValue
		}
	}
	return n, v.result(code)
}

// badLanguage returns the offset of what is wrong with a language range, or -1.
func badLanguage(t []byte) int {
	if string(t) == "*" {
		return -1
	}
	start, set := 0, abnf.Alpha
	for i := 0; ; i++ {
		if i < len(t) && abnf.Is(t[i], set) {
			if i-start == 8 {
				return i
			}
			continue
		}
		if i == start || i < len(t) && t[i] != '-' {
			return i
		}
		if i == len(t) {
			return -1
		}
		start, set = i+1, abnf.Alpha|abnf.Digit
	}
}

// Matches reports whether the range includes a language tag: it is "*", equal, or
// a prefix that ends before a "-" (RFC 2616, 14.4). Case is ignored.
func (v Language) Matches(tag []byte) bool {
	r := v.Value()
	if string(r) == "*" {
		return true
	}
	return v.IsValid() && len(tag) >= len(r) && abnf.EqualFold(tag[:len(r)], r) &&
		(len(tag) == len(r) || tag[len(r)] == '-')
}

package uri

import (
	"bytes"
	"iter"

	"github.com/sipwire/sipwire/internal/abnf"
)

// nextPair reads name [ "=" value ] at i, up to the next sep or the end of b,
// and returns the index of that. A value is nil when there is no "=".
func nextPair(b []byte, i int, sep byte) (name, value []byte, next int) {
	lo, eq := i, -1
	for ; i < len(b) && b[i] != sep; i++ {
		if b[i] == '=' && eq < 0 {
			eq = i
		}
	}
	if eq < 0 {
		return b[lo:i:i], nil, i
	}
	return b[lo:eq:eq], b[eq+1 : i : i], i
}

// eachPair calls yield for the pairs of b, each of which begins with one byte
// that separates it from the one before.
func eachPair(b []byte, sep byte, yield func(name, value []byte) bool) {
	for i := 0; i < len(b); {
		var name, value []byte
		name, value, i = nextPair(b, i+1, sep)
		if !yield(name, value) {
			return
		}
	}
}

// findPair returns the value of the first pair of b with the name, which is
// compared without case and with its escapes undone.
func findPair(b []byte, sep byte, name string) (value []byte, ok bool) {
	for i := 0; i < len(b); {
		var n, v []byte
		n, v, i = nextPair(b, i+1, sep)
		if nameIs(n, name) {
			return v, true
		}
	}
	return nil, false
}

// nameIs compares a raw name with one that has no escapes.
func nameIs(raw []byte, name string) bool {
	if len(raw) == len(name) {
		return abnf.EqualFold(raw, name)
	}
	// Only escapes make a raw name longer than what it says.
	if len(raw) < len(name) || bytes.IndexByte(raw, '%') < 0 {
		return false
	}
	i, j := 0, 0
	for i < len(raw) && j < len(name) {
		var s uint16
		s, i = symbol(raw, i, fold)
		if s != uint16(abnf.Lower(name[j])) {
			return false
		}
		j++
	}
	return i == len(raw) && j == len(name)
}

// params returns the parameters with the ";" before each.
func (u *URI) params() []byte { return u.view(u.at.ParamLo, u.at.ParamHi) }

// headers returns the headers with their "?".
func (u *URI) headers() []byte {
	h := u.view(u.at.ParamHi, uint32(len(u.b)))
	if len(h) == 1 { // a ";" at the end: "?" is never alone
		return nil
	}
	return h
}

// RawParams returns all parameters with the ";" before each, as received. It
// is empty when there are none.
func (u *URI) RawParams() []byte { return u.params() }

// RawHeaders returns the bytes behind "?", nil when there is no "?".
func (u *URI) RawHeaders() []byte {
	h := u.headers()
	if len(h) == 0 {
		return nil
	}
	return h[1:]
}

// Params ranges over the parameters of a sip, sips or tel URI in their order,
// names and values as received (RFC 3261, 19.1.1; RFC 3966, 3). A value is
// nil when the parameter has no "=". The user part's own are not among them;
// see [URI.Phone].
func (u *URI) Params() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) { eachPair(u.params(), ';', yield) }
}

// Headers ranges over the headers of a sip or sips URI in their order, names
// and values as received (RFC 3261, 19.1.1).
func (u *URI) Headers() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) { eachPair(u.headers(), '&', yield) }
}

// Param returns the value of the first parameter with the name, as received.
// Names are compared without case and with escapes undone. The value is nil
// when the parameter has no "=".
func (u *URI) Param(name string) (value []byte, ok bool) {
	return findPair(u.params(), ';', name)
}

// Header returns the value of the first header with the name, as received.
func (u *URI) Header(name string) (value []byte, ok bool) {
	return findPair(u.headers(), '&', name)
}

// DuplicateParam returns the name of a parameter that is given twice, which RFC
// 3261, 19.1.1 and RFC 3966, 3 forbid. Each parameter is compared with the
// first 64, so that the cost stays linear.
func (u *URI) DuplicateParam() (name []byte, ok bool) {
	p := u.params()
	if len(p) == 0 {
		return nil, false
	}
	var x index
	rest := x.addNames(p, ';')
	for i := range x.n {
		name, _, _ := nextPair(p, int(x.at[i])+1, ';')
		if k, _ := x.find(p, ';', i, x.hash[i], name); k >= 0 {
			return name, true
		}
	}
	for i := rest; i < len(p); {
		name, _, next := nextPair(p, i+1, ';')
		if k, _ := x.find(p, ';', x.n, uint32(mix(hashText(indexSeed, name, fold))), name); k >= 0 {
			return name, true
		}
		i = next
	}
	return nil, false
}

// Transport returns the transport parameter (RFC 3261, 19.1.1).
func (u *URI) Transport() (value []byte, ok bool) { return u.Param("transport") }

// UserParam returns the user parameter (RFC 3261, 19.1.1); see [URI.IsPhone].
func (u *URI) UserParam() (value []byte, ok bool) { return u.Param("user") }

// Method returns the method parameter (RFC 3261, 19.1.1).
func (u *URI) Method() (value []byte, ok bool) { return u.Param("method") }

// Maddr returns the maddr parameter, a host (RFC 3261, 19.1.1); [ParseAddr]
// reads it as an address.
func (u *URI) Maddr() (value []byte, ok bool) { return u.Param("maddr") }

// GR returns the gr parameter, nil and ok where it has no value (RFC 5627, 3).
func (u *URI) GR() (value []byte, ok bool) { return u.Param("gr") }

// Comp returns the comp parameter (RFC 3486, 4).
func (u *URI) Comp() (value []byte, ok bool) { return u.Param("comp") }

// TTL returns the ttl parameter. A value that is not a number up to 255 is
// not ok (RFC 3261, 25.1: ttl).
func (u *URI) TTL() (ttl uint8, ok bool) {
	v, ok := u.Param("ttl")
	if !ok {
		return 0, false
	}
	n, j, code := abnf.ConsumeUint(v, 0, 255)
	if code != 0 || j != len(v) || j > 3 {
		return 0, false
	}
	return uint8(n), true
}

// LR reports whether the URI is that of a loose router, whatever value the lr
// parameter may have (RFC 3261, 19.1.1).
func (u *URI) LR() bool { _, ok := u.Param("lr"); return ok }

// OB reports whether the ob parameter is there (RFC 5626, 4.3).
func (u *URI) OB() bool { _, ok := u.Param("ob"); return ok }

// IsPhone reports whether the user part is declared a telephone-subscriber,
// by user=phone or because it is a tel URI (RFC 3261, 19.1.6).
func (u *URI) IsPhone() bool {
	if u.scheme == Tel {
		return true
	}
	v, ok := u.Param("user")
	return ok && nameIs(v, "phone")
}

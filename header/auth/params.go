package auth

import (
	"iter"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// params is what the three views have in common: a scheme and a list of
// auth-params (RFC 3261, 25.1).
type params struct{ v value.Auth }

func (v *params) result(code sipwire.Code) error {
	if code != 0 {
		*v = params{}
		return code
	}
	return nil
}

// whole ends the reading of a value that must be all of b.
func (v *params) whole(b []byte, n int, code sipwire.Code) (int, error) {
	if code == 0 && n < len(b) {
		code = sipwire.ErrTrailing
	}
	return n, v.result(code)
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v *params) IsValid() bool { return v.v.All.Hi != 0 }

// Bytes returns the whole value as received.
func (v *params) Bytes() []byte { return v.v.All.Of(v.v.B) }

// AppendTo appends the value as received, folds included.
func (v *params) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is that of an
// invalid value.
func (v params) AppendText(dst []byte) ([]byte, error) {
	if !v.IsValid() {
		return dst, sipwire.ErrEmpty
	}
	return v.AppendTo(dst), nil
}

// String returns a copy of the whole value. It allocates.
func (v params) String() string { return string(v.Bytes()) }

// Scheme returns the scheme as received.
func (v *params) Scheme() []byte { return v.v.Scheme.Of(v.v.B) }

// IsDigest reports whether the scheme is Digest. Schemes are compared without
// case.
func (v *params) IsDigest() bool { return v.v.IsDigest() }

// Token68 returns what replaces the parameters, as a Bearer token does, and nil
// when there are parameters. Schemes other than Digest may have it (RFC 7235,
// 2.1).
func (v *params) Token68() []byte { return v.v.Token68.Of(v.v.B) }

// Params ranges over names and values of all parameters in their order. Quoted
// strings include their quotes.
func (v *params) Params() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) { eachParam(v.v.List.Of(v.v.B), yield) }
}

func eachParam(b []byte, yield func(name, value []byte) bool) {
	var a value.Param
	for i := 0; i < len(b); {
		j, _ := value.ConsumeAuthParam(b, i, &a)
		if !yield(a.Name(b), a.Value(b)) {
			return
		}
		if i = value.SkipLWS(b, j); i < len(b) { // at a comma
			i = value.SkipLWS(b, i+1)
		}
	}
}

// Param returns the value of the first parameter with the name, which is
// compared without case. A quoted string includes its quotes.
func (v *params) Param(name string) (value []byte, ok bool) {
	eachParam(v.v.List.Of(v.v.B), func(n, val []byte) bool {
		if abnf.EqualFold(n, name) {
			value, ok = val, true
		}
		return !ok
	})
	return value, ok
}

// Repeated reports whether one of the parameters that have an accessor is given
// again. The accessors return the first one; what checks credentials refuses them,
// for another reader may take the last one.
func (v *params) Repeated() bool { return v.v.Twice }

// Realm returns the realm.
func (v *params) Realm() []byte { return v.v.Get(value.AuthRealm) }

// Nonce returns the nonce.
func (v *params) Nonce() []byte { return v.v.Get(value.AuthNonce) }

// Opaque returns the opaque parameter.
func (v *params) Opaque() []byte { return v.v.Get(value.AuthOpaque) }

// Algorithm returns the name of the algorithm. It is nil when none is named,
// which means MD5 (RFC 3261, 22.4). Package digest looks it up.
func (v *params) Algorithm() []byte { return v.v.Get(value.AuthAlgorithm) }

// QOP returns the qop parameter: in a challenge the list of what is offered,
// elsewhere the quality of protection that is used. Package digest looks it up.
func (v *params) QOP() []byte { return v.v.Get(value.AuthQOP) }

// Charset returns the charset parameter, which may be "UTF-8" (RFC 7616, 3.3).
func (v *params) Charset() []byte { return v.v.Get(value.AuthCharset) }

// Userhash reports whether the user name is hashed, or may be (RFC 7616,
// 3.4.4).
func (v *params) Userhash() bool { return abnf.EqualFold(v.v.Get(value.AuthUserhash), "true") }

// nonceCount reads eight hexadecimal digits.
func nonceCount(nc []byte) (count uint32, ok bool) {
	if len(nc) != 8 || !abnf.All(nc, abnf.Hex) {
		return 0, false
	}
	for _, c := range nc {
		count = count<<4 | uint32(abnf.Unhex(c))
	}
	return count, true
}

package value

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Auth is what the values of the authentication headers have in common: a
// scheme and a list of auth-params (RFC 3261, 25.1). Authentication-Info has
// the list alone.
type Auth struct {
	B       []byte
	All     Part // the whole value
	Scheme  Part
	List    Part                // the auth-params, from the first name on
	Token68 Part                // what replaces the auth-params
	Known   [numAuthParams]Part // values without quotes
	Twice   bool                // a parameter of Known is given again
}

// The auth-params that have an accessor, as indices of Known.
const (
	AuthRealm = iota
	AuthDomain
	AuthNonce
	AuthOpaque
	AuthStale
	AuthAlgorithm
	AuthQOP
	AuthCharset
	AuthUserhash
	AuthUsername
	AuthURI
	AuthResponse
	AuthCNonce
	AuthNC
	AuthNextNonce
	AuthRspauth
	numAuthParams
)

var authNames = [numAuthParams]string{
	AuthRealm: "realm", AuthDomain: "domain", AuthNonce: "nonce", AuthOpaque: "opaque",
	AuthStale: "stale", AuthAlgorithm: "algorithm", AuthQOP: "qop", AuthCharset: "charset",
	AuthUserhash: "userhash", AuthUsername: "username", AuthURI: "uri",
	AuthResponse: "response", AuthCNonce: "cnonce", AuthNC: "nc",
	AuthNextNonce: "nextnonce", AuthRspauth: "rspauth",
}

// ParseScheme reads auth-scheme LWS and what follows it, from b[i] to the end of b
// or the comma in front of the next scheme.
func (v *Auth) ParseScheme(b []byte, i int) (n int, code sipwire.Code) {
	if TooLong(b) {
		return i, sipwire.ErrRange
	}
	*v = Auth{B: b}
	lo := SkipLWS(b, i)
	if lo >= len(b) {
		return len(b), sipwire.ErrEmpty
	}
	hi := Span(b, lo, Token)
	if hi == lo {
		return lo, sipwire.ErrToken
	}
	v.Scheme = MakePart(lo, hi)
	if i = SkipLWS(b, hi); i == len(b) {
		return i, sipwire.ErrParam
	}
	if i == hi || b[i] == '=' {
		return i, sipwire.ErrValue
	}
	if j := consumeToken68(b, i); j > i && !v.IsDigest() {
		if n = SkipLWS(b, j); n == len(b) {
			v.Token68 = MakePart(i, j)
			v.All = MakePart(lo, j)
			return n, 0
		}
	}
	return v.parseParams(lo, i)
}

// consumeToken68 reads what may replace the auth-params (RFC 7235, 2.1), as it
// does for Bearer (RFC 8898) and Basic.
func consumeToken68(b []byte, i int) int {
	for i < len(b) && (abnf.Is(b[i], abnf.Alpha|abnf.Digit) || b[i] == '-' || b[i] == '.' ||
		b[i] == '_' || b[i] == '~' || b[i] == '+' || b[i] == '/') {
		i++
	}
	for i < len(b) && b[i] == '=' {
		i++
	}
	return i
}

// parseParams reads auth-param *( COMMA auth-param ) from i on; lo is where
// the whole value begins.
func (v *Auth) parseParams(lo, i int) (int, sipwire.Code) {
	b := v.B
	first := i
	for {
		var a Param
		j, code := ConsumeAuthParam(b, i, &a)
		if code != 0 {
			return j, code
		}
		if k := authParam(a.Name(b)); k >= 0 {
			if v.Known[k].Hi == 0 {
				v.Known[k] = innerPart(b, &a)
			} else {
				v.Twice = true
			}
		}
		i = SkipLWS(b, j)
		if i < len(b) && b[i] != ',' {
			return i, sipwire.ErrTrailing
		}
		next := SkipLWS(b, min(i+1, len(b)))
		if i == len(b) || v.Scheme.Hi != 0 && isNextScheme(b, next) {
			v.List = MakePart(first, j)
			v.All = MakePart(lo, j)
			return i, 0
		}
		i = next
	}
}

// isNextScheme reports whether a scheme is at i, not an auth-param: a token
// followed by whitespace and another token.
func isNextScheme(b []byte, i int) bool {
	j := Span(b, i, Token)
	if j == i {
		return false
	}
	j = SkipLWS(b, j) // a token behind a token has whitespace before it
	return j < len(b) && chars[b[j]]&Token != 0
}

// ConsumeAuthParam reads auth-param = auth-param-name EQUAL ( token /
// quoted-string ) at i, and returns the index behind it.
func ConsumeAuthParam(b []byte, i int, a *Param) (int, sipwire.Code) {
	j := Span(b, i, Token)
	if j == i {
		return i, sipwire.ErrParam
	}
	a.NameLo, a.NameHi = i, j
	if i = SkipLWS(b, j); i == len(b) || b[i] != '=' {
		return i, sipwire.ErrParam
	}
	i = SkipLWS(b, i+1)
	if i < len(b) && b[i] == '"' {
		var code sipwire.Code
		if j, code = abnf.ConsumeQuoted(b, i); code != 0 {
			return j, code
		}
	} else if j = Span(b, i, Token); j == i {
		return i, sipwire.ErrToken
	}
	a.ValueLo, a.ValueHi = i, j
	return j, 0
}

// innerPart returns the value of a without its quotes.
func innerPart(b []byte, a *Param) Part {
	if b[a.ValueLo] == '"' {
		return MakePart(a.ValueLo+1, a.ValueHi-1)
	}
	return MakePart(a.ValueLo, a.ValueHi)
}

// authParam returns the index of a parameter that has an accessor, or -1.
func authParam(name []byte) int {
	for k, s := range authNames {
		if len(s) == len(name) && abnf.EqualFold(name, s) {
			return k
		}
	}
	return -1
}

// ParseInfo reads the value of Authentication-Info, auth-params without a
// scheme.
func (v *Auth) ParseInfo(b []byte) (n int, code sipwire.Code) {
	if TooLong(b) {
		return 0, sipwire.ErrRange
	}
	*v = Auth{B: b}
	lo := SkipLWS(b, 0)
	if lo == len(b) {
		return lo, sipwire.ErrEmpty
	}
	return v.parseParams(lo, lo)
}

// IsDigest reports whether the scheme is Digest. Schemes are compared without
// case.
func (v *Auth) IsDigest() bool { return abnf.EqualFold(v.Scheme.Of(v.B), "digest") }

// Get returns the value of a parameter that has an accessor, nil when it is
// missing.
func (v *Auth) Get(k int) []byte { return v.Known[k].Of(v.B) }

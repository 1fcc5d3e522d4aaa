package header

import (
	"iter"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// auth is what the authentication headers have in common: a scheme and a list
// of auth-params (RFC 3261, 25.1).
type auth struct {
	b           []byte
	all, scheme part
	list        part // the auth-params, from the first name on
	token68     part
	known       [numAuthParams]part // without quotes
}

// The parameters that have an accessor.
const (
	authRealm = iota
	authDomain
	authNonce
	authOpaque
	authStale
	authAlgorithm
	authQOP
	authCharset
	authUserhash
	authUsername
	authURI
	authResponse
	authCNonce
	authNC
	authNextNonce
	authRspauth
	numAuthParams
)

var authNames = [numAuthParams]string{
	authRealm: "realm", authDomain: "domain", authNonce: "nonce", authOpaque: "opaque",
	authStale: "stale", authAlgorithm: "algorithm", authQOP: "qop", authCharset: "charset",
	authUserhash: "userhash", authUsername: "username", authURI: "uri",
	authResponse: "response", authCNonce: "cnonce", authNC: "nc",
	authNextNonce: "nextnonce", authRspauth: "rspauth",
}

// parseScheme reads auth-scheme LWS and what stands behind it, from b[i] to
// the end of b or the comma in front of the next scheme.
func (v *auth) parseScheme(b []byte, i int) (n int, code sipwire.Code) {
	if tooLong(b) {
		return i, sipwire.ErrRange
	}
	*v = auth{b: b}
	lo := skipLWS(b, i)
	if lo >= len(b) {
		return len(b), sipwire.ErrEmpty
	}
	hi := span(b, lo, inToken)
	if hi == lo {
		return lo, sipwire.ErrToken
	}
	v.scheme = makePart(lo, hi)
	if i = skipLWS(b, hi); i == len(b) {
		return i, sipwire.ErrParam
	}
	if i == hi || b[i] == '=' {
		return i, sipwire.ErrValue
	}
	if j := consumeToken68(b, i); j > i && !v.IsDigest() {
		if n = skipLWS(b, j); n == len(b) {
			v.token68 = makePart(i, j)
			v.all = makePart(lo, j)
			return n, 0
		}
	}
	return v.parseParams(lo, i)
}

// consumeToken68 reads what may stand instead of auth-params (RFC 7235, 2.1),
// as for Bearer (RFC 8898) and Basic.
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
func (v *auth) parseParams(lo, i int) (int, sipwire.Code) {
	b := v.b
	first := i
	for {
		var a param
		j, code := consumeAuthParam(b, i, &a)
		if code != 0 {
			return j, code
		}
		if k := authParam(a.name(b)); k >= 0 && v.known[k].hi == 0 {
			v.known[k] = innerPart(b, &a)
		}
		i = skipLWS(b, j)
		if i < len(b) && b[i] != ',' {
			return i, sipwire.ErrTrailing
		}
		next := skipLWS(b, min(i+1, len(b)))
		if i == len(b) || v.scheme.hi != 0 && isNextScheme(b, next) {
			v.list = makePart(first, j)
			v.all = makePart(lo, j)
			return i, 0
		}
		i = next
	}
}

// isNextScheme reports whether a scheme stands at i, not an auth-param: a
// token with whitespace and another token behind it.
func isNextScheme(b []byte, i int) bool {
	j := span(b, i, inToken)
	if j == i {
		return false
	}
	j = skipLWS(b, j) // a token behind a token has whitespace before it
	return j < len(b) && chars[b[j]]&inToken != 0
}

// consumeAuthParam reads auth-param = auth-param-name EQUAL ( token /
// quoted-string ) at i, and returns the index behind it.
func consumeAuthParam(b []byte, i int, a *param) (int, sipwire.Code) {
	j := span(b, i, inToken)
	if j == i {
		return i, sipwire.ErrParam
	}
	a.nameLo, a.nameHi = i, j
	if i = skipLWS(b, j); i == len(b) || b[i] != '=' {
		return i, sipwire.ErrParam
	}
	i = skipLWS(b, i+1)
	if i < len(b) && b[i] == '"' {
		var code sipwire.Code
		if j, code = abnf.ConsumeQuoted(b, i); code != 0 {
			return j, code
		}
	} else if j = span(b, i, inToken); j == i {
		return i, sipwire.ErrToken
	}
	a.valueLo, a.valueHi = i, j
	return j, 0
}

// innerPart returns the value of a without its quotes.
func innerPart(b []byte, a *param) part {
	if b[a.valueLo] == '"' {
		return makePart(a.valueLo+1, a.valueHi-1)
	}
	return makePart(a.valueLo, a.valueHi)
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

func (v *auth) get(k int) []byte { return v.known[k].of(v.b) }
func (v *auth) has(k int) bool   { return v.known[k].hi != 0 }

func (v *auth) result(code sipwire.Code) error {
	if code != 0 {
		*v = auth{}
		return code
	}
	return nil
}

// IsValid reports whether v holds a value that was parsed without an error.
func (v *auth) IsValid() bool { return v.all.hi != 0 }

// Bytes returns the whole value as it came.
func (v *auth) Bytes() []byte { return v.all.of(v.b) }

// AppendTo appends the value as it came, folds included.
func (v *auth) AppendTo(dst []byte) []byte { return append(dst, v.Bytes()...) }

// Scheme returns the scheme as it came.
func (v *auth) Scheme() []byte { return v.scheme.of(v.b) }

// IsDigest reports whether the scheme is Digest; schemes are compared without
// case.
func (v *auth) IsDigest() bool { return abnf.EqualFold(v.Scheme(), "digest") }

// Token68 returns what stands instead of parameters, as a Bearer token does,
// nil when parameters do. Schemes other than Digest may have it (RFC 7235,
// 2.1).
func (v *auth) Token68() []byte { return v.token68.of(v.b) }

// Params ranges over names and values of all parameters in their order; quoted
// strings come with their quotes.
func (v *auth) Params() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) { eachAuthParam(v.list.of(v.b), yield) }
}

func eachAuthParam(b []byte, yield func(name, value []byte) bool) {
	var a param
	for i := 0; i < len(b); {
		j, _ := consumeAuthParam(b, i, &a)
		if !yield(a.name(b), a.value(b)) {
			return
		}
		if i = skipLWS(b, j); i < len(b) { // at a comma
			i = skipLWS(b, i+1)
		}
	}
}

// Param returns the value of the first parameter with the name, which is
// compared without case; a quoted string comes with its quotes.
func (v *auth) Param(name string) (value []byte, ok bool) {
	eachAuthParam(v.list.of(v.b), func(n, val []byte) bool {
		if abnf.EqualFold(n, name) {
			value, ok = val, true
		}
		return !ok
	})
	return value, ok
}

// Realm returns the realm without quotes, its quoted pairs as they came;
// [AppendText] undoes them. It is nil when there is none, as is every value
// below.
func (v *auth) Realm() []byte { return v.get(authRealm) }

// Nonce returns the nonce without quotes.
func (v *auth) Nonce() []byte { return v.get(authNonce) }

// Opaque returns the opaque parameter without quotes.
func (v *auth) Opaque() []byte { return v.get(authOpaque) }

// AlgorithmName returns the algorithm parameter as it came.
func (v *auth) AlgorithmName() []byte { return v.get(authAlgorithm) }

// Algorithm returns the algorithm: MD5 when none is named (RFC 3261, 22.4),
// AlgorithmOther when it is none of RFC 8760.
func (v *auth) Algorithm() Algorithm {
	if !v.has(authAlgorithm) {
		return MD5
	}
	return LookupAlgorithm(v.get(authAlgorithm))
}

// Charset returns the charset parameter, "UTF-8" or nil (RFC 7616, 3.3).
func (v *auth) Charset() []byte { return v.get(authCharset) }

// Userhash reports whether the user name is hashed, or may be (RFC 7616,
// 3.4.4).
func (v *auth) Userhash() bool { return abnf.EqualFold(v.get(authUserhash), "true") }

// AppendText appends the text of a value that [AuthChallenge] or
// [AuthCredentials] gives without quotes: quoted pairs lose their backslash
// and a fold becomes one space (RFC 3261, 25.1 and 7.3.1).
func AppendText(dst, value []byte) []byte {
	for i := 0; i < len(value); i++ {
		switch c := value[i]; c {
		case '\\':
			if i++; i < len(value) {
				dst = append(dst, value[i])
			}
		case '\r', '\n':
			i = max(abnf.SkipLWS(value, i)-1, i)
			dst = append(dst, ' ')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func (v *auth) qop() QOP {
	if !v.has(authQOP) {
		return QOPNone
	}
	return lookupQOP(v.get(authQOP))
}

func (v *auth) nonceCount() (count uint32, ok bool) {
	nc := v.get(authNC)
	if len(nc) != 8 || !abnf.All(nc, abnf.Hex) {
		return 0, false
	}
	for _, c := range nc {
		count = count<<4 | uint32(abnf.Unhex(c))
	}
	return count, true
}

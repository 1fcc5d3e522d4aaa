package lint

import (
	"bytes"
	"strings"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/value"
)

// quoting says of each parameter of Digest whether its value must be a quoted
// string (RFC 3261, 25.1). That of qop depends on the header.
var quoting = [...]struct {
	param  int
	name   string
	quoted bool
}{
	{value.AuthRealm, "realm", true}, {value.AuthDomain, "domain", true}, {value.AuthNonce, "nonce", true},
	{value.AuthOpaque, "opaque", true}, {value.AuthUsername, "username", true}, {value.AuthURI, "uri", true},
	{value.AuthResponse, "response", true}, {value.AuthCNonce, "cnonce", true},
	{value.AuthNextNonce, "nextnonce", true}, {value.AuthRspauth, "rspauth", true},
	{value.AuthStale, "stale", false}, {value.AuthAlgorithm, "algorithm", false}, {value.AuthNC, "nc", false},
}

// challenges reports what is wrong with the challenges of one field.
func (c *checker) challenges(f *codec.Field) {
	n := 0
	for i := 0; i <= len(f.Value); n++ {
		var a value.Auth
		next, code := a.ParseScheme(f.Value, i)
		if code != 0 {
			return
		}
		if n == 1 {
			c.add(Warning, RuleSeveralValues, rfc3261("7.3.1"), f.ID.String(), f.ValueOffset+int(a.Scheme.Lo),
				"each challenge must be in a %s field of its own", f.ID)
		}
		if c.twice(f, &a); a.IsDigest() {
			c.digestLacks(f, &a, "a Digest challenge", value.AuthRealm, value.AuthNonce)
			c.digestQuotes(f, &a, true)
		}
		i = next + 1
	}
}

// credentials reports what is wrong with Digest credentials.
func (c *checker) credentials(f *codec.Field) {
	var a value.Auth
	if _, code := a.ParseScheme(f.Value, 0); code != 0 {
		return
	}
	if c.twice(f, &a); !a.IsDigest() {
		return
	}
	must := []int{value.AuthUsername, value.AuthRealm, value.AuthNonce, value.AuthURI, value.AuthResponse}
	if hasParam(&a, "username*") { // RFC 7616, 3.4
		must = must[1:]
	}
	c.digestLacks(f, &a, "Digest credentials", must...)
	c.digestQuotes(f, &a, false)
	c.digestQOP(f, &a)
	c.digestResponse(f, &a)
}

// authInfo reports what is wrong with the answer of a server to credentials.
func (c *checker) authInfo(f *codec.Field) {
	var a value.Auth
	if _, code := a.ParseInfo(f.Value); code != 0 {
		return
	}
	c.twice(f, &a)
	c.digestQuotes(f, &a, false)
	c.digestQOP(f, &a)
	if v := a.Get(value.AuthRspauth); v != nil && !isHex(v, 32) && !isHex(v, 64) {
		c.add(Warning, RuleDigestResponse, "RFC 7616, 3.5", f.ID.String(), c.authAt(f, &a, value.AuthRspauth),
			"rspauth is not the 32 or 64 small hexadecimal digits of a digest")
	}
}

// twice reports a parameter that is given again.
func (c *checker) twice(f *codec.Field, a *value.Auth) {
	seen := map[string]bool{}
	eachAuthParam(a, func(p *value.Param) bool {
		name := strings.ToLower(string(p.Name(f.Value)))
		if seen[name] {
			c.add(Warning, ruleOf(sipwire.ErrParamTwice), "RFC 7235, 2.1", f.ID.String(), f.ValueOffset+p.NameLo,
				"parameter %s twice; the first one counts", quote(name))
			return false
		}
		seen[name] = true
		return true
	})
}

// digestLacks reports parameters that are mandatory and not there.
func (c *checker) digestLacks(f *codec.Field, a *value.Auth, what string, must ...int) {
	var names []string
	for _, q := range quoting {
		for _, k := range must {
			if q.param == k && a.Get(k) == nil {
				names = append(names, q.name)
			}
		}
	}
	if len(names) > 0 {
		c.add(Warning, RuleDigestMissing, rfc3261("22.4"), f.ID.String(), f.ValueOffset+int(a.Scheme.Lo),
			"%s without %s", what, strings.Join(names, ", "))
	}
}

// digestQuotes reports values that have quotes and must not, or must and have not.
func (c *checker) digestQuotes(f *codec.Field, a *value.Auth, challenge bool) {
	for _, q := range quoting {
		c.digestQuote(f, a, q.param, q.name, q.quoted)
	}
	c.digestQuote(f, a, value.AuthQOP, "qop", challenge)
}

func (c *checker) digestQuote(f *codec.Field, a *value.Auth, k int, name string, must bool) {
	if a.Get(k) == nil {
		return
	}
	lo := int(a.Known[k].Lo)
	switch quoted := f.Value[lo-1] == '"'; {
	case must && !quoted:
		c.add(Warning, RuleDigestQuotes, rfc3261("25.1"), f.ID.String(), f.ValueOffset+lo, "the value of %s must be in quotes", name)
	case quoted && !must:
		c.add(Warning, RuleDigestQuotes, rfc3261("25.1"), f.ID.String(), f.ValueOffset+lo-1, "the value of %s must not be in quotes", name)
	}
}

// digestQOP reports what is wrong with qop and what belongs to it: cnonce and
// nc, which must be there with it and only with it.
func (c *checker) digestQOP(f *codec.Field, a *value.Auth) {
	qop, nc, cnonce := a.Get(value.AuthQOP), a.Get(value.AuthNC), a.Get(value.AuthCNonce)
	switch {
	case qop != nil && (nc == nil || cnonce == nil):
		lacks := "nc and cnonce"
		if nc != nil {
			lacks = "cnonce"
		} else if cnonce != nil {
			lacks = "nc"
		}
		c.add(Warning, RuleDigestQOP, "RFC 7616, 3.4", f.ID.String(), c.authAt(f, a, value.AuthQOP), "qop without %s", lacks)
	case qop == nil && nc != nil:
		c.add(Warning, RuleDigestQOP, "RFC 7616, 3.4", f.ID.String(), c.authAt(f, a, value.AuthNC), "nc without qop")
	}
	if bytes.IndexByte(qop, ',') >= 0 {
		c.add(Warning, RuleDigestQOP, "RFC 7616, 3.4", f.ID.String(), c.authAt(f, a, value.AuthQOP),
			"qop names what was chosen, one quality of protection: %s", quote(qop))
	}
	if nc != nil && !isHex(nc, 8) {
		c.add(Warning, RuleDigestNC, "RFC 7616, 3.4", f.ID.String(), c.authAt(f, a, value.AuthNC),
			"nc is not eight small hexadecimal digits: %s", quote(nc))
	}
}

// digestResponse reports a response that no computation with the algorithm gives.
// Before it knows a nonce, an IMS client sends an empty one (3GPP TS 24.229,
// 5.1.1.2), as does a client of AKA that has no answer (RFC 3310, 3.4).
func (c *checker) digestResponse(f *codec.Field, a *value.Auth) {
	v := a.Get(value.AuthResponse)
	if v == nil {
		return
	}
	name := a.Get(value.AuthAlgorithm)
	algorithm := digest.LookupAlgorithm(name)
	aka := len(name) > 3 && strings.EqualFold(string(name[:3]), "AKA")
	if aka { // AKAv1-MD5, AKAv2-SHA-256: a digest of that algorithm
		_, base, _ := bytes.Cut(name, []byte("-"))
		algorithm = digest.LookupAlgorithm(base)
	}
	n := algorithm.HexLen()
	if n == 0 || len(v) == 0 && (aka || len(a.Get(value.AuthNonce)) == 0) || isHex(v, n) {
		return
	}
	c.add(Warning, RuleDigestResponse, rfc3261("22.4"), f.ID.String(), c.authAt(f, a, value.AuthResponse),
		"response has %d bytes, not the %d small hexadecimal digits of %s", len(v), n, algorithm)
}

// authAt returns the offset in the message of a value that a parameter has.
func (c *checker) authAt(f *codec.Field, a *value.Auth, k int) int {
	return f.ValueOffset + int(a.Known[k].Lo)
}

// isHex reports whether v is n hexadecimal digits without capitals (RFC 3261,
// 25.1: LHEX).
func isHex(v []byte, n int) bool {
	return len(v) == n && len(bytes.Trim(v, "0123456789abcdef")) == 0
}

// hasParam reports whether there is a parameter with the name.
func hasParam(a *value.Auth, name string) (found bool) {
	eachAuthParam(a, func(p *value.Param) bool {
		found = p.Is(a.B, name)
		return !found
	})
	return found
}

// eachAuthParam calls f with every parameter until it returns false.
func eachAuthParam(a *value.Auth, f func(*value.Param) bool) {
	var p value.Param
	for i, hi := int(a.List.Lo), int(a.List.Hi); i < hi; {
		j, code := value.ConsumeAuthParam(a.B, i, &p)
		if code != 0 || !f(&p) {
			return
		}
		i = value.SkipLWS(a.B, j)
		i = value.SkipLWS(a.B, min(i+1, len(a.B)))
	}
}

// auth reports what is wrong with an authentication header that parses.
func (c *checker) auth(f *codec.Field) {
	switch f.ID {
	case header.IDWWWAuthenticate, header.IDProxyAuthenticate:
		c.challenges(f)
	case header.IDAuthorization, header.IDProxyAuthorization:
		c.credentials(f)
	case header.IDAuthenticationInfo, header.IDProxyAuthenticationInfo:
		c.authInfo(f)
	}
}

package digest

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header/auth"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Answer is what a client adds to a challenge to make credentials.
type Answer struct {
	Secret Secret // Username must be set; it must not hold CR, LF or NUL
	Method []byte // the method of the request
	URI    []byte // the Request-URI of the request
	Body   []byte // its body; used for auth-int only

	// CNonce is the nonce of the client. With qop or a -sess algorithm it
	// must be set and must be hard to guess (RFC 7616, 3.4).
	CNonce []byte
	// NonceCount is how often the nonce of the challenge has been used, this
	// time included. 0 means 1.
	NonceCount uint32
	// QOP is the quality to use, which must be one that is offered.
	// QOPNone means auth when it is offered, else auth-int when that is,
	// else none.
	QOP QOP
}

// AppendCredentials appends the value of the Authorization or
// Proxy-Authorization header that answers the challenge c (RFC 3261, 22.4; RFC
// 7616, 3.4). Realm, nonce and opaque are written as received, except that each
// fold becomes a space.
//
// The error is a sipwire.Code, and dst is then returned unchanged: ErrValue when
// the challenge is neither usable ([IsUsable]) nor one of AKAv1-MD5 or does not offer the qop, or when HA1
// does not fit the algorithm; ErrParam when a lacks something; ErrInjection when
// a value of a holds CR, LF or NUL.
func (d *Digester) AppendCredentials(dst []byte, c *auth.Challenge, a *Answer) ([]byte, error) {
	x, code := exchangeFor(c, a)
	if code != 0 {
		return dst, code
	}
	var count [8]byte
	if x.qop != QOPNone {
		n := max(a.NonceCount, 1)
		for i := range count {
			count[i] = lowerHex[n>>(28-4*i)&15]
		}
		x.nc = count[:]
	}
	r, code := d.response(&x)
	if code != 0 {
		return dst, code
	}
	dst = append(dst, `Digest username="`...)
	if c.Userhash() {
		// The response is in d.out, so the hash goes into d.ha2.
		dst = append(dst, d.userhash(x.alg, a.Secret.Username, x.realm)...)
	} else {
		dst = appendQuotedText(dst, a.Secret.Username)
	}
	dst = appendValue(append(dst, `", realm="`...), x.realm)
	dst = appendValue(append(dst, `", nonce="`...), x.nonce)
	dst = appendQuotedText(append(dst, `", uri="`...), a.URI)
	dst = append(append(dst, `", response="`...), r...)
	dst = append(dst, '"')
	if c.Algorithm() != nil {
		dst = append(append(dst, `, algorithm=`...), x.alg.String()...)
	}
	if c.Opaque() != nil {
		dst = append(appendValue(append(dst, `, opaque="`...), c.Opaque()), '"')
	}
	if x.cnonce != nil {
		dst = append(appendQuotedText(append(dst, `, cnonce="`...), x.cnonce), '"')
	}
	if x.qop != QOPNone {
		dst = append(append(dst, `, qop=`...), x.qopToken...)
		dst = append(append(dst, `, nc=`...), x.nc...)
	}
	if c.Userhash() {
		dst = append(dst, `, userhash=true`...)
	}
	return dst, nil
}

// exchangeFor collects what the answer to a challenge is computed from.
func exchangeFor(c *auth.Challenge, a *Answer) (x exchange, code sipwire.Code) {
	if !isUsable(c) {
		return x, sipwire.ErrValue
	}
	qop, offered := a.QOP, LookupQOP(c.QOP())
	if qop == QOPNone {
		switch {
		case offered&QOPAuth != 0:
			qop = QOPAuth
		case offered&QOPAuthInt != 0:
			qop = QOPAuthInt
		}
	}
	x = exchange{
		alg: LookupAlgorithm(c.Algorithm()), qop: qop, realm: c.Realm(), nonce: c.Nonce(),
		uri: a.URI, username: a.Secret.Username, secret: &a.Secret,
		method: a.Method, content: a.Body, rawName: true,
	}
	switch qop {
	case QOPNone:
	case QOPAuth:
		x.qopToken = tokenAuth
	case QOPAuthInt:
		x.qopToken = tokenAuthInt
	default:
		return x, sipwire.ErrValue
	}
	if qop&^offered != 0 {
		return x, sipwire.ErrValue
	}
	if a.Secret.Username == nil || len(a.URI) == 0 {
		return x, sipwire.ErrParam
	}
	if hasLineByte(a.Secret.Username) || hasLineByte(a.URI) || hasLineByte(a.CNonce) {
		return x, sipwire.ErrInjection
	}
	if qop != QOPNone || x.alg.IsSess() {
		if len(a.CNonce) == 0 {
			return x, sipwire.ErrParam
		}
		x.cnonce = a.CNonce
	}
	return x, 0
}

var tokenAuth, tokenAuthInt = []byte("auth"), []byte("auth-int")

// AppendUserhash appends what replaces the user name when userhash is used: the
// hash of username ":" realm, both as text, in lower-case hexadecimal digits (RFC
// 7616, 3.4.4). It appends nothing for AlgorithmOther.
func (d *Digester) AppendUserhash(dst []byte, a Algorithm, username, realm []byte) []byte {
	if a.HexLen() == 0 {
		return dst
	}
	d.start(a)
	d.raw(username)
	d.byte(':')
	d.raw(realm)
	return append(dst, d.sum(&d.ha2)...)
}

// userhash is AppendUserhash for a realm as received.
func (d *Digester) userhash(a Algorithm, username, realm []byte) []byte {
	d.start(a)
	d.raw(username)
	d.byte(':')
	d.text(realm)
	return d.sum(&d.ha2)
}

// appendQuotedText appends text as the inside of a quoted-string.
func appendQuotedText(dst, text []byte) []byte {
	for _, c := range text {
		if c == '"' || c == '\\' || abnf.Is(c, abnf.Control) {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return dst
}

// appendValue appends the inside of a quoted-string, with each fold as one space.
func appendValue(dst, value []byte) []byte {
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch c {
		case '\\':
			dst = append(dst, c)
			if i++; i == len(value) {
				return dst
			}
			c = value[i]
		case '\r', '\n':
			i = max(abnf.SkipLWS(value, i)-1, i)
			c = ' '
		}
		dst = append(dst, c)
	}
	return dst
}

// hasLineByte reports whether b holds a byte that would break out of a header
// field.
func hasLineByte(b []byte) bool {
	for _, c := range b {
		if c == '\r' || c == '\n' || c == 0 {
			return true
		}
	}
	return false
}

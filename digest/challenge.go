package digest

import (
	"github.com/sipwire/sipwire"
)

// A Challenge is a WWW-Authenticate or Proxy-Authenticate to be written (RFC 3261,
// 20.27 and 20.44; RFC 7616, 3.3); [auth.Challenge] is one that was read. Its
// slices are text: they are read during the call that it is given to, and not
// kept.
type Challenge struct {
	Realm     []byte
	Nonce     []byte    // [Server.AppendNonce] makes one, [AppendAKANonce] that of AKAv1-MD5
	Algorithm Algorithm // not AlgorithmOther
	QOP       QOP       // a set of QOPAuth and QOPAuthInt; QOPNone leaves it out
	Stale     bool      // the credentials were right and their nonce too old
	Opaque    []byte    // nil leaves it out
	Domain    []byte    // URIs with spaces between them; nil leaves it out
}

// AppendTo appends the value. A missing realm or nonce is ErrParam, an algorithm or
// qop that is not of the lists ErrValue, CR, LF or NUL in a text ErrInjection; dst
// is then returned unchanged.
func (c *Challenge) AppendTo(dst []byte) ([]byte, error) {
	switch {
	case len(c.Realm) == 0 || len(c.Nonce) == 0:
		return dst, sipwire.ErrParam
	case c.Algorithm.HexLen() == 0 || c.QOP&^(QOPAuth|QOPAuthInt) != 0:
		return dst, sipwire.ErrValue
	case hasLineByte(c.Realm) || hasLineByte(c.Nonce) || hasLineByte(c.Opaque) || hasLineByte(c.Domain):
		return dst, sipwire.ErrInjection
	}
	dst = appendQuotedText(append(dst, `Digest realm="`...), c.Realm)
	dst = appendQuotedText(append(dst, `", nonce="`...), c.Nonce)
	dst = append(append(dst, `", algorithm=`...), c.Algorithm.String()...)
	switch c.QOP {
	case QOPAuth:
		dst = append(dst, `, qop="auth"`...)
	case QOPAuthInt:
		dst = append(dst, `, qop="auth-int"`...)
	case QOPAuth | QOPAuthInt:
		dst = append(dst, `, qop="auth,auth-int"`...)
	}
	if c.Stale {
		dst = append(dst, `, stale=true`...)
	}
	if c.Opaque != nil {
		dst = append(appendQuotedText(append(dst, `, opaque="`...), c.Opaque), '"')
	}
	if c.Domain != nil {
		dst = append(appendQuotedText(append(dst, `, domain="`...), c.Domain), '"')
	}
	return dst, nil
}

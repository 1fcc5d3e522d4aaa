package digest

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"hash"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Digester computes and checks digests (RFC 3261, 22.4; RFC 7616, 3.4). The
// zero value is ready for use. The first use of an algorithm allocates the state
// of its hash; later ones allocate nothing. Keep a Digester and reuse it, one for
// each goroutine. It keeps none of its arguments.
//
// The values of a message enter a digest as text: without quotes, and with
// quoted pairs undone.
type Digester struct {
	md5, sha256, sha512 hash.Hash

	h        hash.Hash // the current one
	n        int       // bytes in buf
	buf      [128]byte // collects what h gets; arguments passed to h would escape
	ha1, ha2 [2 * sha256.Size]byte
	out      [2 * sha256.Size]byte
}

// start begins a hash.
func (d *Digester) start(a Algorithm) {
	slot := &d.md5
	switch a.Strength() {
	case 2:
		slot = &d.sha256
	case 3:
		slot = &d.sha512
	}
	if *slot == nil {
		switch a.Strength() {
		case 2:
			*slot = sha256.New()
		case 3:
			*slot = sha512.New512_256()
		default:
			*slot = md5.New()
		}
	}
	d.h, d.n = *slot, 0
	d.h.Reset()
}

func (d *Digester) flush() {
	d.h.Write(d.buf[:d.n])
	d.n = 0
}

func (d *Digester) byte(c byte) {
	if d.n == len(d.buf) {
		d.flush()
	}
	d.buf[d.n] = c
	d.n++
}

// raw hashes b as it is.
func (d *Digester) raw(b []byte) {
	for len(b) > 0 {
		if d.n == len(d.buf) {
			d.flush()
		}
		k := copy(d.buf[d.n:], b)
		d.n += k
		b = b[k:]
	}
}

// text hashes what header.AppendUnquoted makes of b, a value without quotes.
func (d *Digester) text(b []byte) {
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch c {
		case '\\':
			if i++; i == len(b) {
				return
			}
			c = b[i]
		case '\r', '\n':
			i = max(abnf.SkipLWS(b, i)-1, i)
			c = ' '
		}
		d.byte(c)
	}
}

// sum writes the hash in hexadecimal digits to dst and returns it. Nothing of
// what was hashed stays in the buffer.
func (d *Digester) sum(dst *[2 * sha256.Size]byte) []byte {
	d.flush()
	s := d.h.Sum(d.buf[:0])
	for i, c := range s {
		dst[2*i] = lowerHex[c>>4]
		dst[2*i+1] = lowerHex[c&15]
	}
	n := 2 * len(s)
	clear(d.buf[:])
	return dst[:n:n]
}

const lowerHex = "0123456789abcdef"

// exchange is what a response is computed from: the values of the credentials
// without quotes and with their escapes as received, and the rest as text.
type exchange struct {
	alg                       Algorithm
	qop                       QOP
	username, realm           []byte
	nonce, nc, cnonce, uri    []byte
	secret                    *Secret
	method, qopToken, content []byte
	// rawName is set when username, cnonce and uri are text, not values of a
	// message.
	rawName bool
}

// usesHA1 reports whether the secret is a hash already.
func (x *exchange) usesHA1() bool { return x.secret.HA1 != nil && x.alg != AKAv1MD5 }

func (d *Digester) own(x *exchange, b []byte) {
	if x.rawName {
		d.raw(b)
	} else {
		d.text(b)
	}
}

// response returns the response in a buffer of d, valid until the next call.
func (d *Digester) response(x *exchange) ([]byte, sipwire.Code) {
	n := x.alg.HexLen()
	switch {
	case n == 0 || x.qop&QOPOther != 0:
		return nil, sipwire.ErrValue
	case x.alg == AKAv1MD5 && len(x.secret.RES) == 0:
		return nil, sipwire.ErrParam
	case x.usesHA1() && (len(x.secret.HA1) != n || !abnf.IsLowerHex(x.secret.HA1)):
		return nil, sipwire.ErrValue
	case x.qop != QOPNone && (len(x.nc) != 8 || !abnf.IsLowerHex(x.nc)), // 8LHEX
		(x.qop != QOPNone || x.alg.IsSess()) && len(x.cnonce) == 0:
		return nil, sipwire.ErrParam
	}

	// A1 (RFC 7616, 3.4.2; RFC 3310, 3.3)
	var ha1 []byte
	if x.usesHA1() {
		ha1 = d.ha1[:copy(d.ha1[:], x.secret.HA1)]
	} else {
		d.start(x.alg)
		if x.secret.Username != nil {
			d.raw(x.secret.Username)
		} else {
			d.own(x, x.username)
		}
		d.byte(':')
		d.text(x.realm)
		d.byte(':')
		if x.alg == AKAv1MD5 {
			d.raw(x.secret.RES)
		} else {
			d.raw(x.secret.Password)
		}
		ha1 = d.sum(&d.ha1)
	}
	if x.alg.IsSess() {
		d.start(x.alg)
		d.raw(ha1)
		d.byte(':')
		d.text(x.nonce)
		d.byte(':')
		d.own(x, x.cnonce)
		ha1 = d.sum(&d.ha1)
	}

	// A2 (RFC 7616, 3.4.3)
	var body []byte
	if x.qop == QOPAuthInt {
		d.start(x.alg)
		d.raw(x.content)
		body = d.sum(&d.out)
	}
	d.start(x.alg)
	d.raw(x.method)
	d.byte(':')
	d.own(x, x.uri)
	if body != nil {
		d.byte(':')
		d.raw(body)
	}
	ha2 := d.sum(&d.ha2)

	// KD (RFC 7616, 3.4.1; without qop as in RFC 3261, 22.4)
	d.start(x.alg)
	d.raw(ha1)
	d.byte(':')
	d.text(x.nonce)
	d.byte(':')
	if x.qop != QOPNone {
		d.text(x.nc)
		d.byte(':')
		d.own(x, x.cnonce)
		d.byte(':')
		d.raw(x.qopToken)
		d.byte(':')
	}
	d.raw(ha2)
	clear(d.ha1[:])
	return d.sum(&d.out), 0
}

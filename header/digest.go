package header

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"hash"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Algorithm names a digest algorithm of RFC 8760. The zero Algorithm,
// [AlgorithmOther], stands for every other.
type Algorithm uint8

// The digest algorithms. The -sess variants hash nonce and cnonce into A1.
const (
	AlgorithmOther Algorithm = iota
	MD5
	MD5Sess
	SHA256
	SHA256Sess
	SHA512256
	SHA512256Sess
)

var algorithmNames = [...]string{"", "MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"}

// LookupAlgorithm returns the Algorithm of a token, which is compared without
// case.
func LookupAlgorithm(name []byte) Algorithm {
	for a := MD5; a <= SHA512256Sess; a++ {
		if abnf.EqualFold(name, algorithmNames[a]) {
			return a
		}
	}
	return AlgorithmOther
}

// String returns the name of the algorithm, "" for AlgorithmOther.
func (a Algorithm) String() string {
	if int(a) >= len(algorithmNames) {
		return ""
	}
	return algorithmNames[a]
}

// IsSess reports whether the algorithm is a -sess variant.
func (a Algorithm) IsSess() bool { return a == MD5Sess || a == SHA256Sess || a == SHA512256Sess }

// Strength orders the algorithms: SHA-512-256 before SHA-256 before MD5, a
// -sess variant as strong as its base; 0 for AlgorithmOther.
func (a Algorithm) Strength() int {
	if a > SHA512256Sess {
		return 0
	}
	return int(a+1) / 2
}

// HexLen returns the length of a digest in hexadecimal digits: 32 or 64, 0 for
// AlgorithmOther.
func (a Algorithm) HexLen() int {
	switch a.Strength() {
	case 1:
		return 2 * md5.Size
	case 2, 3:
		return 2 * sha256.Size
	}
	return 0
}

// QOP is a set of qualities of protection (RFC 3261, 22.4; RFC 7616, 3.4).
type QOP uint8

// The qualities of protection. QOPNone is that of RFC 2069.
const (
	QOPNone    QOP = 0
	QOPAuth    QOP = 1 // auth
	QOPAuthInt QOP = 2 // auth-int: the body is hashed too
	QOPOther   QOP = 4 // any other token
)

func lookupQOP(token []byte) QOP {
	switch {
	case abnf.EqualFold(token, "auth"):
		return QOPAuth
	case abnf.EqualFold(token, "auth-int"):
		return QOPAuthInt
	}
	return QOPOther
}

// Secret is what both sides of a Digest exchange know.
type Secret struct {
	// Username is the name of the user as typed. A server leaves it nil to
	// use the one in the credentials, unless that is hashed.
	Username []byte
	// Password is the password as typed.
	Password []byte
	// HA1 is what a server keeps instead of the password: the hash of
	// username ":" realm ":" password in lower-case hexadecimal digits, by
	// the algorithm of the credentials. Where it is set, Username and
	// Password do not count.
	HA1 []byte
}

// Digester computes and checks digests (RFC 3261, 22.4; RFC 7616, 3.4). The
// zero value is ready; the first use of an algorithm allocates the state of
// its hash, later ones allocate nothing. It is made to be kept and reused, one
// for each goroutine. It holds on to none of its arguments.
//
// The values of a message enter a digest as text: without quotes, quoted pairs
// undone.
type Digester struct {
	md5, sha256, sha512 hash.Hash

	h        hash.Hash // the current one
	n        int       // bytes in buf
	buf      [128]byte // on their way to h; arguments never go there, lest they escape
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

// text hashes what [AppendText] makes of b.
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
// without quotes, as they came, and the rest as text.
type exchange struct {
	alg                       Algorithm
	qop                       QOP
	username, realm           []byte
	nonce, nc, cnonce, uri    []byte
	secret                    *Secret
	method, qopToken, content []byte
	// rawName says that username, cnonce and uri are text, not values of a
	// message.
	rawName bool
}

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
	case x.secret.HA1 != nil && (len(x.secret.HA1) != n || !isLowerHex(x.secret.HA1)):
		return nil, sipwire.ErrValue
	case x.qop != QOPNone && (x.nc == nil || x.cnonce == nil), x.alg.IsSess() && x.cnonce == nil:
		return nil, sipwire.ErrParam
	}

	// A1 (RFC 7616, 3.4.2)
	var ha1 []byte
	if x.secret.HA1 != nil {
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
		d.raw(x.secret.Password)
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

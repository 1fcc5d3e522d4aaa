package sdp

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// A Fingerprint is the value of a=fingerprint (RFC 8122, 5): the hash of the
// certificate that the DTLS handshake must show.
type Fingerprint struct {
	Hash  []byte // the function, such as "sha-256"; compared without case
	Value []byte // pairs of hexadecimal digits, parted by ":"
}

// Parse reads b, the whole of which must be the value of a=fingerprint. Without
// an error n is len(b), else the offset of what is wrong.
func (v *Fingerprint) Parse(b []byte) (n int, err error) { return result(v.parse(b)) }

func (v *Fingerprint) parse(b []byte) (int, sipwire.Code) {
	*v = Fingerprint{}
	c := cursor{b: b}
	hash := c.field()
	lo, hi := c.next()
	if len(hash) == 0 || lo == hi {
		return len(b), sipwire.ErrEmpty
	}
	for i := lo; ; i += 3 {
		if i+2 > hi || !abnf.Is(b[i], abnf.Hex) || !abnf.Is(b[i+1], abnf.Hex) {
			return i, sipwire.ErrValue
		}
		if i+2 == hi {
			break
		}
		if b[i+2] != ':' {
			return i + 2, sipwire.ErrValue
		}
	}
	if j, end := c.next(); j < end {
		return j, sipwire.ErrTrailing
	}
	*v = Fingerprint{hash, b[lo:hi:hi]}
	return len(b), 0
}

// AppendSum appends the bytes of the hash.
func (v *Fingerprint) AppendSum(dst []byte) []byte {
	for i := 0; i+1 < len(v.Value); i += 3 {
		dst = append(dst, abnf.Unhex(v.Value[i])<<4|abnf.Unhex(v.Value[i+1]))
	}
	return dst
}

// Fingerprint returns the first a=fingerprint of the media, or else of the
// session (RFC 8122, 5), ErrMissing when there is none.
func (m *Media) Fingerprint() (Fingerprint, error) {
	var v Fingerprint
	i, end := m.inherited("fingerprint")
	if i < 0 {
		return v, m.d.missing('a', m.lo)
	}
	n, code := v.parse(m.attributeValue(i, end))
	return v, m.checked(i, end, n, code)
}

// Setup is the value of a=setup (RFC 4145, 4; RFC 5763, 5): who opens the
// connection, or the DTLS association. The zero Setup is unknown.
type Setup uint8

// The values of a=setup.
const (
	Active   Setup = 1 + iota // the sender opens it
	Passive                   // the sender waits for it
	ActPass                   // the sender leaves that to the answer
	HoldConn                  // not now
)

var setups = [...]string{"unknown", "active", "passive", "actpass", "holdconn"}

// String returns the value as it is written, "unknown" for the zero Setup.
func (v Setup) String() string {
	if int(v) < len(setups) {
		return setups[v]
	}
	return setups[0]
}

// Setup returns a=setup of the media, or else of the session. ErrMissing when
// there is none, ErrValue when it is none of the four.
func (m *Media) Setup() (Setup, error) {
	i, end := m.inherited("setup")
	if i < 0 {
		return 0, m.d.missing('a', m.lo)
	}
	b := m.attributeValue(i, end)
	for v := Active; v <= HoldConn; v++ {
		if abnf.EqualFold(b, setups[v]) {
			return v, nil
		}
	}
	return 0, m.d.fail(sipwire.ErrValue, i, min(end+1, len(m.d.b)))
}

// A Crypto is the value of a=crypto (RFC 4568, 4 and 9.1): keys for SRTP. Range
// over All("crypto") and parse each.
type Crypto struct {
	Tag           uint32
	Suite         []byte // such as "AES_CM_128_HMAC_SHA1_80"
	KeyParams     []byte // such as "inline:" and a key; several are parted by ";"
	SessionParams []byte // nil when there are none
}

// Parse reads b, the whole of which must be the value of a=crypto. Without an
// error n is len(b), else the offset of what is wrong.
func (v *Crypto) Parse(b []byte) (n int, err error) { return result(v.parse(b)) }

func (v *Crypto) parse(b []byte) (int, sipwire.Code) {
	*v = Crypto{}
	c := cursor{b: b}
	lo, hi := c.next()
	tag, i, code := abnf.ConsumeUint(b[:hi], lo, 1<<32-1)
	if code == 0 && i != hi {
		code = sipwire.ErrNumber
	}
	if code != 0 {
		return i, code
	}
	suite := c.field()
	keys := c.field()
	switch {
	case len(suite) == 0:
		return len(b), sipwire.ErrEmpty
	case bytes.IndexByte(keys, ':') < 1:
		return len(b), sipwire.ErrValue
	}
	*v = Crypto{uint32(tag), suite, keys, nil}
	if rest := c.rest(); len(rest) > 0 {
		v.SessionParams = rest
	}
	return len(b), 0
}

// Key returns the key and salt of the first key parameter, in base64, without
// lifetime and MKI; nil when its method is not inline.
func (v *Crypto) Key() []byte {
	key, ok := bytes.CutPrefix(v.KeyParams, []byte("inline:"))
	if !ok {
		return nil
	}
	if i := bytes.IndexAny(key, "|;"); i >= 0 {
		key = key[:i:i]
	}
	return key
}

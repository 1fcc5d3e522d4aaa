package ext

import (
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// SessionID is a view of the value of Session-ID (RFC 7989, 5). The zero
// SessionID is invalid. It and everything it returns are valid as long as the
// bytes it was parsed from are.
//
// Parse accepts any token, so that values of another form can be forwarded and
// logged. The accessors are ok only for a UUID of 32 lower-case hexadecimal digits.
type SessionID struct{ header.Item }

// Local returns the UUID of the side that sent the message.
func (v SessionID) Local() (uuid []byte, ok bool) { return sessionUUID(v.Value()) }

// Remote returns the UUID of the other side, the remote parameter.
func (v SessionID) Remote() (uuid []byte, ok bool) {
	r, _ := v.Params().Get("remote")
	return sessionUUID(r)
}

// IsNil reports whether the UUID of the sender is the nil UUID, 32 zeros, which
// means that it is not known yet (RFC 7989, 5).
func (v SessionID) IsNil() bool { return v.Is("00000000000000000000000000000000") }

func sessionUUID(b []byte) ([]byte, bool) {
	if len(b) != 32 || !abnf.IsLowerHex(b) {
		return nil, false
	}
	return b, true
}

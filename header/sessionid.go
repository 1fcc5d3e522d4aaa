package header

// SessionID is a view of the value of Session-ID (RFC 7989, 5). The zero
// SessionID is invalid; it and everything it returns are valid as long as the
// bytes it was parsed from are.
//
// Parse takes any token, so that what elements of other minds have put there
// can be forwarded and logged; the accessors are ok only for a UUID of 32
// lower-case hexadecimal digits.
type SessionID struct{ Item }

// Local returns the UUID of the side that sent the message.
func (v *SessionID) Local() (uuid []byte, ok bool) { return sessionUUID(v.Value()) }

// Remote returns the UUID of the other side, the remote parameter.
func (v *SessionID) Remote() (uuid []byte, ok bool) {
	r, _ := v.Params().Get("remote")
	return sessionUUID(r)
}

// IsNil reports whether the UUID of the sender is the nil UUID, 32 zeros, which
// stands for one that is not known yet (RFC 7989, 5).
func (v *SessionID) IsNil() bool { return v.Is("00000000000000000000000000000000") }

func sessionUUID(b []byte) ([]byte, bool) {
	if len(b) != 32 || !isLowerHex(b) {
		return nil, false
	}
	return b, true
}

// isLowerHex reports whether b holds nothing but LHEX (RFC 3261, 25.1).
func isLowerHex(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

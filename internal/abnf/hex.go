package abnf

// Unhex gives the value of a hexadecimal digit; c must be one.
func Unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&0x5f - 'A' + 10
}

// IsLowerHex reports whether b holds nothing but LHEX (RFC 3261, 25.1).
func IsLowerHex(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

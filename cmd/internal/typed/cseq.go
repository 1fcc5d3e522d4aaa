package typed

import (
	"bytes"

	"github.com/sipwire/sipwire/header"
)

// CSeq reads a CSeq value: 1*DIGIT LWS Method, the number below 2**31
// (RFC 3261, 8.1.1.5 and 20.16). The method is nil when it is malformed.
func CSeq(v []byte) (number uint32, method []byte) {
	i := bytes.IndexAny(v, " \t\r\n")
	if i < 0 {
		return 0, nil
	}
	n, _, err := header.ParseUint(v[:i], 1<<31-1)
	var t header.Token
	if err != nil {
		return 0, nil
	}
	if _, err := t.Parse(bytes.TrimLeft(v[i:], " \t\r\n")); err != nil {
		return 0, nil
	}
	return uint32(n), t.Bytes()
}

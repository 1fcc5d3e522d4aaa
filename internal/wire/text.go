package wire

import (
	"net/netip"

	"github.com/sipwire/sipwire/internal/abnf"
)

// AppendQuoted appends text, which holds no CR, LF and NUL, as a quoted string:
// quotes, backslashes and control bytes in quoted pairs (RFC 3261, 25.1).
func AppendQuoted(dst, text []byte) []byte {
	dst = append(dst, '"')
	for _, c := range text {
		if c == '"' || c == '\\' || abnf.Is(c, abnf.Control) {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

// AppendHost appends an address as a host: one of IPv6 in brackets, an IPv4
// address that is mapped into IPv6 as the former. It is not ok, and nothing is
// appended, when there is no address or it has a zone, which means nothing
// elsewhere.
func AppendHost(dst []byte, addr netip.Addr) (out []byte, ok bool) {
	addr = addr.Unmap()
	switch {
	case !addr.IsValid() || addr.Zone() != "":
		return dst, false
	case addr.Is4():
		return addr.AppendTo(dst), true
	}
	return append(addr.AppendTo(append(dst, '[')), ']'), true
}

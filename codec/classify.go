package codec

import (
	"encoding/binary"

	"github.com/sipwire/sipwire/internal/abnf"
)

// A Kind is what a datagram or a WebSocket message on a SIP port is by its first
// bytes.
type Kind uint8

// The kinds.
const (
	KindOther     Kind = iota // nothing of the list, or no bytes at all
	KindMessage               // what may be a SIP message: Parse decides
	KindPing                  // CRLF CRLF, to be answered with CRLF (RFC 5626, 4.4.1)
	KindPong                  // CRLF, the answer; nothing answers it
	KindKeepAlive             // NULs, line ends or "jaK": no answer is expected
	KindSTUN                  // STUN (RFC 8489, 5), which RFC 5626, 4.4.2 uses for keep-alives
	KindTLS                   // a TLS or DTLS record (RFC 8446, 5.1; RFC 9147, 4)
	KindRTP                   // RTP or RTCP (RFC 3550, 5.1; RFC 7983, 7)
)

var kindNames = [...]string{"other", "message", "ping", "pong", "keep-alive", "STUN", "TLS", "RTP"}

// String returns the name of the kind.
func (k Kind) String() string { return kindNames[k%Kind(len(kindNames))] }

// Classify says what b, one datagram or one WebSocket message, is. It looks at
// the first bytes alone, does not allocate, and refuses nothing: a KindMessage may
// still fail to parse. A [Stream] answers the pings of TCP and TLS itself; see
// [Stream.Next].
func Classify(b []byte) Kind {
	i, nuls := 0, false
	for i < len(b) && (b[i] == '\r' || b[i] == '\n' || b[i] == 0) {
		nuls = nuls || b[i] == 0
		i++
	}
	switch {
	case len(b) == 0:
		return KindOther
	case string(b) == "\r\n\r\n":
		return KindPing
	case string(b) == "\r\n":
		return KindPong
	case i == len(b), len(b) <= 4 && len(b) >= 3 && string(b[:3]) == "jaK" && (len(b) == 3 || b[3] == 0):
		return KindKeepAlive
	case !nuls && abnf.Is(b[i], abnf.Token):
		return KindMessage
	}
	return binaryKind(b)
}

// binaryKind tells apart what begins with a byte that no token has (RFC 7983, 7).
func binaryKind(b []byte) Kind {
	switch c := b[0]; {
	case c < 4 && isSTUN(b):
		return KindSTUN
	case c >= 20 && c <= 25 && len(b) >= 3 && (b[1] == 3 && b[2] <= 4 || b[1] == 0xfe && b[2] >= 0xfc):
		return KindTLS
	case c>>6 == 2 && len(b) >= 8:
		return KindRTP
	}
	return KindOther
}

// isSTUN reports whether b has a STUN header: with the magic cookie, or, as in RFC
// 3489, with no more than the length that the header says.
func isSTUN(b []byte) bool {
	const header, cookie = 20, 0x2112a442
	if len(b) < header {
		return false
	}
	length := int(binary.BigEndian.Uint16(b[2:]))
	return length%4 == 0 && (binary.BigEndian.Uint32(b[4:]) == cookie || length == len(b)-header)
}

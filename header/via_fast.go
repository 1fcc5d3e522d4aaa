package header

import (
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/scan"
	"github.com/sipwire/sipwire/internal/value"
)

// sip20 is what nearly all values begin with, compared as a whole.
const sip20 = 'S' | 'I'<<8 | 'P'<<16 | '/'<<24 | '2'<<32 | '.'<<40 | '0'<<48 | '/'<<56

// parseFast reads what nearly all Via values are. The value is the whole of b:
// SIP/2.0, a transport of three letters, one space, and the rest as [scan.ReadVia]
// reads it. It reports whether it has read the value; [Via.parse] reads all others,
// and would have read this one alike.
func (v *Via) parseFast(b []byte) bool {
	const front = len("SIP/2.0/UDP ")
	var parts scan.Via
	if !scan.ReadVia(b, front, &parts) || abnf.Load64(b) != sip20 || b[front-1] != ' ' {
		return false
	}
	id := LookupTransport(b[len("SIP/2.0/") : front-1])
	if id == TransportOther {
		return false
	}
	v.b = b
	v.all = value.Part{Hi: uint32(len(b))}
	v.transport = value.MakePart(len("SIP/2.0/"), front-1)
	v.host = value.Part{Lo: uint32(front), Hi: uint32(front) + parts.HostEnd}
	v.sentBy = value.Part{Lo: uint32(front), Hi: uint32(front) + parts.Params}
	v.branch = value.Part{}
	if parts.BranchEnd != 0 {
		v.branch = value.Part{Lo: uint32(front) + parts.Branch, Hi: uint32(front) + parts.BranchEnd}
	}
	v.paramLo, v.semicolons = v.sentBy.Hi, parts.Semicolons
	v.port, v.id, v.hasPort = uint16(parts.Port), id, parts.HostEnd != parts.Params
	return true
}

func isToken(c byte) bool { return abnf.Is(c, abnf.Token) }

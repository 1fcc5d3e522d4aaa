package header

import (
	"math/bits"

	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/fastpath"
	"github.com/sipwire/sipwire/internal/scan"
	"github.com/sipwire/sipwire/internal/value"
)

// fastVia are the classes of bytes that [Via.parseFast] asks for.
var fastVia = scan.Classes{
	Sets: [...]scan.Set{
		scan.NewSet(abnf.IsLabel),
		scan.NewSet(abnf.IsHostPunct),
		scan.NewSet(isToken),
	},
	Bytes: [...]byte{';', '=', '='},
}

// parseFast reads what nearly all Via values are. The value is the whole of b:
// SIP/2.0, a transport of three letters, one space, host and port in less than 64
// bytes, and parameters without whitespace and quotes in the rest of those bytes
// and at most 63 more. It reports whether it has read the value; [Via.parse]
// reads all others, and would have read this one alike.
func (v *Via) parseFast(b []byte) bool {
	const front = len("SIP/2.0/UDP ")
	if len(b) < front {
		return false
	}
	rest := b[front:]
	window := rest[:min(len(rest), fastpath.MaxLen)]
	var m scan.Masks
	if !fastVia.Masks(window, &m) {
		return false
	}
	id := LookupTransport(b[len("SIP/2.0/") : front-1])
	if abnf.Load64(b) != sip20 || id == TransportOther || b[front-1] != ' ' {
		return false
	}
	hostEnd, portEnd, port := fastpath.HostPort(window, m.Sets[0], m.Sets[1], 1)
	if hostEnd == 0 {
		return false
	}
	v.branch = value.Part{}
	from, start := front, portEnd
	paramLo := bits.TrailingZeros64(portEnd)
	semicolons := m.Bytes[0] >> (uint(paramLo) & 63)
	if len(rest) > fastpath.MaxLen {
		// The first window ends before the last parameter that begins in it.
		cut := bits.Len64(m.Bytes[0]) - 1
		if cut < 0 || !fastParams(b, from, start, 1<<cut, &m, &v.branch) {
			return false
		}
		from, start = front+cut, 1
		if window = b[from:]; len(window) > fastpath.MaxLen || !fastVia.Masks(window, &m) {
			return false
		}
		semicolons |= m.Bytes[0] << (uint(cut-paramLo) & 63)
		if len(rest)-paramLo > fastpath.MaxLen {
			semicolons = 0
		}
	}
	if !fastParams(b, from, start, 1<<len(window), &m, &v.branch) {
		return false
	}
	v.b = b
	v.all = value.Part{Hi: uint32(len(b))}
	v.transport = value.MakePart(len("SIP/2.0/"), front-1)
	v.host = value.MakePart(front, front+bits.TrailingZeros64(hostEnd))
	v.sentBy = value.MakePart(front, front+paramLo)
	v.paramLo, v.semicolons = v.sentBy.Hi, semicolons
	v.port, v.id, v.hasPort = port, id, hostEnd != portEnd
	return true
}

// fastParams reads the parameters of a Via from the bit start, which is
// end or that of a ";", to the bit end; m are the masks of b[from:]. It sets
// branch to the first parameter of that name, unless it is set.
func fastParams(b []byte, from int, start, end uint64, m *scan.Masks, branch *value.Part) bool {
	const before = len(";branch=")
	inside := end - 1
	semicolons, equals := m.Bytes[0]&inside, m.Bytes[1]
	nameEnds, ok := fastpath.Params(m.Sets[2]&inside, semicolons, equals, start, end)
	// A name of six letters without a value may be a branch, too.
	if !ok || nameEnds&^equals&(semicolons<<(before-1)) != 0 {
		return false
	}
	// Nearly always the branch is the first parameter with a value.
	for values := nameEnds & equals; values != 0 && branch.Hi == 0; values &= values - 1 {
		lo := from + bits.TrailingZeros64(values) + 1
		if abnf.Load64(b[lo-before:])|branchLetters == branchParam {
			behind := (semicolons | end) &^ (values ^ (values - 1))
			*branch = value.MakePart(lo, from+bits.TrailingZeros64(behind))
		}
	}
	return true
}

// Words that are compared as a whole, and bit 5 of their letters, which makes
// small letters of large ones. Of a ";" or "=" it would make more than that byte
// equal, so it is set for letters only.
const (
	sip20 = 'S' | 'I'<<8 | 'P'<<16 | '/'<<24 | '2'<<32 | '.'<<40 | '0'<<48 | '/'<<56

	branchParam   = ';' | 'b'<<8 | 'r'<<16 | 'a'<<24 | 'n'<<32 | 'c'<<40 | 'h'<<48 | '='<<56
	branchLetters = 0x202020202020 << 8
)

func isToken(c byte) bool { return abnf.Is(c, abnf.Token) }

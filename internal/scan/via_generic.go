package scan

import (
	"math/bits"

	"github.com/sipwire/sipwire/internal/abnf"
)

// viaTable has the classes of bytes in a Via: token characters with bit Z, those of
// hosts with one more, and what separates parameters without it.
var viaTable = newClassTable(func(c byte) int {
	switch {
	case abnf.IsLabel(c):
		return bitZ | bitX
	case abnf.IsHostPunct(c):
		return bitZ | bitY
	case abnf.Is(c, abnf.Token):
		return bitZ
	case c == ';':
		return bitX
	case c == '=':
		return bitY
	}
	return 0
})

// ReadViaGeneric is [ReadVia] for tiers without a kernel for it, and what specifies
// it. It is not ok in the others.
func ReadViaGeneric(b []byte, out *Via) (ok bool) { return !hasValueKernels() && readVia(b, out) }

func readVia(b []byte, out *Via) bool {
	const (
		sip20     = 'S' | 'I'<<8 | 'P'<<16 | '/'<<24 | '2'<<32 | '.'<<40 | '0'<<48 | '/'<<56
		front     = len("SIP/2.0/UDP ")
		transport = len("SIP/2.0/")
	)
	if len(b) < front+4 || len(b) > front+126 || abnf.Load64(b) != sip20 {
		return false
	}
	rest := b[front:]
	x, y, tokens := viaTable.masks(rest[:min(len(rest), maxWindow)])
	h, ok := readHostPort(b, front, x&tokens, y&tokens, 1)
	if !ok {
		return false
	}
	*out = Via{
		All:       abnf.Part{Hi: uint32(len(b))},
		Transport: abnf.Part{Lo: uint32(transport), Hi: uint32(front - 1)},
		SentBy:    abnf.Part{Lo: uint32(front), Hi: uint32(front + h.end)},
		Host:      abnf.Part{Lo: uint32(front), Hi: uint32(front + h.hostEnd)},
		ParamLo:   uint32(front + h.end),
		Port:      h.port,
		HasPort:   h.hasPort != 0,
	}
	semis, equals := x&^tokens, y&^tokens
	out.Semicolons = semis >> (h.end & 63)
	if len(rest) <= maxWindow {
		return out.readParams(b, front, tokens, semis, equals, h.next, 1<<len(rest)) && out.markRParams(b)
	}

	// The first window ends before the last parameter that begins in it, and the
	// second one, with all that is left, begins with that.
	if semis == 0 {
		return false
	}
	cut := maxWindow - bits.LeadingZeros64(semis)
	left := rest[cut:]
	if !out.readParams(b, front, tokens, semis, equals, h.next, 1<<cut) || len(left) < 4 || len(left) > maxWindow {
		return false
	}
	x, y, tokens = viaTable.masks(left)
	semis, equals = x&^tokens, y&^tokens
	out.Semicolons |= semis << (cut - h.end)
	if len(rest)-h.end > maxWindow {
		out.Semicolons = 0 // more than a word has bits
	}
	return out.readParams(b, front+cut, tokens, semis, equals, 1, 1<<len(left)) && out.markRParams(b)
}

// markRParams fills in RParams of parameters that have names. It returns true.
func (v *Via) markRParams(b []byte) bool {
	for left := v.Semicolons; left != 0; left &= left - 1 {
		if b[int(v.ParamLo)+bits.TrailingZeros64(left)+1]|0x20 == 'r' {
			v.RParams |= left & -left
		}
	}
	return true
}

// readParams reads the parameters of the window that begins at b[at], from the bit
// start up to the bit end, and keeps the branch. It reports whether they are plain.
func (v *Via) readParams(b []byte, at int, tokens, semis, equals, start, end uint64) bool {
	if start > end {
		return false
	}
	all := end - start
	tokens &= end - 1
	semis &= all
	equals &= all
	names := semis << 1 // their first characters
	nameEnds := (tokens + names) &^ tokens
	valueEnds := semis | end
	const name = len(";branch=")
	if bad := all&^(tokens|semis|equals) | // of no class
		names&^tokens | // an empty name
		start&^valueEnds | // bytes in front of the first parameter
		equals&^nameEnds | // a second "="
		nameEnds&(all|end)&^equals&(semis<<(name-1)); // a branch without a value
	bad != 0 {
		return false
	}
	if v.Branch.Hi != 0 {
		return true // in the first window
	}
	const (
		branch  = ';' | 'b'<<8 | 'r'<<16 | 'a'<<24 | 'n'<<32 | 'c'<<40 | 'h'<<48 | '='<<56
		letters = 0x202020202020 << 8 // of small letters, which they make of large ones
	)
	// Nearly always the branch is the first parameter with a value.
	for values := equals; values != 0; values &= values - 1 {
		lo := at + bits.TrailingZeros64(values) + 1
		if abnf.Load64(b[lo-name:])|letters == branch {
			behind := valueEnds &^ (values ^ (values - 1))
			v.Branch = abnf.Part{Lo: uint32(lo), Hi: uint32(at + bits.TrailingZeros64(behind))}
			break
		}
	}
	return true
}

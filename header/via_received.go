package header

import (
	"bytes"
	"math/bits"

	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// ReceivedParts returns where the first received and the first rport parameter
// are, each from its name to the end of its value, counted from the start of
// [Via.Bytes]. Part is zero for one that is missing. repeated says that one of
// the two is given again. It serves those who note the source of a request
// (RFC 3261, 18.2.1; RFC 3581, 4), which is the dearest step of a proxy.
func (v *Via) ReceivedParts() (received, rport value.Part, repeated bool) {
	if v.at.All.Hi <= v.at.ParamLo {
		return received, rport, false
	}
	base := v.at.ParamLo - v.at.All.Lo
	b := v.b[v.at.ParamLo:v.at.All.Hi]
	if v.at.Semicolons == 0 {
		return receivedParts(b, base)
	}
	end := uint64(1) << (len(b) & 63)
	// Of these there are mostly none or one; how many parameters there are in all is
	// unpredictable.
	for left := v.at.RParams; left != 0; left &= left - 1 {
		lo := uint32(bits.TrailingZeros64(left)) + 1
		hi := uint32(bits.TrailingZeros64((v.at.Semicolons|end)>>lo)) + lo
		repeated = keepReceived(b[lo:hi], value.Part{Lo: base + lo, Hi: base + hi}, &received, &rport) || repeated
	}
	return received, rport, repeated
}

// plainValue returns the value of a parameter that ReceivedParts has found at a place,
// and whose name has n bytes, of a Via whose Semicolons are known: no whitespace and no
// quote is there. It is nil without a value, and where at is zero.
func (v *Via) plainValue(at value.Part, n int) []byte {
	b := at.Of(v.Bytes())
	if len(b) <= n {
		return nil
	}
	return b[n+len("="):]
}

// hasParam reports whether a name of a parameter begins with a letter, in small or
// capital, of a Via whose Semicolons are known.
func (v *Via) hasParam(letter byte) bool {
	b := v.b[v.at.ParamLo:v.at.All.Hi]
	for left := v.at.Semicolons; left != 0; left &= left - 1 {
		if at := bits.TrailingZeros64(left) + 1; at < len(b) && b[at]|0x20 == letter {
			return true
		}
	}
	return false
}

// keepReceived puts at, where param is, into received or rport when it has
// that name. It reports whether that one was there before.
func keepReceived(param []byte, at value.Part, received, rport *value.Part) bool {
	const lower = 0x2020202020202020
	keep := rport
	switch {
	case len(param) >= len("received") && abnf.Load64(param)|lower == receivedName && nameEnds(param, len("received")):
		keep = received
	case len(param) < len("rport") || abnf.Load32(param)|lower&0xffffffff != rporName || param[4]|0x20 != 't' || !nameEnds(param, len("rport")):
		return false
	}
	if keep.Hi != 0 {
		return true
	}
	*keep = at
	return false
}

// The names as words.
const (
	receivedName = 'r' | 'e'<<8 | 'c'<<16 | 'e'<<24 | 'i'<<32 | 'v'<<40 | 'e'<<48 | 'd'<<56
	rporName     = 'r' | 'p'<<8 | 'o'<<16 | 'r'<<24
)

// nameEnds reports whether the name of a parameter has n bytes.
func nameEnds(param []byte, n int) bool {
	return len(param) == n || !abnf.Is(param[n], abnf.Token)
}

// receivedParts is [Via.ReceivedParts] for the parameters b, which have parsed and
// begin base bytes behind the start of the value.
func receivedParts(b []byte, base uint32) (received, rport value.Part, repeated bool) {
	if bytes.IndexByte(b, '"') >= 0 {
		return quotedReceivedParts(b, base)
	}
	for i := 0; i < len(b); {
		lo := abnf.SkipLWS(b, abnf.SkipLWS(b, i)+len(";"))
		if lo >= len(b) {
			break
		}
		i = len(b)
		if n := bytes.IndexByte(b[lo:], ';'); n >= 0 {
			i = lo + n
		}
		if b[lo]|0x20 == 'r' {
			_, hi := abnf.TrimLWS(b, lo, i)
			at := value.Part{Lo: base + uint32(lo), Hi: base + uint32(hi)}
			repeated = keepReceived(b[lo:hi], at, &received, &rport) || repeated
		}
	}
	return received, rport, repeated
}

// quotedReceivedParts is receivedParts where a quote, which is rare, may hide a ";".
func quotedReceivedParts(b []byte, base uint32) (received, rport value.Part, repeated bool) {
	var a value.Param
	for i := 0; a.Next(b, &i); {
		at := value.Part{Lo: base + uint32(a.NameLo), Hi: base + uint32(max(a.NameHi, a.ValueHi))}
		repeated = keepReceived(b[a.NameLo:a.NameHi], at, &received, &rport) || repeated
	}
	return received, rport, repeated
}

package scan

import (
	"bytes"
	"math/bits"

	"github.com/sipwire/sipwire/internal/abnf"
)

// A hostPort is host [ ":" port ] (RFC 3261, 25.1) in a window.
type hostPort struct {
	hostEnd int    // the index behind the host
	end     int    // the index behind the port, hostEnd without one
	next    uint64 // the bit of end
	port    uint16
	hasPort int // 1 with a port, else 0
}

// readHostPort reads what begins at the bit start of the window that begins at b[at].
// label and punct are the bytes of the window that hosts are made of.
func readHostPort(b []byte, at int, label, punct, start uint64) (h hostPort, ok bool) {
	rest := b[at:]
	hostEnd := runEnd(label|punct, start)
	if hostEnd == start {
		if hostEnd = ipv6End(rest, index(start)); hostEnd == 0 {
			return h, false
		}
	} else if (hostEnd-start)&punct&(hostEnd>>1|punct<<1|start) != 0 {
		return h, false // no two side by side, none at either end
	}
	h.hostEnd = index(hostEnd)

	// The port is behind a colon. The byte looked at is the last one of the host
	// where that is the last of all.
	if rest[h.hostEnd+(len(rest)-1-h.hostEnd)>>(bits.UintSize-1)] == ':' {
		h.hasPort = 1
	}
	h.next = runEnd(label, hostEnd<<(h.hasPort&1))
	h.end = index(h.next)
	digits := h.end - h.hostEnd - h.hasPort
	const maxDigits = 5
	if uint(digits-h.hasPort) > maxDigits-1 || h.end > len(rest) || at+h.end < 8 {
		return h, false
	}
	// Of the eight bytes in front of its end the last ones are its digits, and the
	// others become zeros.
	w := abnf.DigitValues(abnf.Load64(b[at+h.end-8:]))
	w &^= ^uint64(0) >> (8 * digits & 63)
	port := abnf.Decimal(w)
	h.port = uint16(port)
	return h, abnf.NotDigits(w) == 0 && port <= 1<<16-1
}

// ipv6End returns the bit behind the address of IPv6 in "[]" at b[i], 0 when there is
// none, and when it is not written as usual: with a "::" and in groups of hexadecimal
// digits alone.
func ipv6End(b []byte, i int) uint64 {
	if i >= len(b) || b[i] != '[' {
		return 0
	}
	_, end, ok := abnf.ConsumeIPv6(b, i+1)
	if !ok || end >= min(len(b), maxWindow) {
		return 0
	}
	text := b[i+1 : end]
	if bytes.IndexByte(text, '.') >= 0 || !bytes.Contains(text, []byte("::")) {
		return 0
	}
	if end++; end < len(b) && (abnf.IsLabel(b[end]) || abnf.IsHostPunct(b[end])) {
		return 0 // "[::1]9"
	}
	return 1 << end
}

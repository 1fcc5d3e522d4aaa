package wire

import (
	"encoding/binary"
	"net/netip"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Received is what a server transport changes in the top Via of a request as nearly
// all are, with no received in it and at most one rport: rport gets the port, and
// received is put at the end. [ViaPatches.SetReceived] does the same for every Via.
//
// The texts are kept in words, so that they are written once and not read again
// before the processor has them in its cache.
type Received struct {
	// Where in the value the rport parameter is, which is replaced, and where the
	// value ends. All three are that end when there is no rport.
	Lo, Hi, End int

	// The lengths of what is put in, which is RPort in place of the parameter and
	// Addr at the end. Both are 0 when nothing has to be changed.
	RPort, Addr int

	port   uint64
	lo, hi uint64   // the text of an IPv4 address
	long   [48]byte // that of an IPv6 one
	is6    bool
}

// The names, as they are put in.
const (
	rportName    = "rport="
	receivedName = ";received="
)

// The room that [Received.PutRPort] and [Received.PutAddr] need.
const (
	RPortRoom = len(rportName) + 8
	AddrRoom  = len(receivedName) + 40
)

// Find finds what is to be changed for a request that came from src. It reports
// whether the Via is a usual one.
func (r *Received) Find(via *header.Via, src netip.AddrPort) bool {
	received, rport, repeated := via.ReceivedParts()
	if received.Hi != 0 || repeated {
		return false
	}
	r.End = len(via.Bytes())
	r.Lo, r.Hi, r.RPort = r.End, r.End, 0
	addr := src.Addr().Unmap()
	size := 0
	if r.is6 = !addr.Is4(); r.is6 {
		size = putIPv6(&r.long, addr.As16())
	} else {
		r.lo, r.hi, size = textOf(addr.As4())
	}
	r.Addr = len(receivedName) + size
	if rport.Hi != 0 {
		r.Lo, r.Hi = int(rport.Lo), int(rport.Hi)
		r.port, size = portOf(src.Port())
		r.RPort = len(rportName) + size
		return true
	}
	if r.isSentBy(via, addr, size) {
		r.Addr = 0
	}
	return true
}

// isSentBy reports whether sent-by is the address, whose text has size bytes.
func (r *Received) isSentBy(via *header.Via, addr netip.Addr, size int) bool {
	const word = 8
	host := via.Host()
	if r.is6 || len(host) < word || size < word || host[0] == '[' {
		var text [16]byte
		if !r.is6 {
			binary.LittleEndian.PutUint64(text[:], r.lo)
			binary.LittleEndian.PutUint64(text[8:], r.hi)
		}
		return sentFrom(via, addr.WithZone(""), text[:min(size, len(text))])
	}
	// The first eight bytes and the last eight: how many there are is unpredictable.
	more := uint64(size-word) * 8
	last := r.lo>>more | r.hi<<(64-more)
	return uint64(len(host)^size)|abnf.Load64(host)^r.lo|abnf.Load64(host[len(host)-word:])^last == 0
}

// PutRPort writes what replaces rport to b, which has RPortRoom bytes, when there is
// one, and returns its length. It may write all of b.
func (r *Received) PutRPort(b []byte) int {
	b = b[:RPortRoom]
	copy(b, rportName)
	binary.LittleEndian.PutUint64(b[len(rportName):], r.port)
	return r.RPort
}

// PutAddr writes what is put at the end to b, which has AddrRoom bytes, when there is
// something, and returns its length. It may write all of b.
func (r *Received) PutAddr(b []byte) int {
	b = b[:AddrRoom]
	copy(b, receivedName)
	text := b[len(receivedName):]
	if r.is6 {
		copy(text, r.long[:40])
	} else {
		binary.LittleEndian.PutUint64(text, r.lo)
		binary.LittleEndian.PutUint64(text[8:], r.hi)
	}
	return r.Addr
}

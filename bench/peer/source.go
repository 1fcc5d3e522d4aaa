package peer

import (
	"encoding/binary"
	"hash/fnv"
	"net/netip"
	"strconv"
	"strings"
)

// sourceOf is the address that a message is taken to come from. It is a
// function of the message alone: the same for every parser, and another one
// for nearly every message of a set, as it is for a proxy with many clients.
// Where the topmost Via names an IPv4 address, half of the senders are at that
// address; the others are behind a NAT. One source in eight is IPv6.
func sourceOf(msg []byte) netip.AddrPort {
	h := fnv.New64a()
	h.Write(msg)
	draw := h.Sum64()
	port := uint16(1024 + draw>>48%60000)
	if a, ok := viaAddr(msg); ok && draw&1 == 0 {
		return netip.AddrPortFrom(a, port)
	}
	var b [16]byte
	if draw>>1&7 == 0 {
		copy(b[:], "\x20\x01\x0d\xb8") // 2001:db8::/32 is for documentation (RFC 3849)
		binary.BigEndian.PutUint64(b[8:], draw)
		return netip.AddrPortFrom(netip.AddrFrom16(b), port)
	}
	binary.BigEndian.PutUint32(b[:], uint32(draw>>8))
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, b[1], b[2], b[3]}), port)
}

// sourcesOf is sourceOf for a whole set, worked out outside of any timing.
func sourcesOf(set [][]byte) []netip.AddrPort {
	out := make([]netip.AddrPort, len(set))
	for i, b := range set {
		out[i] = sourceOf(b)
	}
	return out
}

// viaAddr is the IPv4 address of the topmost Via, when that is what it names.
func viaAddr(msg []byte) (netip.Addr, bool) {
	values := outlineOf(msg).values("via")
	if len(values) == 0 {
		return netip.Addr{}, false
	}
	host, _ := sentBy(values[0])
	a, err := netip.ParseAddr(host)
	return a, err == nil && a.Is4()
}

// sourceMissing says what is wrong with the received and rport that a server
// gave a Via (RFC 3261, 18.2.1; RFC 3581, 4), or is empty. was is the value as
// received, is the value as it was written.
func sourceMissing(was, is string, src netip.AddrPort) string {
	host, before := sentBy(was)
	_, after := sentBy(is)
	_, asked := before["rport"]
	if port := strconv.Itoa(int(src.Port())); asked && after["rport"] != port {
		return "rport is " + after["rport"] + ", not " + port
	}
	addr := src.Addr().String()
	if (asked || host != addr) && strings.Trim(after["received"], "[]") != addr {
		return "received is " + after["received"] + ", not " + addr
	}
	return ""
}

// Package fastpath reads the pieces of values that nearly everyone writes alike,
// a host with a port and parameters without quotes or whitespace, from masks of
// their bytes: bit i of a mask says whether byte i belongs to a class. It has no
// loops and no branches but to give up, so that the processor has nothing to
// guess. What it cannot read need not be wrong: its callers, the fast paths of
// uri and header, leave that to the readers of the whole grammar, which are the
// specification and what their tests compare with.
//
// Values here are shorter than 64 bytes, so that the bit behind the last byte
// exists, and every mask is zero from there on.
package fastpath

import (
	"math/bits"

	"github.com/sipwire/sipwire/internal/abnf"
)

// MaxLen is the greatest number of bytes of a value.
const MaxLen = 63

// HostPort reads host [ ":" port ] at the bit start of the value b (RFC 3261,
// 25.1). label and punct are the bytes that [abnf.IsLabel] and
// [abnf.IsHostPunct] take. It returns the bits behind the host and behind the
// port, which are the same where there is no port, and 0 for what it cannot
// read. Whether the next byte may follow is the caller's to say.
//
// An IPv4 address is a hostname to it. It cannot read two punctuation characters
// side by side, a hostname that ends in one, a port of more than five digits
// and one that ends in the first seven bytes.
func HostPort(b []byte, label, punct, start uint64) (hostEnd, portEnd uint64, port uint16) {
	name := label | punct
	// Adding to the first bit of a run of ones carries to the bit behind it.
	hostEnd = (name + start) &^ name
	host := hostEnd - start
	if host == 0 {
		hostEnd = ipv6(b, start) &^ name // "[::1]9" is none
	}
	bad := punct & host & (punct<<1 | start | hostEnd>>1)

	// Behind the value there is nothing: its last byte is looked at, which is one
	// of the host then.
	end := bits.TrailingZeros64(hostEnd)
	last := end - int(hostEnd>>(uint(len(b))&63)&1)
	if uint(last) >= uint(len(b)) {
		return 0, 0, 0
	}
	colon := (uint64(b[last]^':') - 1) >> 63 // 1 for a colon; a branch would be a guess
	portEnd = (label + hostEnd<<(colon&63)) &^ label
	at := bits.TrailingZeros64(portEnd)
	digits := uint64(at-end) - colon // none without a colon
	if at < 8 || at > len(b) || digits-colon > 5-1 || bad != 0 {
		return 0, 0, 0
	}

	// The last digits of the eight bytes in front count, the others are zeros.
	w := abnf.DigitValues(abnf.Load64(b[at-8 : at]))
	w &^= ^uint64(0) >> (8 * digits & 63)
	if abnf.NotDigits(w) != 0 {
		return 0, 0, 0
	}
	w = abnf.Decimal(w)
	if w > 65535 {
		return 0, 0, 0
	}
	return hostEnd, portEnd, uint16(w)
}

// ipv6 returns the bit behind the IPv6 address in brackets at the bit start, 0
// when there is none.
func ipv6(b []byte, start uint64) (end uint64) {
	i := bits.TrailingZeros64(start)
	if i >= len(b) || b[i] != '[' {
		return 0
	}
	_, i, ok := abnf.ConsumeIPv6(b, i+1)
	if !ok || i >= len(b) {
		return 0
	}
	return 1 << (i + 1)
}

// Params reads *( ";" name [ "=" value ] ) from the bit start, which is where
// end is or a ";", to the bit end. chars are the characters of names and
// values, semicolons and equals the separators. It returns the bits behind the
// names. An empty name is not ok, an empty value is.
func Params(chars, semicolons, equals, start, end uint64) (nameEnds uint64, ok bool) {
	all := end - start
	semicolons &= all
	equals &= all
	names := semicolons << 1 // their first characters
	nameEnds = (chars + names) &^ chars
	bad := all&^(chars|semicolons|equals) | // of no class
		names&^chars | // an empty name
		start&^(semicolons|end) | // bytes in front of the first parameter
		equals&^nameEnds // a second one
	return nameEnds & (all | end), bad == 0
}

// Package stun answers the STUN Binding Requests that SIP clients send to an edge
// proxy's UDP port, to keep their NAT open and to see whether it still is the same
// flow (RFC 5626, 4.4.2 and 5.4; RFC 8489). It knows no more of STUN than that.
package stun

import (
	"encoding/binary"
	"net/netip"
)

const (
	headerLen = 20
	cookie    = 0x2112a442

	bindingRequest    = 0x0001
	bindingIndication = 0x0011
	bindingSuccess    = 0x0101
	bindingError      = 0x0111

	attrErrorCode = 0x0009
	attrUnknown   = 0x000a
	attrXORMapped = 0x0020
)

// A Kind says what a datagram was.
type Kind uint8

const (
	Malformed  Kind = iota // nothing that is answered
	Request                // a Binding Request, which has an answer
	Indication             // a Binding Indication, which has none
)

// AppendAnswer appends the answer to b, a datagram from an address: what that
// address is (XOR-MAPPED-ADDRESS), or an error 420 when b has an attribute that
// has to be understood, and is not. Nothing is checked that needs a password. dst
// is as it was for all but a Request.
func AppendAnswer(dst, b []byte, from netip.AddrPort) ([]byte, Kind) {
	if len(b) < headerLen || binary.BigEndian.Uint32(b[4:]) != cookie || int(binary.BigEndian.Uint16(b[2:])) != len(b)-headerLen {
		return dst, Malformed
	}
	kind := Malformed
	switch binary.BigEndian.Uint16(b) {
	case bindingRequest:
		kind = Request
	case bindingIndication:
		kind = Indication
	}
	at := len(dst)
	dst = append(dst, b[:headerLen]...)
	// Type and length are known at the end; cookie and transaction ID stay.
	answer := uint16(bindingSuccess)
	unknown, ok := appendUnknown(dst, b[headerLen:])
	switch {
	case !ok || kind != Request:
		if !ok {
			kind = Malformed
		}
		return dst[:at], kind
	case len(unknown) > len(dst):
		dst, answer = unknown, bindingError
	default:
		dst = appendMapped(dst, b[4:headerLen], from)
	}
	binary.BigEndian.PutUint16(dst[at:], answer)
	binary.BigEndian.PutUint16(dst[at+2:], uint16(len(dst)-at-headerLen))
	return dst, Request
}

// appendMapped appends the XOR-MAPPED-ADDRESS (RFC 8489, 14.2). key is the cookie
// and the transaction ID.
func appendMapped(dst, key []byte, from netip.AddrPort) []byte {
	ip, family := from.Addr().Unmap().AsSlice(), byte(1)
	if len(ip) == 16 {
		family = 2
	}
	dst = binary.BigEndian.AppendUint16(dst, attrXORMapped)
	dst = binary.BigEndian.AppendUint16(dst, uint16(4+len(ip)))
	dst = append(dst, 0, family)
	dst = binary.BigEndian.AppendUint16(dst, from.Port()^cookie>>16)
	for i, c := range ip {
		dst = append(dst, c^key[i])
	}
	return dst
}

// appendUnknown reads attributes, and appends the attributes of an error 420 when
// some of them would have to be understood (RFC 8489, 6.3.1). It is not ok when
// they cannot be read.
func appendUnknown(dst, b []byte) (_ []byte, ok bool) {
	at := len(dst)
	for len(b) > 0 {
		if len(b) < 4 {
			return dst, false
		}
		t, n := binary.BigEndian.Uint16(b), (int(binary.BigEndian.Uint16(b[2:]))+3)&^3
		if b = b[4:]; n > len(b) {
			return dst, false
		}
		b = b[n:]
		if isKnown(t) {
			continue
		}
		if len(dst) == at {
			dst = binary.BigEndian.AppendUint16(dst, attrErrorCode)
			dst = append(dst, 0, 4, 0, 0, 4, 20) // 420
			dst = binary.BigEndian.AppendUint16(dst, attrUnknown)
			dst = append(dst, 0, 0)
		}
		dst = binary.BigEndian.AppendUint16(dst, t)
	}
	if len(dst) > at {
		const list = 4 + 4 + 4 // where the list of types begins
		n := len(dst) - at - list
		binary.BigEndian.PutUint16(dst[at+list-2:], uint16(n))
		if n%4 != 0 {
			dst = append(dst, 0, 0)
		}
	}
	return dst, true
}

// isKnown reports whether an attribute is in no one's way: those from 0x8000 on
// need not be understood, and those of credentials are for servers that ask for
// them.
func isKnown(t uint16) bool {
	switch t {
	case 0x0006, 0x0008, 0x0014, 0x0015, 0x001c, 0x001d, 0x001e: // USERNAME, MESSAGE-INTEGRITY, REALM, NONCE and their like
		return true
	}
	return t >= 0x8000
}

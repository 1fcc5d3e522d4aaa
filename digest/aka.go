package digest

import "encoding/base64"

// AKAv1-MD5 is Digest with what the USIM of a mobile network answers instead of a
// password (RFC 3310): the nonce holds RAND and AUTN, and the password is RES.

// akaLen is the length of RAND, and that of AUTN.
const akaLen = 16

// AppendAKANonce appends the nonce of a challenge of AKAv1-MD5 (RFC 3310, 3.2):
// RAND, AUTN and what else the server wants to get back, in base64.
func AppendAKANonce(dst []byte, rand, autn *[16]byte, data []byte) []byte {
	// A multiple of three bytes at a time, so that the pieces are one text.
	var b [2*akaLen + 1]byte
	copy(b[:], rand[:])
	copy(b[akaLen:], autn[:])
	n := 2 * akaLen
	k := copy(b[n:], data)
	dst = base64.StdEncoding.AppendEncode(dst, b[:n+k])
	return base64.StdEncoding.AppendEncode(dst, data[k:])
}

// ParseAKANonce returns RAND and AUTN, which a client gives to its USIM to get RES.
// It is not ok when the nonce does not hold them.
func ParseAKANonce(nonce []byte) (rand, autn [16]byte, ok bool) {
	// 44 characters hold 33 bytes. What is behind them is the server's.
	const chars = 44
	var b [33]byte
	if len(nonce) < chars || len(nonce)%4 != 0 {
		return rand, autn, false
	}
	if n, err := base64.StdEncoding.Decode(b[:], nonce[:chars]); err != nil || n < 2*akaLen {
		return rand, autn, false
	}
	return [16]byte(b[:akaLen]), [16]byte(b[akaLen : 2*akaLen]), true
}

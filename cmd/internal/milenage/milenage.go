// Package milenage computes what a USIM answers to the challenge of a mobile
// network, by the algorithms that 3GPP TS 35.206 gives as an example and that nearly
// all networks use. It is for a test tool: the key is in the memory of the process.
package milenage

import (
	"crypto/aes"
	"crypto/subtle"
	"errors"
)

// ErrMAC says that the network which made the challenge does not know the key.
var ErrMAC = errors.New("the MAC of the challenge's AUTN does not fit the key (aka_K, aka_OP)")

// Answer returns RES, the response to RAND, for the subscriber key and the operator's
// OP. It checks AUTN first, as a USIM does (3GPP TS 33.102, 6.3.3), but for the
// sequence number in it, which is not kept here: each is taken for a new one.
func Answer(key, op, rand, autn *[16]byte) (res [8]byte, err error) {
	cipher, err := aes.NewCipher(key[:])
	if err != nil {
		return res, err
	}
	var opc, temp block
	cipher.Encrypt(opc[:], op[:])
	opc.add((*block)(op))
	temp = *(*block)(rand)
	temp.add(&opc)
	cipher.Encrypt(temp[:], temp[:])

	// f2 and f5: RES is the second half, the anonymity key is at the front.
	out := temp
	out.add(&opc)
	out[15] ^= 1
	cipher.Encrypt(out[:], out[:])
	out.add(&opc)
	copy(res[:], out[8:])

	// AUTN is SQN hidden by the anonymity key, AMF, and the MAC that f1 makes of both.
	var in block
	for i := range 6 {
		in[i] = autn[i] ^ out[i]
	}
	copy(in[6:8], autn[6:8])
	copy(in[8:], in[:8])
	in.add(&opc)
	for i := range 8 { // rotated by half
		in[i], in[i+8] = in[i+8], in[i]
	}
	in.add(&temp)
	cipher.Encrypt(in[:], in[:])
	in.add(&opc)
	if subtle.ConstantTimeCompare(in[:8], autn[8:]) == 0 {
		return [8]byte{}, ErrMAC
	}
	return res, nil
}

// A block is what the cipher takes at once.
type block [16]byte

func (b *block) add(other *block) { subtle.XORBytes(b[:], b[:], other[:]) }

package milenage

import (
	"encoding/hex"
	"errors"
	"testing"
)

func block16(t *testing.T, digits string) *[16]byte {
	t.Helper()
	b, err := hex.DecodeString(digits)
	if err != nil || len(b) != 16 {
		t.Fatalf("%q: %d bytes, %v", digits, len(b), err)
	}
	return (*[16]byte)(b)
}

// TestAnswer goes by test sets of 3GPP TS 35.207 and 35.208. AUTN is made of what they
// list: SQN by the anonymity key f5, AMF, f1.
func TestAnswer(t *testing.T) {
	for _, c := range []struct{ key, rand, op, autn, res string }{
		{"465b5ce8b199b49faa5f0a2ee238a6bc", "23553cbe9637a89d218ae64dae47bf35", "cdc202d5123e20f62b6d676ac72cb318",
			"55f328b43577" + "b9b9" + "4a9ffac354dfafb3", "a54211d5e3ba50bf"}, // set 1
		{"fec86ba6eb707ed08905757b1bb44b8f", "9f7c8d021accf4db213ccff0c7f71a6a", "dbc59adcb6f9a0ef735477b7fadf8374",
			"ae4a3a9b4c97" + "725c" + "9cabc3e99baf7281", "8011c48c0c214ed2"}, // set 3
	} {
		key, rand, op, autn := block16(t, c.key), block16(t, c.rand), block16(t, c.op), block16(t, c.autn)
		res, err := Answer(key, op, rand, autn)
		if got := hex.EncodeToString(res[:]); err != nil || got != c.res {
			t.Errorf("%s: %s, %v; want %s", c.key, got, err, c.res)
		}
		// Whatever is changed is noticed.
		for _, b := range []*[16]byte{key, rand, op, autn} {
			for i := range b {
				b[i] ^= 0x10
				if res, err := Answer(key, op, rand, autn); !errors.Is(err, ErrMAC) || res != [8]byte{} {
					t.Errorf("%s with another byte %d: %x, %v", c.key, i, res, err)
				}
				b[i] ^= 0x10
			}
		}
	}
}

package digest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header/auth"
)

// TestAKA answers a challenge of AKAv1-MD5 with what a USIM gave (RFC 3310, 3.3).
func TestAKA(t *testing.T) {
	rand, autn := [16]byte{1, 2, 0xff}, [16]byte{4, 5, 0xfe}
	res := []byte("\x00\xff:\r\nres")
	var d Digester
	for _, data := range []string{"", "1", "22", "333", "server data"} {
		nonce := AppendAKANonce([]byte("x"), &rand, &autn, []byte(data))[1:]
		gotRand, gotAUTN, ok := ParseAKANonce(nonce)
		if !ok || gotRand != rand || gotAUTN != autn {
			t.Fatalf("%s: %v %v %v", nonce, gotRand, gotAUTN, ok)
		}
		value, err := (&Challenge{Realm: []byte("ims.example"), Nonce: nonce, Algorithm: AKAv1MD5, QOP: QOPAuth}).AppendTo(nil)
		if err != nil {
			t.Fatal(err)
		}
		ch := read[auth.Challenge](string(value))
		if IsUsable(ch) || Beats(ch, &auth.Challenge{}) {
			t.Errorf("%s: a password can answer it", value)
		}
		c := again(string(value), &Secret{RES: res, Password: []byte("p")}, 1)
		if want := oracle(MD5, "auth", "bob", "ims.example", string(res), string(nonce), "00000001", "c", "REGISTER", "sip:h", ""); string(c.Response()) != want {
			t.Errorf("response %s, want %s", c.Response(), want)
		}
		o := &Offer{Realm: []byte("ims.example"), Algorithms: []Algorithm{AKAv1MD5}, QOP: QOPAuth}
		for i, test := range []struct {
			s    Secret
			want bool
		}{
			{Secret{RES: res}, true},
			{Secret{RES: res[1:]}, false},
			{Secret{Password: res}, false},
			{Secret{HA1: []byte(hashHex(MD5, "bob:ims.example:"+string(res)))}, false},
			{Secret{}, false},
		} {
			if d.Verify(c, &test.s, o, []byte("REGISTER"), nil) != test.want {
				t.Errorf("secret %d passes: %v", i, !test.want)
			}
		}
		o.Algorithms = []Algorithm{MD5}
		if d.Verify(c, &Secret{RES: res, Password: res}, o, []byte("REGISTER"), nil) {
			t.Error("AKA passes where MD5 was offered")
		}
		if _, err := d.AppendCredentials(nil, ch, &Answer{Secret: Secret{Username: []byte("u"), Password: res}, Method: []byte("X"), URI: []byte("sip:h"), CNonce: []byte("c")}); !errors.Is(err, sipwire.ErrParam) {
			t.Errorf("an answer without RES: %v", err)
		}
	}
	for _, bad := range []string{"", "AAAA", strings.Repeat("A", 42) + "==", strings.Repeat("A", 45), strings.Repeat("A", 40) + "====", strings.Repeat("-", 44), strings.Repeat("A", 42) + "=" + "A"} {
		if _, _, ok := ParseAKANonce([]byte(bad)); ok {
			t.Errorf("%q holds RAND and AUTN", bad)
		}
	}
	if s := fmt.Sprint(AKAv1MD5, " ", AKAv1MD5.HexLen(), " ", AKAv1MD5.IsSess()); s != "AKAv1-MD5 32 false" {
		t.Error(s)
	}
}

// TestIsAKA: a challenge of AKAv1-MD5 is one only with a realm, a nonce of 32 bytes and
// a qop that is known.
func TestIsAKA(t *testing.T) {
	nonce := string(AppendAKANonce(nil, new([16]byte), new([16]byte), nil))
	for value, want := range map[string]bool{
		`Digest realm="r", nonce="` + nonce + `", algorithm=AKAv1-MD5`:              true,
		`Digest realm="r", nonce="` + nonce + `", algorithm=AKAv1-MD5, qop="auth"`:  true,
		`Digest realm="r", nonce="` + nonce + `", algorithm=AKAv1-MD5, qop="other"`: false,
		`Digest realm="r", nonce="` + nonce + `", algorithm=MD5`:                    false,
		`Digest realm="r", nonce="bm9uY2U=", algorithm=AKAv1-MD5`:                   false,
		`Digest nonce="` + nonce + `", algorithm=AKAv1-MD5`:                         false,
		`Other realm="r", nonce="` + nonce + `", algorithm=AKAv1-MD5`:               false,
	} {
		var c auth.Challenge
		if _, err := c.Parse([]byte(value)); err != nil {
			t.Fatalf("%s: %v", value, err)
		}
		if IsAKA(&c) != want || IsUsable(&c) && want {
			t.Errorf("%s: %v", value, !want)
		}
	}
}

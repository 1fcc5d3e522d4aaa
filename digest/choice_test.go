package digest

import (
	"testing"

	"github.com/sipwire/sipwire/header/auth"
)

// TestBeats goes through challenges as a client does and looks for the one it
// answers.
func TestBeats(t *testing.T) {
	const rest = `realm="r",nonce="n"`
	for _, c := range []struct {
		challenges []string
		want       int // -1: none
	}{
		{[]string{"Digest " + rest}, 0},
		{[]string{"Digest " + rest, "Digest algorithm=SHA-256," + rest}, 1},
		{[]string{"Digest algorithm=SHA-256," + rest, "Digest algorithm=SHA-512-256," + rest, "Digest algorithm=MD5," + rest}, 1},
		{[]string{"Digest algorithm=SHA-256-sess," + rest, "Digest algorithm=SHA-256," + rest}, 0},
		{[]string{"Digest algorithm=MD5," + rest, "Digest algorithm=SHA-512," + rest}, 0},
		{[]string{"Digest algorithm=SHA-512," + rest, "Digest algorithm=md5," + rest}, 1},
		{[]string{"Bearer " + rest, "Digest " + rest}, 1},
		{[]string{"Digest qop=x,algorithm=SHA-256," + rest, "Digest qop=auth," + rest}, 1},
		{[]string{"Digest realm=r", "Digest nonce=n", "Bearer a=b"}, -1},
		{nil, -1},
	} {
		var best auth.Challenge
		at := -1
		for i, s := range c.challenges {
			var v auth.Challenge
			mustParse(t, &v, s)
			if Beats(&v, &best) {
				best, at = v, i
			}
		}
		if at != c.want {
			t.Errorf("%q: %d is the strongest, want %d", c.challenges, at, c.want)
		}
	}
}

//go:build !purego

package scan

import (
	"math/rand/v2"
	"testing"

	"github.com/sipwire/sipwire/internal/cpufeat"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// Pieces that values are put together from. The tests of package header hold what
// is read to the whole grammar; here every tier must say the same, and none may
// read outside the value.
var (
	addrPieces = []string{`"Bob"`, `"a\"b"`, `\`, "Bob ", "<sip:a@b.example>", "<", ">", ";tag=", ";tag=1928301774", "x", "\x00", "\xff", "sip:a@b"}
	viaPieces  = []string{"host-1.example", "192.0.2.1", "[2001:db8::1]", "[", "]", ":5060", ":", "99999", ".", ";rport", ";branch=z9hG4bK776", ";branch=", ";BRANCH=x", ";abcdef", "=", "\x00", "\xff", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}
)

// fill fills b with pieces, cut at its end.
func fill(b []byte, r *rand.Rand, pieces []string) {
	for n := 0; n < len(b); {
		n += copy(b[n:], pieces[r.IntN(len(pieces))])
	}
}

// TestReadValues reads values of every length, in front of a guard page and behind
// one, in every tier.
func TestReadValues(t *testing.T) {
	if len(cpufeat.Tiers()) == 1 {
		t.Log("NOT RUN: this processor has no vector tier")
		return
	}
	memory := testfiles.Guarded(t, 1)
	r := rand.New(rand.NewPCG(11, 12))
	const front = 12
	addrs, vias := 0, 0
	for range 100 {
		for size := range maxVia + front + 3 {
			for _, b := range [][]byte{memory[:size:size], memory[len(memory)-size:]} {
				fill(b, r, addrPieces)
				var want Addr
				for n, tier := range cpufeat.Tiers()[1:] {
					restore := cpufeat.Force(tier)
					var got Addr
					if ReadAddr(b, &got) {
						addrs++
					}
					if n == 0 {
						want = got
					}
					if got != want {
						t.Fatalf("%s: %q: %+v, want %+v", tier, b, got, want)
					}
					restore()
				}
				if size < front {
					continue
				}
				fill(b, r, viaPieces)
				var wantVia Via
				for n, tier := range cpufeat.Tiers()[1:] {
					restore := cpufeat.Force(tier)
					var got Via
					if ReadVia(b, front, &got) {
						vias++
					} else {
						got = Via{}
					}
					if n == 0 {
						wantVia = got
					}
					if got != wantVia {
						t.Fatalf("%s: %q: %+v, want %+v", tier, b, got, wantVia)
					}
					restore()
				}
			}
		}
	}
	if addrs == 0 || vias == 0 {
		t.Errorf("%d name-addrs and %d Vias were read", addrs, vias)
	}
}

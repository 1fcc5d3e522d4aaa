package wire

import (
	"math/rand/v2"
	"testing"

	"github.com/sipwire/sipwire/header"
)

// TestFindReceived makes Vias of random pieces and holds the walk over their
// parameters against the one that package header makes for each name.
func TestFindReceived(t *testing.T) {
	pieces := []string{";", ";", ";", "=", "=", "rport", "RPort", "received", "Received", "receivedx", "rpor", "rportx", "x", "branch", "z9hG4bK1", "1.2.3.4", "[::1]", "::1", "\"", "\"a;rport=1\"", "\\", "\"\\\"\"",
		" ", "\t", "\r\n ", "\n\t", ",", "a"}
	starts := []string{"SIP/2.0/UDP a", "SIP/2.0/UDP a:5060 ", "SIP / 2.0 / TCP\t[::1]"}
	r := rand.New(rand.NewPCG(8, 4))
	good, found := 0, 0
	for range 300000 {
		s := starts[r.IntN(len(starts))]
		for range r.IntN(12) {
			s += pieces[r.IntN(len(pieces))]
		}
		var via header.Via
		if _, err := via.ParseFrom([]byte(s), 0); err != nil {
			continue
		}
		good++
		received, rport, repeated := findReceived(&via)
		if repeats := newRepeats(&via, "received", "rport"); !repeated && repeats.next().Hi != 0 {
			t.Fatalf("%q: a repeated parameter was not seen", s)
		}
		for name, got := range map[string]paramExtent{"received": received, "rport": rport} {
			lo, hi, ok := viaParam(&via, name)
			if got != (paramExtent{lo, hi, ok}) {
				t.Fatalf("%q: %s %v, want %d %d %t", s, name, got, lo, hi, ok)
			}
			if ok {
				found++
			}
		}
	}
	if good < 10000 || found < 1000 {
		t.Errorf("%d Vias, %d parameters found", good, found)
	}
}

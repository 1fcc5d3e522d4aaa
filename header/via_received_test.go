package header

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/sipwire/sipwire/internal/value"
)

// receivedPartsAgree holds the walk over the parameters of a Via against one
// reader of parameters for each name, and returns how many it finds.
func receivedPartsAgree(t *testing.T, via *Via) (found int) {
	t.Helper()
	list := via.Params().Bytes()
	base := len(via.Bytes()) - len(list)
	received, rport, repeated := via.ReceivedParts()
	again := false
	for name, got := range map[string]value.Part{"received": received, "rport": rport} {
		var want value.Part
		var a value.Param
		for i := 0; a.Next(list, &i); {
			if !a.Is(list, name) {
				continue
			}
			if want.Hi != 0 {
				again = true
				continue
			}
			found++
			want = value.MakePart(base+a.NameLo, base+max(a.NameHi, a.ValueHi))
		}
		if got != want {
			t.Fatalf("%q: %s %v, want %v", via.Bytes(), name, got, want)
		}
	}
	if repeated != again {
		t.Fatalf("%q: repeated %t, want %t", via.Bytes(), repeated, again)
	}
	if got, _ := via.Params().Get("received"); string(via.Received()) != string(got) || (via.Received() == nil) != (got == nil) {
		t.Fatalf("%q: received %q, want %q", via.Bytes(), via.Received(), got)
	}
	text, _ := via.Params().Get("rport")
	want, err := strconv.ParseUint(string(text), 10, 16)
	port, ok := via.RPort()
	if ok != (err == nil) || uint64(port) != want && ok {
		t.Fatalf("%q: rport %d, %t, want %q", via.Bytes(), port, ok, text)
	}
	return found
}

// TestReceivedParts makes Vias of random pieces.
func TestReceivedParts(t *testing.T) {
	pieces := []string{";", ";", ";", "=", "=", "rport", "RPort", "received", "Received", "receivedx", "rpor", "rportx", "r\x14ort", "x", "branch", "z9hG4bK1", "1.2.3.4", "[::1]", "::1", "\"", "\"a;rport=1\"", "\\", "\"\\\"\"",
		" ", "\t", "\r\n ", "\n\t", ",", "a", ";branch=z9hG4bK776asdhds", ";rport", ";received=192.0.2.1", ";received= ", ";received =a", ";rport=5060", ";rport=\t5060", ";rport=5060 ", ";rport="}
	starts := []string{"SIP/2.0/UDP a", "SIP/2.0/UDP a:5060 ", "SIP / 2.0 / TCP\t[::1]", "SIP/2.0/UDP pc33.example.com:5060", "SIP/2.0/UDP proxy.with.a.long.name.example.com:5060"}
	n := 300000
	if testing.Short() {
		n = 60000
	}
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(8, 4))
		good, found := 0, 0
		for range n {
			s := starts[r.IntN(len(starts))]
			for range r.IntN(12) {
				s += pieces[r.IntN(len(pieces))]
			}
			var via Via
			if _, err := via.ParseFrom([]byte(s), 0); err != nil {
				continue
			}
			good++
			found += receivedPartsAgree(t, &via)
		}
		if good < n/30 || found < n/300 {
			t.Errorf("%d Vias, %d parameters found", good, found)
		}
	})
}

// TestViaCapitals: the names of parameters have no case (RFC 3261, 7.3.1), also where
// only those that begin with a letter are looked at.
func TestViaCapitals(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		for _, s := range []string{"MADDR=224.2.0.1;RPORT=5061;RECEIVED=192.0.2.2", "Maddr=224.2.0.1;rPort=5061;rEceived=192.0.2.2", "maddr=224.2.0.1;rport=5061;received=192.0.2.2"} {
			var v Via
			n, err := v.ParseFrom([]byte("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;"+s), 0)
			if err != nil || v.at.Semicolons == 0 {
				t.Fatalf("%s: %v at %d, semicolons %x", s, err, n, v.at.Semicolons)
			}
			port, _ := v.RPort()
			if string(v.Maddr()) != "224.2.0.1" || !v.HasRPort() || port != 5061 || string(v.Received()) != "192.0.2.2" {
				t.Errorf("%s: maddr %s, rport %t %d, received %s", s, v.Maddr(), v.HasRPort(), port, v.Received())
			}
			if received, rport, _ := v.ReceivedParts(); received.Hi == 0 || rport.Hi == 0 {
				t.Errorf("%s: received at %v, rport at %v", s, received, rport)
			}
		}
	})
}

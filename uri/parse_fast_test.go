package uri

import (
	"math/rand/v2"
	"testing"

	"github.com/sipwire/sipwire/internal/cpufeat"
	"github.com/sipwire/sipwire/internal/scan"
)

// The first ones are plain, the others nearly.
var plainURIs = []string{
	"sip:alice@atlanta.example.com",
	"sip:x@[2001:db8::7:1a2b]:5060;lr",
	"sip:+12125551212@192.0.2.1:5060;transport=udp",
	"SIP:example.com;lr",
	"sip:+14841234567;npdi@edge.example:65535;user=phone;a=;b",
	"sip:a.b-c!~*'()&+$/@x_y.example:80",
	"sip:abcdefgh",
	"sip:a=b;c?d,e@h.example",
	"sip:ab%20c:pw@[2001:db8::1]:5060;maddr=[::1]?a=b",
}

func checkPlain(t *testing.T, b []byte) (plain bool) {
	t.Helper()
	var fast, slow URI
	plain = scan.ReadURIGeneric(b, new(scan.URI)) || scan.ReadURI(b, new(scan.URI))
	n, err := fast.Parse(b)
	if wantN, wantErr := slow.parseOther(b); n != wantN || err != wantErr {
		t.Fatalf("%q: %v at %d, want %v at %d", b, err, n, wantErr, wantN)
	}
	if string(fast.b) != string(slow.b) || cap(fast.b) != len(fast.b) || fast.at != slow.at || fast.scheme != slow.scheme {
		t.Fatalf("%q:\n%+v\n%+v", b, fast, slow)
	}
	return plain
}

// TestPlain holds the fast path to the parser of the whole grammar, on URIs
// that are plain or a few changes away from it.
func TestPlain(t *testing.T) {
	const odd = "@:;=?&%[]./-_,+$ \x00\x7f\x80sipA09"
	for _, tier := range cpufeat.Tiers() {
		t.Run(tier.String(), func(t *testing.T) {
			defer cpufeat.Force(tier)()
			r := rand.New(rand.NewPCG(1, 2))
			taken, all := 0, 0
			for n, s := range plainURIs {
				if checkPlain(t, []byte(s)) != (n < 7) {
					t.Errorf("%q is not taken as it should be", s)
				}
				for range 20000 {
					b := []byte(s)
					for range 1 + r.IntN(3) {
						i, c := r.IntN(len(b)+1), odd[r.IntN(len(odd))]
						switch {
						case r.IntN(3) == 0:
							b = append(b[:i:i], append([]byte{c}, b[i:]...)...)
						case i < len(b) && r.IntN(2) == 0:
							b = append(b[:i:i], b[i+1:]...)
						case i < len(b):
							b[i] = c
						}
						if len(b) == 0 {
							break
						}
					}
					all++
					if checkPlain(t, b) {
						taken++
					}
				}
			}
			t.Logf("%d of %d are plain", taken, all)
		})
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range plainURIs {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, tier := range cpufeat.Tiers() {
			restore := cpufeat.Force(tier)
			checkPlain(t, b)
			restore()
		}
	})
}

package scan

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/cpufeat"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// Pieces that values are put together from. The tests of package header hold what
// is read to the whole grammar; here every tier must say the same, and none may
// read outside the value.
var (
	addrPieces = []string{`"Bob"`, `"a\"b"`, `\`, "Bob ", "<sip:a@b.example>", "<", ">", ";tag=", ";tag=1928301774", "x", "\x00", "\xff", "sip:a@b"}
	uriPieces  = []string{"alice", "%41", "%", "@", ";transport=udp", ";lr", "=", "host-1.example", "192.0.2.1", "[2001:db8::1]", "[", "]", ":5060", ":", "99999", "?a=b", "\x00", "\xff"}
	viaPieces  = []string{"host-1.example", "192.0.2.1", "[2001:db8::1]", "[", "]", ":5060", ":", "99999", ".", ";rport", ";branch=z9hG4bK776", ";branch=", ";BRANCH=x", ";abcdef", "=", "\x00", "\xff", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}
)

// fill fills b with pieces, cut at its end.
func fill(b []byte, r *rand.Rand, pieces []string) {
	for n := 0; n < len(b); {
		n += copy(b[n:], pieces[r.IntN(len(pieces))])
	}
}

// The readers of the tier that runs.
func anyAddr(b []byte, out *Addr) bool { return ReadAddrGeneric(b, out) || ReadAddr(b, out) }
func anyVia(b []byte, out *Via) bool   { return ReadViaGeneric(b, out) || ReadVia(b, out) }
func anyURI(b []byte, out *URI) bool   { return ReadURIGeneric(b, out) || ReadURI(b, out) }

// TestReadValues reads values of every length, in front of a guard page and behind
// one, in every tier. The kernels agree on what they read, and the generic code, which
// may read more, on all of that.
func TestReadValues(t *testing.T) {
	memory := testfiles.Guarded(t, 1)
	r := rand.New(rand.NewPCG(11, 12))
	for _, c := range []struct {
		name, front string
		pieces      []string
		read        func(b []byte) (out any, ok bool)
	}{
		{"name-addr", "", addrPieces, func(b []byte) (any, bool) { var out Addr; ok := anyAddr(b, &out); return out, ok }},
		{"Via", "SIP/2.0/UDP ", viaPieces, func(b []byte) (any, bool) {
			var out Via
			ok := anyVia(b, &out)
			if out.Semicolons == 0 {
				out.RParams = 0 // it is not looked at
			}
			return out, ok
		}},
		{"URI", "sip:", uriPieces, func(b []byte) (any, bool) { var out URI; ok := anyURI(b, &out); return out, ok }},
	} {
		taken := 0
		for round := range 100 {
			pieces := c.pieces
			if round < len(pieces) { // each alone: letters, say, are a token to the last byte
				pieces = pieces[round : round+1]
			}
			for size := range 126 + len("SIP/2.0/UDP ") + 3 {
				for _, b := range [][]byte{memory[:size:size], memory[len(memory)-size:]} {
					fill(b, r, pieces)
					copy(b, c.front)
					var want any
					wantOK := false
					for n, tier := range cpufeat.Tiers() {
						restore := cpufeat.Force(tier)
						got, ok := c.read(b)
						restore()
						switch {
						case n > 0 && ok && (!wantOK || got != want), n > 1 && ok != wantOK:
							t.Fatalf("%s, %s: %q: %+v %v, want %+v %v", c.name, tier, b, got, ok, want, wantOK)
						case n < 2:
							want, wantOK = got, ok
						}
						if ok {
							taken++
						}
					}
				}
			}
		}
		if taken == 0 {
			t.Errorf("%s: none was read", c.name)
		}
	}
}

// TestReadIPv6 holds the addresses of IPv6 that are read to the reader of
// all of them.
func TestReadIPv6(t *testing.T) {
	pieces := []string{":", ":", ":", "::", "0", "1a", "2001", "db8", "Ffff", "g", "10000", ".", "192.0.2.1", "%eth0"}
	const front = "SIP/2.0/UDP "
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(13, 14))
		taken := 0
		for range 300_000 {
			text := ""
			for range 1 + r.IntN(16) {
				text += pieces[r.IntN(len(pieces)-r.IntN(6))]
			}
			host := "[" + text + "]"
			if len(host) > 60 {
				continue
			}
			_, i, ok := abnf.ConsumeIPv6([]byte(host), 1)
			ok = ok && i == len(host)-1
			var via Via
			var uri URI
			isVia := anyVia([]byte(front+host), &via)
			isURI := anyURI([]byte("sip:"+host), &uri) && len(host) <= 59
			usual := strings.Contains(text, "::") && !strings.Contains(text, ".")
			if isVia != (ok && usual) || isURI != (isVia && len(host) >= 4 && len(host) <= 59) {
				t.Fatalf("%s: %v in a Via, %v in a URI; it is an address: %v", host, isVia, isURI, ok)
			}
			if isVia {
				taken++
				if int(via.Host.Hi) != len(front+host) || int(via.Host.Lo) != len(front) {
					t.Fatalf("%s: %+v", host, via)
				}
			}
		}
		if taken < 1000 {
			t.Errorf("%d addresses", taken)
		}
	})
}

// TestClassMasks compares the masks of every length with a look at each byte.
func TestClassMasks(t *testing.T) {
	memory := testfiles.Guarded(t, 1)
	r := rand.New(rand.NewPCG(15, 16))
	for range 50 {
		var class [256]int
		for c := range class {
			class[c] = r.IntN(8)
		}
		table := newClassTable(func(c byte) int { return class[c] })
		for size := range maxWindow + 1 {
			for _, b := range [][]byte{memory[:size:size], memory[len(memory)-size:]} {
				var want [3]uint64
				for i := range b {
					b[i] = byte(r.Uint32())
					for k := range want {
						want[k] |= uint64(class[b[i]]>>k&1) << i
					}
				}
				if x, y, z := table.masks(b); [3]uint64{x, y, z} != want {
					t.Fatalf("%q: %x %x %x, want %x", b, x, y, z, want)
				}
			}
		}
	}
}

// TestWords asks for the words of a Call-ID in every tier.
func TestWords(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		if mask, ok := WordsGeneric([]byte("a@b;c")); ok == hasValueKernels() || ok && mask != 0b10101 {
			t.Errorf("%b, %v", mask, ok)
		}
		for _, size := range []int{0, maxWindow + 1, 1000} {
			if mask, ok := WordsGeneric(make([]byte, size)); ok {
				t.Errorf("%d bytes: %b", size, mask)
			}
		}
	})
}

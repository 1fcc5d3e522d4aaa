package header

import (
	"math/rand/v2"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/cpufeat"
	"github.com/sipwire/sipwire/internal/scan"
	"github.com/sipwire/sipwire/internal/value"
)

// The values that the tests of the fast paths begin with.
var (
	plainVias = []string{
		"SIP/2.0/UDP host.example:5060;branch=z9hG4bK776asdhds",
		"SIP/2.0/TCP 192.0.2.1;rport;branch=z9hG4bK1.2;alias",
		"SIP/2.0/TLS a-b.example.com:5061;branch=z9hG4bK87asdks7;received=192.0.2.200;rport=51234",
		"SIP/2.0/UDP pc33.atlanta.example.com:5066;ttl=60;maddr=224.0.1.1;received=192.0.2.1;branch=z9hG4bKa7c6a8dlze.1;x;y=z",
		"SIP/2.0/TCP [2001:db8::7:1a2b]:5061;branch=z9hG4bK87asdks7;received=2001:db8::7",
		"SIP/2.0/UDP host.example;branch;branch=z9hG4bK",
		"SIP/2.0/UDP host.example;Branch=a;branch=b",
		"SIP/2.0/UDP host.example;abcdef;branch=b",
		"SIP/2.0/\x00\x00\x00\x00host.example;branch=b",
	}
	listedVias = []string{
		plainVias[0] + ", " + plainVias[1],
		plainVias[1] + "," + plainVias[2] + ", " + plainVias[0],
		plainVias[4] + ", " + plainVias[3],
		"SIP/2.0/UDP a;branch=z9hG4bK1;x=\"a, SIP/2.0/UDP b;branch=2\", " + plainVias[1],
		"SIP/2.0/UDP a;branch=z9hG4bK1;x=\"a\\\", SIP/2.0/UDP b;branch=2\", SIP/2.0/UDP c",
	}
	plainAddrs = []string{
		`"A. G. Bell" <sip:agb@bell-telephone.com>;tag=a48s`,
		`Anonymous <sip:c8oqz84zk7z@privacy.org>;tag=hyh8`,
		`<sip:+12125551212@server.phone2net.com>;tag=887s`,
		`<sip:carol@chicago.com>`,
		`Mr Watson   <mailto:watson@bell-telephone.com>`,
		`"Watson, Thomas"   <sip:watson@worcester.bell-telephone.com:5060;transport=tcp>;tag=1928301774-abcdef`,
		`"a very long display name in quotes, which goes on and on" <sip:a@b>;tag=x`,
		`"é" <sip:a@b>;tag=`,
		`"a \\" <sip:a@b.example>;tag=x`,
		`"a \" <b> \\\\\" c" <sip:a@b.example>;tag=x`,
		`sip:a@b.example;tag=x`,
		"<sip:a@b.example>;tag\x1dx", // bit 5 makes it "="
		"<sip:a@b.example>\x1btag=x",
	}
	plainCallIDs = []string{"f81d4fae-7dec-11d0-a765-00a0c91e6bf6@foo.bar.com", "a84b4c76e66710", "a@b", "1234567890123456789012345678901234567890123456789012345678901234"}
)

// eachTier runs f in every tier of this machine: each has fast paths of its own.
func eachTier(t *testing.T, f func(t *testing.T)) {
	for _, tier := range cpufeat.Tiers() {
		t.Run(tier.String(), func(t *testing.T) {
			defer cpufeat.Force(tier)()
			f(t)
		})
	}
}

// mutants calls f with the value and with n others that a few random changes
// made of it: what a path may take for plain is only a step away from it.
func mutants(value string, n int, f func(b []byte)) {
	const odd = "<>\"\\;=,:@[]?%./- \t\r\n\x00\x1b\x1d\x7f\x80\xff_~bBtT09aAzZ"
	f([]byte(value))
	r := rand.New(rand.NewPCG(uint64(len(value)), uint64(value[0])))
	for range n {
		b := []byte(value)
		for range 1 + r.IntN(3) {
			i := r.IntN(len(b) + 1)
			c := odd[r.IntN(len(odd))]
			switch r.IntN(4) {
			case 0:
				b = append(b[:i:i], append([]byte{c}, b[i:]...)...)
			case 1:
				if i < len(b) {
					b = append(b[:i:i], b[i+1:]...)
				}
			case 2: // a piece twice
				j := min(len(b), i+r.IntN(12))
				b = append(b[:j:j], b[i:]...)
			default:
				if i < len(b) {
					b[i] = c
				}
			}
		}
		f(b)
	}
}

func plainViaAgrees(t *testing.T, b []byte) (plain bool) {
	t.Helper()
	var fast, slow Via
	n, err := fast.ParseFrom(b, 0)
	if wantN, wantErr := slow.parseOther(b, 0); n != wantN || err != wantErr {
		t.Fatalf("%q: %v at %d, want %v at %d", b, err, n, wantErr, wantN)
	}
	if err != nil {
		return false
	}
	if string(fast.Bytes()) != string(slow.Bytes()) || !equalVia(&fast, &slow) {
		t.Fatalf("%q:\n%+v\n%+v", b, fast, slow)
	}
	receivedPartsAgree(t, &fast)
	return scan.ReadViaGeneric(b, new(scan.Via)) || scan.ReadVia(b, new(scan.Via))
}

// listedViasAgree is plainViaAgrees for each value of a list.
func listedViasAgree(t *testing.T, b []byte) (plain bool) {
	t.Helper()
	for i := 0; i <= len(b); i++ {
		if i > 0 && b[i-1] != ',' {
			continue
		}
		var fast, slow Via
		n, err := fast.ParseFrom(b, i)
		if wantN, wantErr := slow.parseOther(b, i); n != wantN || err != wantErr {
			t.Fatalf("%q from %d: %v at %d, want %v at %d", b, i, err, n, wantErr, wantN)
		}
		if err != nil {
			continue
		}
		port, hasPort := fast.Port()
		wantPort, wantHasPort := slow.Port()
		if string(fast.Bytes()) != string(slow.Bytes()) || fast.Transport() != slow.Transport() || string(fast.TransportBytes()) != string(slow.TransportBytes()) ||
			string(fast.Host()) != string(slow.Host()) || port != wantPort || hasPort != wantHasPort || string(fast.SentBy()) != string(slow.SentBy()) ||
			string(fast.Branch()) != string(slow.Branch()) || string(fast.Params().Bytes()) != string(slow.Params().Bytes()) || string(fast.Maddr()) != string(slow.Maddr()) {
			t.Fatalf("%q from %d:\n%+v\n%+v", b, i, fast, slow)
		}
		receivedPartsAgree(t, &fast)
		if i > 0 {
			_, one := new(Via).parseOne(b, i)
			plain = plain || one
		}
	}
	return plain
}

func equalVia(a, b *Via) bool {
	x, y := a.at, b.at
	x.Semicolons, x.RParams, y.Semicolons, y.RParams = 0, 0, 0, 0 // only the fast path finds them
	return x == y
}

func plainAddrAgrees(t *testing.T, b []byte) (plain bool) {
	t.Helper()
	var fast, slow NameAddr
	n, err := fast.Parse(b)
	if wantN, wantErr := slow.parseOther(b); n != wantN || err != wantErr {
		t.Fatalf("%q: %v at %d, want %v at %d", b, err, n, wantErr, wantN)
	}
	if string(fast.b) != string(slow.b) || fast.at != slow.at {
		t.Fatalf("%q:\n%+v\n%+v", b, fast, slow)
	}
	return scan.ReadAddrGeneric(b, new(scan.Addr)) || scan.ReadAddr(b, new(scan.Addr))
}

func plainCallIDAgrees(t *testing.T, b []byte) (plain bool) {
	t.Helper()
	_, n, err := ParseCallID(b)
	wantN, code := value.ConsumeCallID(b, value.SkipLWS(b, 0))
	if wantN, code = value.AtEnd(b, wantN, code); code == sipwire.ErrTrailing {
		code = sipwire.ErrCallID
	}
	if n != wantN || err != code.Err() {
		t.Fatalf("%q: %v at %d, want %v at %d", b, err, n, code, wantN)
	}
	return err == nil
}

// TestPlainPaths holds the fast paths to the parsers of the whole grammar, on
// values that are plain or nearly so.
func TestPlainPaths(t *testing.T) {
	n := 20000
	if testing.Short() {
		n = 2000
	}
	eachTier(t, func(t *testing.T) {
		for _, c := range []struct {
			values []string
			check  func(*testing.T, []byte) bool
		}{{plainVias, plainViaAgrees}, {listedVias, listedViasAgree}, {plainAddrs, plainAddrAgrees}, {plainCallIDs, plainCallIDAgrees}} {
			taken, all := 0, 0
			for _, value := range c.values {
				mutants(value, n, func(b []byte) {
					all++
					if c.check(t, b) {
						taken++
					}
				})
			}
			t.Logf("%d of %d are plain", taken, all)
			if taken < all/6 {
				t.Error("hardly any value is plain")
			}
		}
	})
}

// TestPlain names what the fast paths take, so that they do not go out of use
// unseen.
func TestPlain(t *testing.T) { eachTier(t, testPlain) }

func testPlain(t *testing.T) {
	for _, s := range plainVias[:4] {
		if !plainViaAgrees(t, []byte(s)) {
			t.Errorf("%q is not plain", s)
		}
	}
	// A second branch, in the second window, is none.
	if s := "SIP/2.0/UDP host.example:5060;branch=z9hG4bK776asdhds;received=192.0.2.1;x=aaaaaaaaaaaaaaaaaaa;branch=z9hG4bKother;rport"; !plainViaAgrees(t, []byte(s)) {
		t.Errorf("%q is not plain", s)
	}
	for _, s := range []string{"SIP/2.0/UDP [::1]9;branch=z", "SIP/2.0/UDP [2001:db8::1]9999;branch=z9hG4bK776asdhds"} {
		if plainViaAgrees(t, []byte(s)) {
			t.Errorf("%q is plain, without a colon in front of the port", s)
		}
	}
	for _, s := range plainCallIDs[:3] {
		if !plainCallIDAgrees(t, []byte(s)) && len(s) > 3 {
			t.Errorf("%q is not plain", s)
		}
	}
	for _, s := range plainAddrs[:7] {
		if !plainAddrAgrees(t, []byte(s)) {
			t.Errorf("%q is not plain", s)
		}
	}
}

func FuzzPlain(f *testing.F) {
	for _, all := range [][]string{plainVias, listedVias, plainAddrs, plainCallIDs} {
		for _, s := range all {
			f.Add([]byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, tier := range cpufeat.Tiers() {
			restore := cpufeat.Force(tier)
			plainViaAgrees(t, b)
			listedViasAgree(t, b)
			plainAddrAgrees(t, b)
			plainCallIDAgrees(t, b)
			restore()
		}
	})
}

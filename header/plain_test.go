package header

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/methodname"
	"github.com/sipwire/sipwire/internal/value"
)

// TestPlainCSeq holds the short way of CSeq to the long one.
func TestPlainCSeq(t *testing.T) {
	check := func(b []byte) {
		var fast, slow CSeq
		n, err := fast.Parse(b)
		if wantN, wantErr := slow.parseOther(b); n != wantN || err != wantErr || !reflect.DeepEqual(fast, slow) {
			t.Fatalf("%q: %d %v %+v, want %d %v %+v", b, n, err, fast, wantN, wantErr, slow)
		}
	}
	for _, s := range []string{
		"4711 INVITE", "0 ACK", "0 REFER", "10 REFER", "1 INVITE", "123456 X", "2147483647 BYE", "0000000001 BYE",
		"1 X", "2147483648 BYE", "9999999999 BYE", "00000000001 BYE", "18446744073709551617 BYE",
		"1 SUBSCRIBE", "1 SUBSCRIBX", "1 SUBSCRIB", "1 PUBLISH", "1 PUBLISHX", "12345678 REFER", "12345678", "1234567 ", "1234567890", "1234567890 ",
		"1  BYE", "1 BYE ", "1,BYE", "1\tBYE", "1 bye", "1", "1 ", " 1 BYE", " BYE", "BYE", "", "-1 BYE",
	} {
		check([]byte(s))
	}
	r := rand.New(rand.NewPCG(7, 8))
	for range 20000 {
		b := []byte("4294967296 INVITE")[r.IntN(12):]
		b = append([]byte(nil), b...)
		b[r.IntN(len(b))] = "0123456789 \tABYE"[r.IntN(16)]
		check(b)
	}
}

// TestFindMethod has every method and its neighbours, in front of more
// bytes and of none.
func TestFindMethod(t *testing.T) {
	for m := MethodOther + 1; m.String() != ""; m++ {
		name := m.String()
		for _, other := range []string{name, name + "X", "X" + name, name[1:], name[:len(name)-1], strings.ToLower(name), name[:1] + "x" + name[2:], name + name, "A", "AC\x00", name + "\x00", "\x00" + name} {
			want := MethodOther
			for k := MethodOther + 1; k.String() != ""; k++ {
				if k.String() == other {
					want = k
				}
			}
			b := []byte("\n" + other + " b:c SIP/2.0")
			if got := findMethod(b, 1, 1+len(other)); got != want {
				t.Errorf("%q: %v, want %v", other, got, want)
			}
			if got := findMethod(b[:1+len(other)], 1, 1+len(other)); got != want {
				t.Errorf("%q alone: %v, want %v", other, got, want)
			}
			if got := LookupMethod([]byte(other)); got != want {
				t.Errorf("%q by itself: %v, want %v", other, got, want)
			}
		}
	}
}

// TestShortTransports has every byte in every place of the transports of three
// letters.
func TestShortTransports(t *testing.T) {
	all := []Transport{TransportUDP, TransportTCP, TransportTLS, TransportWSS}
	for _, of := range all {
		for place := range 3 {
			for c := range 256 {
				name := []byte(of.String())
				name[place] = byte(c)
				want := TransportOther
				for _, tr := range all {
					if c < 0x80 && strings.EqualFold(string(name), tr.String()) {
						want = tr
					}
				}
				if got := LookupTransport(name); got != want {
					t.Errorf("%q: %v, want %v", name, got, want)
				}
			}
		}
	}
}

// TestPlainMaxForwards has every value of two bytes.
func TestPlainMaxForwards(t *testing.T) {
	for c := range 1 << 16 {
		b := []byte{byte(c), byte(c >> 8)}
		hops, n, err := value.ParseMaxForwards(b)
		want, wantN, wantErr := ParseUint(b, 255)
		if uint64(hops) != want || n != wantN || err != wantErr {
			t.Fatalf("%q: %d %d %v, want %d %d %v", b, hops, n, err, want, wantN, wantErr)
		}
	}
}

func findMethod(b []byte, lo, hi int) Method { return Method(methodname.Find(b, lo, hi)) }

package stun

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
)

// TestAppendAnswer looks at answers on bytes; the first two have the addresses and
// the transaction ID of RFC 5769, 2.2 and 2.3.
func TestAppendAnswer(t *testing.T) {
	const id = "b7e7a701bc34d686fa87dfae"
	const cookie = "2112a442"
	v4, v6 := "192.0.2.1:32853", "[2001:db8:1234:5678:11:2233:4455:6677]:32853"
	for _, c := range []struct {
		name, in, from, want string
		kind                 Kind
	}{
		{"IPv4", "00010000" + cookie + id, v4, "0101000c" + cookie + id + "00200008" + "0001a147e112a643", Request},
		{"IPv6", "00010000" + cookie + id, v6, "01010018" + cookie + id + "00200014" + "0002a1470113a9faa5d3f179bc25f4b5bed2b9d9", Request},
		{"IPv4 in IPv6", "00010000" + cookie + id, "[::ffff:192.0.2.1]:32853", "0101000c" + cookie + id + "00200008" + "0001a147e112a643", Request},
		{"what need not be understood", "00010010" + cookie + id + "80220005" + "7369706a61000000" + "80280000", v4, "0101000c" + cookie + id + "00200008" + "0001a147e112a643", Request},
		{"what has to be", "0001000c" + cookie + id + "00030004" + "00000006" + "00240000", v4, "01110010" + cookie + id + "0009000400000414" + "000a0004" + "00030024", Request},
		{"one of it", "00010004" + cookie + id + "00250000", v4, "01110010" + cookie + id + "0009000400000414" + "000a0002" + "00250000", Request},
		{"an indication", "00110000" + cookie + id, v4, "", Indication},
		{"a response", "01010000" + cookie + id, v4, "", Malformed},
		{"no cookie", "00010000" + "2112a443" + id, v4, "", Malformed},
		{"shorter than it says", "00010004" + cookie + id, v4, "", Malformed},
		{"longer than it says", "00010000" + cookie + id + "80280000", v4, "", Malformed},
		{"half an attribute", "00010002" + cookie + id + "8028", v4, "", Malformed},
		{"an attribute that is too long", "00010004" + cookie + id + "80280004", v4, "", Malformed},
		{"half a header", "00010000" + cookie, v4, "", Malformed},
	} {
		in, err := hex.DecodeString(c.in)
		if err != nil {
			t.Fatal(err)
		}
		got, kind := AppendAnswer([]byte("x"), in, netip.MustParseAddrPort(c.from))
		if want := "78" + c.want; hex.EncodeToString(got) != want || kind != c.kind {
			t.Errorf("%s: %d, %x, want %d, %s", c.name, kind, got, c.kind, want)
		}
	}
}

// TestSmallAnswer: nobody is sent much more than a liar who gives its address has
// sent, however many attributes that has.
func TestSmallAnswer(t *testing.T) {
	for n := range 300 {
		b := []byte("\x00\x01\x00\x00\x21\x12\xa4\x42" + strings.Repeat("i", 12))
		b = append(b, bytes.Repeat([]byte{0x7f, 0xff, 0, 0}, n)...)
		b[2], b[3] = byte(n*4>>8), byte(n*4)
		got, _ := AppendAnswer(nil, b, netip.MustParseAddrPort("[2001:db8::1]:1"))
		if len(got) > len(b)+24 {
			t.Errorf("%d attributes: %d bytes for %d", n, len(got), len(b))
		}
	}
}

func FuzzAppendAnswer(f *testing.F) {
	f.Add([]byte("\x00\x01\x00\x00\x21\x12\xa4\x42abcdefghijkl"))
	from := netip.MustParseAddrPort("192.0.2.1:1")
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		got, kind := AppendAnswer([]byte("x"), b, from)
		if !bytes.Equal(b, before) || (kind == Request) != (len(got) > 1) || got[0] != 'x' {
			t.Errorf("%d, %x for %x", kind, got, b)
		}
	})
}

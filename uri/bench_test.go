package uri

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// benchURIs are named after what they stand for; equal is another spelling.
var benchURIs = []struct{ name, text, equal string }{
	{"user", "sip:alice@atlanta.example.com", "sip:alice@atlanta.EXAMPLE.com"},
	{"route", "sip:p1.example.com:5061;transport=tls;lr", "sip:p1.example.com:5061;lr;transport=TLS"},
	{"contact", "sip:alice-7a3f@192.0.2.147:49322;transport=tcp;ob", "sip:alice-7a3f@192.0.2.147:49322;Transport=tcp;ob"},
	{"ipv6", "sip:+14155550123@[2001:db8:85a3::8a2e:370:7334]:5060;user=phone", "sip:+14155550123@[2001:DB8:85a3:0::8a2e:370:7334]:5060;user=PHONE"},
	{"tel", "tel:+1-415-555-0123;ext=77", "tel:+14155550123;EXT=77"},
	{"urn", "urn:service:sos.fire", "urn:SERVICE:sos.fire"},
	{"headers", "sip:bob@biloxi.com;method=INVITE?Replaces=a%40b%3Bto-tag%3D1&Subject=x%20y", "sip:bob@biloxi.com;method=INVITE?subject=x%20y&replaces=a%40b%3bto-tag%3d1"},
	{"hostile", "sip:a@b" + hostileParams(16<<10), "sip:a@B" + strings.ToUpper(hostileParams(16<<10))},
	{"long-names", "sip:h" + longNames(64, false), "sip:h" + longNames(64, true)},
}

// longNames returns n parameters, forwards or backwards, whose names differ
// in the last byte: the worst case for a comparison in any order.
func longNames(n int, backwards bool) string {
	var b []byte
	for i := range n {
		if backwards {
			i = n - 1 - i
		}
		b = fmt.Appendf(b, ";%s%02x", strings.Repeat("x", 250), i)
	}
	return string(b)
}

// hostileParams returns n bytes of parameters no two of which have one name.
func hostileParams(n int) string {
	var b []byte
	for i := 0; len(b) < n; i++ {
		b = fmt.Appendf(b, ";%x", i)
	}
	return string(b)
}

// shuffled returns many distinct URIs of the first kinds, so that the branch
// predictor can not learn them.
func shuffled(n int) [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	word := func() []byte {
		w := make([]byte, 3+r.IntN(9))
		for i := range w {
			w[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[r.IntN(26)]
		}
		return w
	}
	var list [][]byte
	for range n {
		b := []byte("sip:")
		if r.IntN(4) > 0 {
			b = append(append(b, word()...), '@')
		}
		switch r.IntN(8) {
		case 0:
			b = fmt.Appendf(b, "[2001:db8:%x::%x]", r.IntN(65536), r.IntN(65536))
		case 1, 2, 3:
			b = fmt.Appendf(b, "%d.%d.%d.%d", r.IntN(256), r.IntN(256), r.IntN(256), r.IntN(256))
		default:
			b = fmt.Appendf(b, "%s.%s.com", word(), word())
		}
		if r.IntN(2) == 0 {
			b = fmt.Appendf(b, ":%d", 1024+r.IntN(64000))
		}
		for range r.IntN(3) {
			b = append(b, []string{";lr", ";transport=tcp", ";ob", ";user=phone"}[r.IntN(4)]...)
		}
		list = append(list, b)
	}
	return list
}

func BenchmarkParse(b *testing.B) {
	for _, bm := range benchURIs {
		in := []byte(bm.text)
		b.Run("impl=sipwire/msg="+bm.name, func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			var u URI
			for b.Loop() {
				u.Parse(in)
			}
		})
		b.Run("impl=reference/msg="+bm.name, func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				refParse(bm.text)
			}
		})
	}
	list := shuffled(2048)
	size := 0
	for _, in := range list {
		size += len(in)
	}
	b.Run("impl=sipwire/msg=shuffled", func(b *testing.B) {
		b.SetBytes(int64(size / len(list)))
		b.ReportAllocs()
		var u URI
		for i := 0; b.Loop(); i++ {
			u.Parse(list[i&2047])
		}
	})
}

func BenchmarkEqual(b *testing.B) {
	for _, bm := range benchURIs {
		x, y := MustParse(bm.text), MustParse(bm.equal)
		b.Run("impl=sipwire/msg="+bm.name, func(b *testing.B) {
			b.SetBytes(int64(len(bm.text)))
			b.ReportAllocs()
			for b.Loop() {
				if !Equal(x, y) {
					b.Fatal(bm.text)
				}
			}
		})
	}
}

func BenchmarkHash(b *testing.B) {
	for _, bm := range benchURIs {
		u := MustParse(bm.text)
		b.Run("impl=sipwire/msg="+bm.name, func(b *testing.B) {
			b.SetBytes(int64(len(bm.text)))
			b.ReportAllocs()
			for b.Loop() {
				u.Hash()
			}
		})
	}
}

// BenchmarkRead parses a Route and reads what a proxy needs of it.
func BenchmarkRead(b *testing.B) {
	in := []byte("sip:192.0.2.17:5061;transport=tls;lr")
	b.Run("impl=sipwire/msg=route", func(b *testing.B) {
		b.SetBytes(int64(len(in)))
		b.ReportAllocs()
		var u URI
		for b.Loop() {
			u.Parse(in)
			_, addr := u.HostAddr()
			_, port := u.Port()
			_, transport := u.Transport()
			if !addr || !port || !transport || !u.LR() {
				b.Fatal(u.String())
			}
		}
	})
}

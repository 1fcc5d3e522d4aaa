package header

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// addrValues gives 2048 values of a header that differ in host, tags, length
// and what stands in them, in no order, so that no branch is learnt by heart.
func addrValues(id ID) [][]byte {
	rnd := rand.New(rand.NewPCG(3261, uint64(id)))
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	word := func(n int) string {
		b := make([]byte, n+rnd.IntN(n))
		for i := range b {
			b[i] = letters[rnd.IntN(len(letters))]
		}
		return string(b)
	}
	pick := func(s ...string) string { return s[rnd.IntN(len(s))] }
	host := func() string {
		switch rnd.IntN(4) {
		case 0:
			return "h" + word(4) + "." + word(5) + ".example"
		case 1:
			return fmt.Sprintf("[2001:db8::%x:%x]", rnd.IntN(1<<16), rnd.IntN(1<<16))
		}
		return fmt.Sprintf("192.%d.%d.%d", rnd.IntN(256), rnd.IntN(256), rnd.IntN(256))
	}
	values := make([][]byte, 2048)
	for i := range values {
		port := pick("", "", fmt.Sprintf(":%d", 1024+rnd.IntN(60000)))
		var s string
		switch id {
		case IDVia:
			s = "SIP/2.0/" + pick("UDP", "UDP", "TCP", "TLS", "WS") + " " + host() + port +
				pick("", ";rport", ";rport=5060") + ";branch=z9hG4bK" + word(12) +
				pick("", "", ";received=192.0.2.7", ";alias")
		case IDRoute:
			s = "<sip:" + pick("", word(4)+"@") + host() + port + ";lr" + pick("", ";transport=tcp", "=on") + ">" + pick("", "", ", <sip:b;lr>")
		case IDContact:
			s = pick("", `"`+word(5)+`" `) + "<sip:" + word(5) + "@" + host() + port + ">" + pick("", ";expires=3600", ";q=0.7;expires=60")
		default:
			s = pick("", `"`+word(5)+" "+word(4)+`" `, word(5)+" ") + "<sip:" + word(5) + "@" + host() + port + ">" + pick(";tag="+word(8), ";tag="+word(8), "")
		}
		values[i] = []byte(s)
	}
	return values
}

func benchAddr(b *testing.B, id ID, read func(v []byte) error) {
	values := addrValues(id)
	size := 0
	for _, v := range values {
		if err := read(v); err != nil {
			b.Fatalf("%s: %v", v, err)
		}
		size += len(v)
	}
	b.ReportAllocs()
	b.SetBytes(int64(size / len(values)))
	i := 0
	for b.Loop() {
		_ = read(values[i%len(values)])
		i++
	}
}

// BenchmarkAddr reads the first value of a field and what a proxy asks of it.
func BenchmarkAddr(b *testing.B) {
	b.Run("view=Via", func(b *testing.B) {
		var v Via
		benchAddr(b, IDVia, func(field []byte) error { _, err := v.ParseFrom(field, 0); return err })
	})
	b.Run("view=NameAddr/header=From", func(b *testing.B) {
		var v NameAddr
		benchAddr(b, IDFrom, func(field []byte) error { _, err := v.Parse(field); return err })
	})
	b.Run("view=NameAddr/header=Route", func(b *testing.B) {
		var v NameAddr
		benchAddr(b, IDRoute, func(field []byte) error { _, err := v.ParseFrom(field, 0); return err })
	})
	b.Run("view=NameAddr/header=Route/uri", func(b *testing.B) {
		var v NameAddr
		benchAddr(b, IDRoute, func(field []byte) error {
			if _, err := v.ParseFrom(field, 0); err != nil {
				return err
			}
			_, err := v.Check(IDRoute)
			return err
		})
	})
	b.Run("view=Contact", func(b *testing.B) {
		var v Contact
		benchAddr(b, IDContact, func(field []byte) error { _, err := v.Parse(field); v.Expires(); return err })
	})
}

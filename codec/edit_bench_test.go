package codec

import (
	"testing"

	"github.com/sipwire/sipwire/header"
)

// routed returns shuffled requests as a proxy gets them: half of them with a
// Route that names it.
func routed(b *testing.B, n int) (all [][]byte) {
	var e Edit
	for i, m := range shuffled(b, n) {
		if err := e.Begin(m); err != nil {
			b.Fatal(err)
		}
		if i%2 == 0 {
			_ = e.PushRoute([]byte("sip:p.example;lr"))
		}
		out, err := e.AppendTo(nil)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, out)
	}
	return all
}

// BenchmarkEdit is what a proxy does to a request (RFC 3261, 16.6): parse, push
// Via, decrement Max-Forwards, pop Route, write; the parts of it, and a plain
// copy of the same messages. Messages come in an order that no predictor
// learns.
func BenchmarkEdit(b *testing.B) {
	all := routed(b, 2000)
	total := 0
	for _, s := range all {
		total += len(s)
	}
	var e Edit
	m := new(Message)
	dst := make([]byte, 0, 1<<16)
	for _, c := range []struct {
		name string
		run  func(in []byte) error
	}{
		{"copy", func(in []byte) error { _ = append(dst, in...); return nil }},
		{"parse", func(in []byte) error { return m.Parse(in) }},
		{"unedited", func(in []byte) error {
			_ = m.Parse(in)
			_ = e.Begin(m)
			_, err := e.AppendTo(dst)
			return err
		}},
		{"proxy", func(in []byte) error {
			_ = m.Parse(in)
			_ = e.Begin(m)
			_ = e.PushVia(bobVia)
			if hops, _ := m.MaxForwards(); hops > 0 {
				_ = e.DecrementMaxForwards()
			}
			if m.Has(header.IDRoute) {
				_ = e.PopRoute()
			}
			_, err := e.AppendTo(dst)
			return err
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(total / len(all)))
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if err := c.run(all[i]); err != nil {
					b.Fatalf("%q: %v", all[i], err)
				}
				if i++; i == len(all) {
					i = 0
				}
			}
		})
	}
}

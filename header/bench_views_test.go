package header_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	. "github.com/sipwire/sipwire/header"
)

// benchValues gives values that differ from each other, in no order, so that
// no branch is learnt by heart.
func benchValues(name string) [][]byte {
	var good [][]byte
	for _, c := range viewCases {
		if c.view == name && c.code == 0 {
			good = append(good, []byte(c.value))
		}
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	values := make([][]byte, 1024)
	for i := range values {
		values[i] = good[rnd.IntN(len(good))]
	}
	return values
}

func BenchmarkViews(b *testing.B) {
	for _, name := range slices.Sorted(maps.Keys(readers)) {
		values := benchValues(name)
		size := 0
		for _, v := range values {
			size += len(v)
		}
		b.Run("view="+name, func(b *testing.B) {
			v := readers[name]()
			b.ReportAllocs()
			b.SetBytes(int64(size / len(values)))
			i := 0
			for b.Loop() {
				sink.n, sink.err = v.Parse(values[i&1023])
				i++
			}
		})
	}
}

func BenchmarkSets(b *testing.B) {
	allow := []byte("INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, MESSAGE, SUBSCRIBE, INFO, PRACK, UPDATE")
	supported := []byte("replaces, 100rel, timer, norefersub, gruu, outbound, path")
	b.Run("set=Allow", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(allow)))
		for b.Loop() {
			var s MethodSet
			sink.n, sink.err = s.Add(allow)
		}
	})
	b.Run("set=Supported", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(supported)))
		for b.Loop() {
			var s OptionSet
			sink.n, sink.err = s.Add(supported)
		}
	})
}

func BenchmarkLookup(b *testing.B) {
	all := slices.Sorted(maps.Keys(Names()))
	rnd := rand.New(rand.NewPCG(3, 4))
	var list [1024][]byte
	for i := range list {
		list[i] = []byte(all[rnd.IntN(len(all))])
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		n := list[i&1023]
		sink.id = Lookup(n)
		i++
	}
}

func BenchmarkValues(b *testing.B) {
	field := []byte(`"Watson, Thomas" <sip:t.watson@example.org;lr>;q=0.5, <sip:a,b@example.com> , sip:c@example.com`)
	b.ReportAllocs()
	b.SetBytes(int64(len(field)))
	for b.Loop() {
		for v := range IDContact.Values(field) {
			sink.b = v
		}
	}
}

package bodies

import (
	"testing"

	"github.com/sipwire/sipwire/bench/corpus"
)

// TestAgree is the check that comes before every measurement.
func TestAgree(t *testing.T) {
	if err := agree(corpus.Descriptions(3, 500), Impls()); err != nil {
		t.Fatal(err)
	}
}

// TestAgreeSees asks that the check does see a reader that misreads.
func TestAgreeSees(t *testing.T) {
	wrong := Impl{Name: "wrong", New: func() Reader { return &misreads{newSipwire()} }}
	if agree(corpus.Descriptions(3, 5), []Impl{wrong}) == nil {
		t.Error("nothing was seen")
	}
}

type misreads struct{ Reader }

func (m *misreads) Find(body []byte) (uint64, error) {
	sum, err := m.Reader.Find(body)
	return sum + 1, err
}

// BenchmarkBodies are the cases one by one, for benchstat.
func BenchmarkBodies(b *testing.B) {
	cases, err := Cases(corpus.DefaultSeed, corpus.DefaultSize, Impls())
	if err != nil {
		b.Fatal(err)
	}
	picks := make([]int32, 1024)
	for i := range picks {
		picks[i] = int32(uint32(i*2654435761) % uint32(corpus.DefaultSize))
	}
	for _, c := range cases {
		b.Run("impl="+c.Impl+"/task="+c.Task, func(b *testing.B) {
			b.SetBytes(int64(c.MeanBytes))
			b.ReportAllocs()
			for i := 0; i < b.N; i += len(picks) {
				c.Run(picks[:min(len(picks), b.N-i)])
			}
		})
	}
}

package suite

import (
	"math/rand/v2"
	"testing"

	"github.com/sipwire/sipwire/bench/peer"
)

// BenchmarkTasks runs every case by itself, under names that benchstat lines
// up. The report is the better comparison: it interleaves them.
func BenchmarkTasks(b *testing.B) {
	plan, err := Build(peer.All(), peer.Tasks(), Mixed(1, 2000))
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range plan.Cases {
		b.Run("impl="+c.Impl+"/task="+c.Task+"/set="+c.Set, func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 1))
			picks := make([]int32, 1024)
			for i := range picks {
				picks[i] = int32(r.IntN(c.Messages))
			}
			b.SetBytes(int64(c.MeanBytes))
			b.ReportAllocs()
			b.ResetTimer()
			for done := 0; done < b.N; done += len(picks) {
				c.Run(picks[:min(len(picks), b.N-done)])
			}
		})
	}
}

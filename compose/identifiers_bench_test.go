package compose

import "testing"

// BenchmarkAppendTag shows what identifiers cost when many goroutines make
// them: go test -bench AppendTag -cpu 1,2,8.
func BenchmarkAppendTag(b *testing.B) {
	b.ReportAllocs()
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		var buf [32]byte
		for pb.Next() {
			AppendTag(buf[:0])
		}
	})
}

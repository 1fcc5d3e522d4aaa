package scan

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/sipwire/sipwire/internal/cpufeat"
)

// shuffled lays messages into one buffer and returns them in random order,
// each several times.
func shuffled(messages [][]byte) [][]byte {
	all := bytes.Join(messages, nil)
	for i := range messages {
		messages[i], all = all[:len(messages[i]):len(messages[i])], all[len(messages[i]):]
	}
	r := rand.New(rand.NewPCG(3, 4))
	out := make([][]byte, 16384)
	for i := range out {
		out[i] = messages[r.IntN(len(messages))]
	}
	return out
}

func meanBytes(messages [][]byte) int64 {
	sum := 0
	for _, m := range messages {
		sum += len(m)
	}
	return int64(sum / len(messages))
}

var sink int

func benchmarkEach(b *testing.B, messages [][]byte, f func(m []byte) int) {
	b.SetBytes(meanBytes(messages))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		sink += f(messages[i&(len(messages)-1)])
		i++
	}
}

func BenchmarkLines(b *testing.B) {
	for _, count := range []int{1, 2000} {
		messages := shuffled(sipLike(1, count))
		b.Run(fmt.Sprintf("impl=copy/variants=%d", count), func(b *testing.B) {
			var buffer [65536]byte
			benchmarkEach(b, messages, func(m []byte) int { return copy(buffer[:], m) })
		})
		for _, tier := range cpufeat.Tiers() {
			b.Run(fmt.Sprintf("impl=%v/variants=%d", tier, count), func(b *testing.B) {
				defer cpufeat.Force(tier)()
				var lines [128]Line
				benchmarkEach(b, messages, func(m []byte) int {
					n, body, _ := Lines(m, 0, lines[:])
					return n + body
				})
			})
		}
	}
}

func BenchmarkHeaderEnd(b *testing.B) {
	messages := shuffled(sipLike(1, 2000))
	for _, tier := range cpufeat.Tiers() {
		b.Run(fmt.Sprintf("impl=%v", tier), func(b *testing.B) {
			defer cpufeat.Force(tier)()
			benchmarkEach(b, messages, func(m []byte) int { return HeaderEnd(m, 0) })
		})
	}
}

package wire

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/sipwire/sipwire/internal/cpufeat"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// TestWriteSplices replaces bytes at random, in runs about as long as those that the
// kernel takes in another way. Message, text and result begin or end where their
// memory does.
func TestWriteSplices(t *testing.T) {
	const size = 8192
	r := rand.New(rand.NewPCG(9, 1))
	source := make([]byte, size)
	for i := range source {
		source[i] = byte(r.IntN(256))
	}
	pages := size / 4096
	inPages, textPages, outPages := testfiles.Guarded(t, pages), testfiles.Guarded(t, pages), testfiles.Guarded(t, pages)
	about := func(lengths ...int) int { return max(0, lengths[r.IntN(len(lengths))]+r.IntN(5)-2) }
	part := func(memory []byte, n int) []byte {
		if r.IntN(2) == 0 {
			return memory[:n:n]
		}
		return memory[len(memory)-n:]
	}
	for _, tier := range cpufeat.Tiers() {
		defer cpufeat.Force(tier)()
		written := 0
		for range 20000 {
			start, used := r.IntN(3), 0
			at := start
			var plan []Splice
			var want []byte
			texts := source[1000:]
			for i := range r.IntN(4) {
				lo := at + about(0, 0, 20, 64, 128, 192, 256, 320, 700)
				hi, to := lo+r.IntN(50), used+about(0, 0, 20, 64, 128, 192, 300)
				plan = append(plan, Splice{Key: uint64(lo)<<32 | uint64(i), Hi: uint32(hi), From: uint32(used), To: uint32(to)})
				want = append(append(want, source[at:lo]...), texts[used:to]...)
				at, used = hi, to
			}
			end, room := at+about(0, 30, 64, 128, 512, 576, 1024, 1400), about(0, 32, 64, 64, 64, 100)
			want = append(want, source[at:end]...)

			buf, text, out := part(inPages, end), part(textPages, used+room), part(outPages, len(want)+r.IntN(2)*100)
			copy(buf, source)
			copy(text, texts)
			for i := range out {
				out[i] = 0xee
			}
			usual := (tier == cpufeat.AVX2 || tier == cpufeat.AVX512) && len(plan) > 0 && end-at >= 64 && room >= 64
			if ok := WriteSplices(out[:len(want)], buf, text[:used], plan, start); ok != usual {
				t.Fatalf("%v: %v with %d bytes behind and room for %d: %v, want %v", tier, plan, end-at, room, ok, usual)
			}
			if !usual {
				continue
			}
			written++
			if !bytes.Equal(out[:len(want)], want) {
				t.Fatalf("%v: %v from %d to %d:\ngot  %x\nwant %x", tier, plan, start, end, out[:len(want)], want)
			}
			if behind := out[len(want):]; bytes.Count(behind, []byte{0xee}) != len(behind) {
				t.Fatalf("%v: %v: written behind the end: %x", tier, plan, behind)
			}
		}
		if tier != cpufeat.Generic && tier != cpufeat.NEON && written < 3000 {
			t.Errorf("%v: %d written", tier, written)
		}
	}
}

// TestWriteSplicesRefused gives it plans that are not what a caller may give. Nothing
// behind the result may be written.
func TestWriteSplicesRefused(t *testing.T) {
	for _, tt := range []struct {
		name         string
		plan         []Splice
		buf, out, at int
	}{
		{"overlap", []Splice{{Key: 20 << 32, Hi: 30}, {Key: 29 << 32, Hi: 31}}, 500, 488, 0},
		{"overlap, the first one ends behind the message", []Splice{{Key: 200 << 32, Hi: 400}, {Key: 210 << 32, Hi: 211}}, 275, 74, 0},
		{"end in front of the begin", []Splice{{Key: 200 << 32, Hi: 100}}, 400, 500, 0},
		{"one far behind the message", []Splice{{Key: 5000 << 32, Hi: 100}}, 400, 5300, 0},
		{"end behind the message", []Splice{{Key: 200 << 32, Hi: 500}}, 400, 100, 0},
		{"text ends in front of its begin", []Splice{{Key: 100 << 32, Hi: 101, From: 90, To: 10}, {Key: 101 << 32, Hi: 101, To: 80}}, 400, 399, 0},
		{"text that is not there", []Splice{{Key: 100 << 32, Hi: 100, From: 90, To: 101}}, 400, 411, 0},
		{"text too long for the result", []Splice{{Key: 100 << 32, Hi: 100, To: 100}}, 200, 170, 0},
		{"rest too long for the result", []Splice{{Key: 10 << 32, Hi: 10}}, 400, 100, 0},
		{"rest too short for the result", []Splice{{Key: 10 << 32, Hi: 10}}, 200, 201, 0},
		{"no room for a block", []Splice{{Key: 0, Hi: 10}}, 74, 63, 0},
		{"begin behind the first one", []Splice{{Key: 10 << 32, Hi: 10}}, 200, 189, 11},
		{"begin in front of the message", []Splice{{Key: 10 << 32, Hi: 10}}, 200, 201, -1},
	} {
		for _, tier := range cpufeat.Tiers() {
			restore := cpufeat.Force(tier)
			const front = 600
			memory := bytes.Repeat([]byte{0xee}, front+6000)
			out := memory[front:][:tt.out:tt.out]
			if WriteSplices(out, make([]byte, tt.buf), make([]byte, 100, 164), tt.plan, tt.at) {
				t.Errorf("%v: %s: written", tier, tt.name)
			}
			for i, c := range memory {
				if at := i - front; c != 0xee && (at < 0 || at >= len(out)) {
					t.Errorf("%v: %s: byte %d of %d is written", tier, tt.name, at, len(out))
					break
				}
			}
			restore()
		}
	}
}

//go:build (amd64 || arm64) && !purego

package scan

import (
	"bytes"
	"testing"

	"github.com/sipwire/sipwire/internal/cpufeat"
)

// A kernel that stops for want of room is helped out by the generic code,
// which gives the right answer too: so that it does the work itself where
// there is room has to be asked for.
func TestKernelDoesTheWork(t *testing.T) {
	for _, tier := range cpufeat.Tiers()[1:] {
		t.Run(tier.String(), func(t *testing.T) {
			lines := make([]Line, 2000)
			for name, src := range samples(13, 1500) {
				for size := block; size <= len(src); size += 7 {
					_, want, _ := linesGeneric(src[:size], 0, lines)
					if _, body, _ := kernelLines(tier, src[:size], 0, lines); body != want {
						t.Fatalf("%s, %d bytes: body %d, want %d", name, size, body, want)
					}
				}
			}
			// Many lines, each a token alone, before the empty one.
			for n := range 32 {
				src := append(bytes.Repeat([]byte("a\n"), n), "\nbody"...)
				src = append(src, bytes.Repeat([]byte{'x'}, block)...)
				if got, body, _ := kernelLines(tier, src, 0, lines); got != n || body != 2*n+1 {
					t.Errorf("%d lines: %d, body %d", n, got, body)
				}
			}
			// Odd bytes are looked for again only where there may be one: not in
			// a message as they all are, with bytes above 0x7f as well.
			for _, src := range sipLike(15, 200) {
				for i, c := range src {
					if c == '.' {
						src[i] = 0x80 | byte(i)
					}
				}
				if _, body, odd := kernelLines(tier, src, 0, lines); body <= 0 || odd != 0 {
					t.Fatalf("body %d, odd %d: %q", body, odd, src)
				}
			}
			// The last few entries are left over at most.
			src := sipLike(14, 1)[0]
			total, _, _ := linesGeneric(src, 0, lines)
			for room := range total {
				n, body, _ := kernelLines(tier, src, 0, lines[:room])
				if body != -1 || n > room || n < room-16 {
					t.Errorf("room %d: %d lines, body %d", room, n, body)
				}
			}
			if n, body, _ := kernelLines(tier, src, 0, lines[:total+8]); n != total || body <= 0 {
				t.Errorf("room %d: %d lines, body %d", total+8, n, body)
			}
		})
	}
}

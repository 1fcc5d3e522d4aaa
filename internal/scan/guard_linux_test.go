package scan

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/sipwire/sipwire/internal/testfiles"
)

// Nothing outside src is read and nothing outside lines is written: a kernel
// that did would stop the test program with a fault.
func TestGuardPages(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	memory := testfiles.Guarded(t, 2)
	entries := testfiles.Guarded(t, 2)
	const entry = int(unsafe.Sizeof(Line{}))
	all := unsafe.Slice((*Line)(unsafe.Pointer(&entries[0])), len(entries)/entry)
	eachTier(t, func(t *testing.T) {
		try := func(src []byte, room int) {
			want := make([]Line, room)
			wantN, wantBody, wantClean := slowLines(src, 0, want)
			wantEnd := slowHeaderEnd(src, 0)
			for _, lines := range [][]Line{all[len(all)-room:], all[:room:room]} {
				n, body, clean := Lines(src, 0, lines)
				if n != wantN || body != wantBody || clean != wantClean {
					t.Fatalf("%d bytes, room %d: %d, %d, %v; want %d, %d, %v", len(src), room, n, body, clean, wantN, wantBody, wantClean)
				}
				for i := range n {
					if lines[i] != want[i] {
						t.Fatalf("%d bytes, room %d: line %d is %v, want %v", len(src), room, i, lines[i], want[i])
					}
				}
			}
			if end := HeaderEnd(src, 0); end != wantEnd {
				t.Fatalf("%d bytes: HeaderEnd %d, want %d", len(src), end, wantEnd)
			}
			Lines(src, len(src), all[len(all)-room:])
			HeaderEnd(src, len(src))
			if got, want := Odd(src), slowOdd(src); got != want {
				t.Fatalf("%d bytes: Odd %d, want %d", len(src), got, want)
			}
		}
		for name, sample := range samples(8, 4096) {
			for size := range 400 {
				room := r.IntN(40)
				if name == "LF" || name == "dense" || name == "tokens" {
					room = r.IntN(size + 1)
				}
				front := memory[:size:size]
				copy(front, sample)
				try(front, room)
				back := memory[len(memory)-size:]
				copy(back, sample)
				try(back, room)
			}
			if size := len(sample); !bytes.HasPrefix(sample, []byte("\n")) {
				back := memory[len(memory)-size:]
				copy(back, sample)
				try(back, 64)
			}
		}
	})
}

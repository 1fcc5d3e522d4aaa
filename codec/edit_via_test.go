package codec

import (
	"bytes"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/check"
)

// TestCopyBranch puts every byte at every place of branches of every length
// and holds copyBranch against checkBranch; a copy with what is no branch in it
// may be any.
func TestCopyBranch(t *testing.T) {
	good := "z9hG4bK" + strings.Repeat("0aZ-.!%*_+`'~", 5)
	memory := bytes.Repeat([]byte{canary}, len(good)+16)
	try := func(b []byte) {
		dst := memory[8 : 8+len(b) : len(memory)]
		if got, want := copyBranch(dst, b), check.Branch(b) == 0; got != want {
			t.Fatalf("%q: %t, want %t", b, got, want)
		} else if got && !bytes.Equal(dst, b) {
			t.Fatalf("%q becomes %q", b, dst)
		}
		for i := range dst {
			dst[i] = canary
		}
		for i, c := range memory {
			if c != canary {
				t.Fatalf("%q: byte %d was written", b, i-8)
			}
		}
	}
	for n := range len(good) + 1 {
		b := []byte(good[:n])
		try(b)
		for i := range b {
			old := b[i]
			for c := range 256 {
				b[i] = byte(c)
				try(b)
			}
			b[i] = old
		}
	}
}

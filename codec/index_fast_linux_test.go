package codec

import (
	"math/rand/v2"
	"testing"

	"github.com/sipwire/sipwire/internal/testfiles"
)

// TestIndexFastGuardPages has messages that begin and messages that end where
// memory does: a load outside of them stops the test program with a fault.
func TestIndexFastGuardPages(t *testing.T) {
	memory := testfiles.Guarded(t, 32)
	s := fastTester{tb: t}
	try := func(b []byte) {
		if len(b) > len(memory) {
			return
		}
		front := memory[:len(b):len(b)]
		copy(front, b)
		s.try(front)
		back := memory[len(memory)-len(b):]
		copy(back, b)
		s.try(back)
	}
	for _, in := range fastSections() {
		try([]byte(in))
	}
	r := rand.New(rand.NewPCG(5, 6))
	for _, m := range shuffled(t, 256) {
		b := append([]byte(nil), m.Bytes()...)
		try(b)
		try(mutate(r, b))
	}
}

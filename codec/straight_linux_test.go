package codec

import (
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
)

// guardedPages returns whole pages between two that can not be touched.
func guardedPages(t *testing.T, pages int) []byte {
	t.Helper()
	page := os.Getpagesize()
	all, err := syscall.Mmap(-1, 0, (pages+2)*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(all) })
	for _, side := range [][]byte{all[:page], all[(pages+1)*page:]} {
		if err := syscall.Mprotect(side, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return all[page : (pages+1)*page : (pages+1)*page]
}

// TestStraightGuardPages has messages that begin and messages that end where
// memory does: a load outside of them stops the test program with a fault.
func TestStraightGuardPages(t *testing.T) {
	memory := guardedPages(t, 32)
	s := straightTester{tb: t}
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
	for _, in := range straightSections() {
		try([]byte(in))
	}
	r := rand.New(rand.NewPCG(5, 6))
	for _, m := range shuffled(t, 256) {
		b := append([]byte(nil), m.Bytes()...)
		try(b)
		try(mutate(r, b))
	}
}

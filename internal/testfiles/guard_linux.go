package testfiles

import (
	"os"
	"syscall"
	"testing"
)

// Guarded returns whole pages of memory between two that cannot be touched: a
// read outside of them stops the test program with a fault.
func Guarded(t testing.TB, pages int) []byte {
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

//go:build !linux

package testfiles

import (
	"os"
	"testing"
)

// Guarded returns memory of whole pages. Only on Linux does it lie between
// pages that cannot be touched.
func Guarded(t testing.TB, pages int) []byte {
	t.Helper()
	t.Log("NOT RUN with guard pages: they are made on Linux only")
	n := pages * os.Getpagesize()
	return make([]byte, n)[:n:n]
}

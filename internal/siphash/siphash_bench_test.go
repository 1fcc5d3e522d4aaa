package siphash

import "testing"

// BenchmarkSum hashes what a stateless proxy makes its branch of.
func BenchmarkSum(b *testing.B) {
	var key [16]byte
	host, branch := []byte("pc33.atlanta.example"), []byte("z9hG4bK776asdhds1234")
	b.ReportAllocs()
	for b.Loop() {
		h := New(&key)
		h.Write([]byte{0, 0x13, 0xc4})
		h.WritePart(host)
		h.WritePart(branch)
		h.Sum()
	}
}

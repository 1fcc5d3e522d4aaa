//go:build linux

package main

import "testing"

func BenchmarkForward(b *testing.B) {
	var s step
	in := request(600, 7)
	out := make([]byte, 0, 2048)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.forward(out, in); err != nil {
			b.Fatal(err)
		}
	}
}

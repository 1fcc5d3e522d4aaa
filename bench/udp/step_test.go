//go:build linux

package main

import (
	"strings"
	"testing"
)

// What is measured is what a proxy sends on.
func TestForward(t *testing.T) {
	var s step
	in := request(600, 7)
	want := strings.Replace(string(in), "Via: ", "Via: SIP/2.0/UDP proxy.example.com:5060;branch=z9hG4bK87asdks7.1\r\nVia: ", 1)
	want = strings.Replace(want, "Max-Forwards: 70", "Max-Forwards: 69", 1)
	for range 2 {
		out, err := s.forward([]byte("before"), in)
		if err != nil || string(out) != "before"+want {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	if _, err := s.forward(nil, in[:50]); err == nil {
		t.Fatal("half a request was forwarded")
	}
}

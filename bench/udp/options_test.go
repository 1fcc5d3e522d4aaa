//go:build linux

package main

import (
	"bytes"
	"testing"
)

// Every server that is measured answers every request, and in full: ask checks
// the first answers.
func TestOptions(t *testing.T) {
	for _, name := range []string{"sipgo transport", "sipgo server", "net.UDPConn", "portable", "mmsg", "io_uring"} {
		to, err := startServer(name)
		if err != nil {
			t.Logf("this machine lacks %s: %v", name, err)
			continue
		}
		for _, size := range []int{300, 1400} {
			r, err := ask(to, size, 1000)
			if err != nil || r.Answers != 1000 || r.Lost != 0 {
				t.Errorf("%s, %d bytes: %+v, %v", name, size, r, err)
			}
		}
	}
}

func TestOptionsRequest(t *testing.T) {
	to, err := startServer("portable")
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range sizes {
		a, b := optionsRequest(size, 1, to), optionsRequest(size, 255, to)
		if len(a) != len(b) || len(a) < size-70 || len(a) > size+20 {
			t.Errorf("%d bytes: %d and %d", size, len(a), len(b))
		}
		number(a, 12345678)
		if !bytes.Contains(a, []byte("branch=z9hG4bK776as12345678\r\n")) {
			t.Errorf("%s", a)
		}
	}
	if checkAnswer([]byte("SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n")) == nil {
		t.Error("an answer that lacks everything passes")
	}
}

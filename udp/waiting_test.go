package udp

import (
	"context"
	"testing"
	"time"
)

// TestWaiting: what waits is known, and nothing waits once it was read.
func TestWaiting(t *testing.T) {
	s, err := Listen(context.Background(), "udp4", "127.0.0.1:0", Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, ok := s.R.Waiting(); !ok {
		t.Log("NOT RUN: this system does not say what waits")
		return
	}
	const n, size = 50, 600
	for range n {
		if _, err := s.W.Write([]Datagram{{Data: make([]byte, size), Dst: s.LocalAddr()}}); err != nil {
			t.Fatal(err)
		}
	}
	await := func(want int) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
			bytes, _ := s.R.Waiting()
			if got := (Buffer{Granted: bytes}).Packets(size); got == want {
				return
			} else if time.Now().After(end) {
				t.Fatalf("%d packets wait, want %d", got, want)
			}
		}
	}
	await(n)
	for left := n; left > 0; {
		p, err := s.R.Read()
		if err != nil {
			t.Fatal(err)
		}
		left -= len(p)
	}
	await(0)
}

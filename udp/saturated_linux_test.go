package udp

import (
	"testing"
	"time"
)

// A Reader whose socket always has more than a batch takes larger ones after a while,
// and the usual ones again when it has emptied the socket.
func TestSaturated(t *testing.T) {
	const most, waiting = 128, 160
	s := open(t, "udp4", "127.0.0.1:0", Config{Impl: Mmsg, Batch: most, Window: -1})
	c := dial(t, s.LocalAddr())
	s.R.SetReadDeadline(time.Now().Add(20 * time.Second))
	left := 0
	fill := func() {
		for ; left < waiting; left++ {
			send(t, c, []byte("x"))
		}
	}
	read := func(want int) {
		t.Helper()
		ps, err := s.R.Read()
		if left -= len(ps); err != nil || len(ps) != want {
			t.Fatalf("%d packets, %v, want %d", len(ps), err, want)
		}
	}
	for range 2 {
		for range deepAfter {
			fill()
			read(DefaultBatch)
			if s.R.Emptied() {
				t.Error("a full batch has emptied the socket")
			}
		}
		for range 3 {
			fill()
			read(most)
			if s.R.Emptied() {
				t.Error("a full batch has emptied the socket")
			}
		}
		read(waiting - most)
		if !s.R.Emptied() {
			t.Error("a batch that is not full has not emptied the socket")
		}
	}
}

//go:build race || sipwiredebug

package udp

import (
	"bytes"
	"testing"
)

// What was kept too long reads 0xDB, and a write to a released packet is found
// when its slot is handed out again.
func TestPoison(t *testing.T) {
	s := open(t, "udp4", "127.0.0.1:0", Config{Impl: Mmsg, Held: 1, Batch: 1, MaxSize: 100})
	c := dial(t, s.LocalAddr())
	next := func(hold bool) (data []byte, p Packet) {
		send(t, c, []byte("0123456789"))
		collect(t, s.R, 1, func(q *Packet) {
			if hold && !q.Hold() {
				t.Fatal("no hold left")
			}
			p = *q
		})
		return p.Data, p
	}
	poisoned := bytes.Repeat([]byte{0xDB}, 10)
	held, p := next(true)
	next(false)
	if string(held) != "0123456789" {
		t.Errorf("held: %q", held)
	}
	p.Release()
	if !bytes.Equal(held, poisoned) {
		t.Errorf("released: %q", held)
	}
	held[5] = 'x'
	// The next packet that is held makes the Reader take the slot.
	next(true)
	if panics(func() { s.R.Read() }) == nil {
		t.Error("the write was not found")
	}
}
